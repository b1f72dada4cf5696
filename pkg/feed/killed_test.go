package feed_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlfeed"
)

func TestMain(m *testing.M) { sqltest.Main(m) }

// table is what an application keeps: it outlives the consumer.
type table struct {
	mu      sync.Mutex
	users   map[string]feed.User       // by tenant and id
	members map[string]map[string]bool // by tenant and id of the group
	named   map[string]string          // names of groups
	ended   map[string]bool            // users whose sessions were ended
	seq     map[string]int64           // by tenant: the last number that is in the table
	again   int                        // facts that came again
}

func newTable() *table {
	return &table{users: map[string]feed.User{}, members: map[string]map[string]bool{}, named: map[string]string{}, ended: map[string]bool{}, seq: map[string]int64{}}
}

// handle takes over a fact, unless it did so before.
func (t *table) handle(f feed.Fact) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.Seq <= t.seq[f.Tenant] {
		t.again++
		return
	}
	t.seq[f.Tenant] = f.Seq
	t.apply(f)
}

func (t *table) apply(f feed.Fact) {
	key := f.Tenant + "/" + f.Resource.ID
	switch {
	case f.Type == feed.UserDeleted:
		delete(t.users, key)
		t.ended[key] = true
	case f.Type == feed.GroupDeleted:
		delete(t.named, key)
		delete(t.members, key)
	case f.Type == feed.MembershipRemoved:
		delete(t.members[key], f.Member.ID)
	case f.Member != nil:
		if t.members[key] == nil {
			t.members[key] = map[string]bool{}
		}
		t.members[key][f.Member.ID] = true
	case f.User != nil:
		u := *f.User
		u.Groups = nil
		t.users[key] = u
		if !u.Active {
			t.ended[key] = true
		}
	case f.Group != nil:
		t.named[key] = f.Group.Name
	}
}

// anew makes the table of a tenant what a snapshot says.
func (t *table) anew(id scim.TenantID, seq int64, all iter.Seq2[feed.Fact, error]) error {
	next := newTable()
	for f, err := range all {
		if err != nil {
			return err
		}
		next.apply(f)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	own := func(key string) bool {
		return len(key) > len(id.String()) && key[:len(id.String())+1] == id.String()+"/"
	}
	maps.DeleteFunc(t.users, func(key string, _ feed.User) bool { return own(key) })
	maps.DeleteFunc(t.members, func(key string, _ map[string]bool) bool { return own(key) })
	maps.DeleteFunc(t.named, func(key, _ string) bool { return own(key) })
	maps.Copy(t.users, next.users)
	maps.Copy(t.members, next.members)
	maps.Copy(t.named, next.named)
	t.seq[id.String()] = seq
	return nil
}

// mortal is the connection of one process to its positions: after its end nothing is written.
type mortal struct {
	feed.Positions
	dead *atomic.Bool
}

var errKilled = errors.New("killed")

func (m mortal) Move(ctx context.Context, p feed.Place, owner string, to feed.Moved) error {
	if m.dead.Load() {
		return errKilled
	}
	return m.Positions.Move(ctx, p, owner, to)
}

func (m mortal) Leave(ctx context.Context, p feed.Place, owner string) error {
	if m.dead.Load() {
		return errKilled
	}
	return m.Positions.Leave(ctx, p, owner)
}

// live runs one life of the consumer, which ends after some facts, or when stop says so.
func live(ctx context.Context, c feed.Consumer, app *table, facts int, stop func() bool) error {
	var dead atomic.Bool
	ctx, kill := context.WithCancel(ctx)
	defer kill()
	var handled atomic.Int64
	c.Positions = mortal{c.Positions, &dead}
	c.Handle = func(_ context.Context, f feed.Fact) error {
		if dead.Load() {
			return errKilled
		}
		app.handle(f)
		if handled.Add(1) == int64(facts) {
			dead.Store(true) // as SIGKILL does: after the work, before the position is kept
			kill()
		}
		return nil
	}
	c.Anew = func(_ context.Context, t scim.TenantID, seq int64, all iter.Seq2[feed.Fact, error]) error {
		return app.anew(t, seq, all)
	}
	done := async.Go(func() error { return c.Run(ctx) })
	for {
		select {
		case err := <-done:
			if errors.Is(err, context.Canceled) {
				err = nil
			}
			return err
		case <-time.After(20 * time.Millisecond):
			if stop() {
				kill()
			}
		}
	}
}

// directory is what the store has of some tenants.
func directory(t *testing.T, store scim.Store, source *feed.Source, tenants []scim.TenantID) *table {
	t.Helper()
	out := newTable()
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
			t.Errorf("%s: the snapshot has %d users, the directory %d", id, n, l.Total)
		}
	}
	return out
}

