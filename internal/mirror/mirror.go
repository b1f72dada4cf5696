package mirror

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Service is what is mirrored. All fields but IdPs are required.
type Service struct {
	Store     scim.Store // with a feed
	Positions feed.Positions
	Target    func(idp string) (demo.Target, error) // creates the tenant demo-IDP
	IdPs      []string                              // small: those of a small run; all by default
}

// large reports whether the run has its full size: scripts/large.sh sets the variable.
func large() bool { return os.Getenv("SCIMSTACK_LARGE") != "" }

// kills is how often the application is killed.
func kills() int {
	if large() {
		return 100
	}
	return 8
}

// Play sends the traffic of identity providers over a network that loses and repeats it, while the application is
// killed again and again. Afterwards its table must equal the directory, and the sessions of every user who is inactive
// must have ended.
func Play(t *testing.T, s Service) {
	t.Helper()
	if s.IdPs == nil || large() {
		s.IdPs = demo.Names()
	}
	source, err := feed.New(s.Store, feed.Options{Poll: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	var tenants []scim.TenantID
	for _, idp := range s.IdPs {
		id, err := scim.ParseTenantID("demo-" + idp)
		if err != nil {
			t.Fatal(err)
		}
		tenants = append(tenants, id)
	}
	var ended atomic.Bool
	traffic := async.Go(func() error { defer ended.Store(true); return s.play(t.Context()) })
	app, rnd := newTable(), rand.New(rand.NewPCG(1, 2))
	consumer := feed.Consumer{
		Source: source, Positions: s.Positions, Name: "app", Pause: time.Millisecond, Lease: 15 * time.Millisecond, Refresh: time.Millisecond,
		Tenants: func(context.Context) ([]scim.TenantID, error) { return tenants, nil }, Logger: slog.New(slog.DiscardHandler),
	}
	for range kills() {
		idle := time.Now().Add(time.Second)
		if err := live(t.Context(), consumer, app, 1+rnd.IntN(8), func() bool { return ended.Load() && time.Now().After(idle) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-traffic; err != nil {
		t.Fatal(err)
	}
	end := time.Now().Add(time.Minute)
	done := func() bool {
		want, counted := directory(t, s.Store, source, tenants)
		return time.Now().After(end) || counted == "" && app.differs(want) == ""
	}
	if err := live(t.Context(), consumer, app, -1, done); err != nil {
		t.Fatal(err)
	}
	want, counted := directory(t, s.Store, source, tenants)
	if counted != "" {
		t.Error(counted)
	}
	s.compare(t, app, want)
}

// compare fails the test unless the table is the directory, and shows what the faults were.
func (s Service) compare(t *testing.T, app, want *table) {
	t.Helper()
	if d := app.differs(want); d != "" {
		t.Errorf("after %d kills the table differs (-table +directory):\n%s", kills(), d)
	}
	for key, u := range app.users {
		if !u.Active && !app.ended[key] {
			t.Errorf("%s is inactive and has sessions", key)
		}
	}
	if app.again == 0 {
		t.Error("no fact came again")
	}
	if len(app.users) < 10*len(s.IdPs) {
		t.Errorf("only %d users", len(app.users))
	}
}

// directory is what the store has of some tenants. counted says where the totals of lists, which may be counted later, are
// not those of it.
func directory(t testing.TB, store scim.Store, source *feed.Source, tenants []scim.TenantID) (out *table, counted string) {
	t.Helper()
	out = newTable()
	for _, id := range tenants {
		for f, err := range source.Snapshot(t.Context(), id) {
			if err != nil {
				t.Fatal(err)
			}
			out.apply(f)
		}
		l, err := store.List(t.Context(), id, "User", scim.Page{})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for key := range out.users {
			if key[:len(id.String())+1] == id.String()+"/" {
				n++
			}
		}
		if n != l.Total {
			counted += fmt.Sprintf("%s: the snapshot has %d users, the directory %d\n", id, n, l.Total)
		}
	}
	return out, counted
}

// play sends the traffic of every identity provider, with all faults of the network. All but one do not clean up, so
// that there is a directory to compare.
func (s Service) play(ctx context.Context) error {
	for _, idp := range s.IdPs {
		report, err := demo.Run(ctx, demo.Options{
			Target: s.Target, IdPs: []string{idp}, Seed: 7, Faults: demo.FaultKinds(), Keep: idp != cleaned,
			Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		})
		if err != nil {
			return err
		}
		for _, step := range report.Steps {
			if step.Err != nil {
				return fmt.Errorf("%s: %s: %w", idp, step.Name, step.Err)
			}
		}
	}
	return nil
}

// cleaned is the identity provider whose directory is removed at the end.
const cleaned = "google"