// TestKilled: while identity providers send their traffic over a network that loses and repeats it, the
// consumer is killed again and again. Afterwards the application's table equals the directory, and the sessions
// of every user who is inactive have ended.
func TestKilled(t *testing.T) {
	t.Parallel()
	kills := 8
	if os.Getenv("SCIMSTACK_LARGE") != "" {
		kills = 100
	}
	for name, open := range map[string]func(*testing.T) (scim.Store, feed.Positions){
		"memory": func(*testing.T) (scim.Store, feed.Positions) { return memory.New(), feed.NewMemoryPositions(nil) },
		"sqlite": func(t *testing.T) (scim.Store, feed.Positions) {
			d := sqltest.SQLite(t)
			return d.Store(), sqlfeed.New(d, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, positions := open(t)
			source, err := feed.New(store, feed.Options{Poll: time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			var tenants []scim.TenantID
			for _, idp := range demo.Names() {
				id, err := scim.ParseTenantID("demo-" + idp)
				if err != nil {
					t.Fatal(err)
				}
				tenants = append(tenants, id)
			}
			var ended atomic.Bool
			traffic := async.Go(func() error { defer ended.Store(true); return play(t, store) })
			app, rnd := newTable(), rand.New(rand.NewPCG(1, 2))
			consumer := feed.Consumer{
				Source: source, Positions: positions, Name: "app", Pause: time.Millisecond, Lease: 15 * time.Millisecond, Refresh: time.Millisecond,
				Tenants: func(context.Context) ([]scim.TenantID, error) { return tenants, nil }, Logger: slog.New(slog.DiscardHandler),
			}
			killed := 0
			for ; killed < kills; killed++ {
				idle := time.Now().Add(time.Second)
				if err := live(t.Context(), consumer, app, 1+rnd.IntN(8), func() bool { return ended.Load() && time.Now().After(idle) }); err != nil {
					t.Fatal(err)
				}
			}
			if err := <-traffic; err != nil {
				t.Fatal(err)
			}
			equal := func() bool {
				want := directory(t, store, source, tenants)
				app.mu.Lock()
				defer app.mu.Unlock()
				return cmp.Equal(want.users, app.users) && cmp.Equal(some(want.members), some(app.members)) && cmp.Equal(want.named, app.named)
			}
			end := time.Now().Add(20 * time.Second)
			if err := live(t.Context(), consumer, app, -1, func() bool { return equal() || time.Now().After(end) }); err != nil {
				t.Fatal(err)
			}
			want := directory(t, store, source, tenants)
			if d := cmp.Diff(want.users, app.users) + cmp.Diff(some(want.members), some(app.members)) + cmp.Diff(want.named, app.named); d != "" {
				t.Errorf("after %d kills the table differs (-directory +table):\n%s", killed, d)
			}
			for key, u := range app.users {
				if !u.Active && !app.ended[key] {
					t.Errorf("%s is inactive and has sessions", key)
				}
			}
			if app.again == 0 {
				t.Error("no fact came again")
			}
			if len(app.users) < 50 {
				t.Errorf("only %d users", len(app.users))
			}
		})
	}
}

// some leaves groups without members out.
func some(all map[string]map[string]bool) map[string][]string {
	out := map[string][]string{}
	for g, members := range all {
		if len(members) > 0 {
			out[g] = slices.Sorted(maps.Keys(members))
		}
	}
	return out
}

// play sends the traffic of every identity provider, with all faults of the network. All but one
// do not clean up, so that there is a directory to compare.
func play(t *testing.T, store scim.Store) error {
	l, err := demo.NewLocal(t.Context(), func(c *scimstack.Config) { c.Store = store })
	if err != nil {
		return err
	}
	defer l.Close()
	for _, idp := range demo.Names() {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		report, err := demo.Run(ctx, demo.Options{
			Target: l.Target, IdPs: []string{idp}, Seed: 7, Faults: demo.FaultKinds(),
			Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
			Progress: func(_, _ int, _, step string) {
				if step == "Clean up" && idp != "google" {
					cancel()
				}
			},
		})
		if err != nil {
			return err
		}
		for _, step := range report.Steps {
			if step.Err != nil && step.Name != "Clean up" {
				return fmt.Errorf("%s: %s: %w", idp, step.Name, step.Err)
			}
		}
	}
	return nil
}
