package admin_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

// gated is a store whose SetKeys asks first.
type gated struct {
	*memory.Store
	ask func() error
}

func (g *gated) SetKeys(ctx context.Context, t scim.TenantID, typ string, attrs []string, list []scim.Keyed) ([]string, error) {
	if err := g.ask(); err != nil {
		return nil, err
	}
	return g.Store.SetKeys(ctx, t, typ, attrs, list)
}

// site is a world with a Provider and a Builder.
type site struct {
	*world
	users *engine.Provider
	gate  *gated
	b     *admin.Builder
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{world: newWorld(t), gate: &gated{Store: memory.New(), ask: func() error { return nil }}}
	s.store, s.users = s.gate, engine.New(s.gate, engine.Options{})
	s.build(-1)
	return s
}

// build makes a new Builder, as another process has it.
func (s *site) build(settle time.Duration) {
	s.b = admin.NewBuilder(admin.BuilderOptions{Directory: s.dir, Store: s.gate, Settle: settle, Logger: slog.New(slog.DiscardHandler)})
	s.Service = admin.New(admin.Options{Directory: s.dir, Store: s.gate, Reindexer: s.b, Logger: slog.New(slog.DiscardHandler)})
}

// served is a tenant as requests see it now.
func (s *site) served(name string) *scim.Tenant {
	s.t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := s.dir.Resolve(context.Background(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	t, err := r.Settings.Tenant()
	if err != nil {
		s.t.Fatal(err)
	}
	return t
}

// put writes a user, and returns its id.
func (s *site) put(name, user, title string) (string, error) {
	t := s.served(name)
	made, err := s.users.Create(context.Background(), scim.Target{Tenant: t, Type: t.Types.List[0]},
		map[string]any{"schemas": []any{"urn:ietf:params:scim:schemas:core:2.0:User"}, "userName": user, "title": title, "externalId": title}, scim.Projection{})
	if err != nil {
		return "", err
	}
	return made.ID, nil
}

// with counts the users with a title, and says how they are found.
func (s *site) with(name, title string) (n int, way string) {
	s.t.Helper()
	t := s.served(name)
	q := scim.Query{Types: t.Types.List[:1], Filter: fmt.Sprintf("title eq %q", title), HasFilter: true, HasCount: true}
	found, err := s.users.Search(context.Background(), t, q)
	if err != nil {
		s.t.Fatal(err)
	}
	plans, err := engine.Explain(t, q)
	if err != nil {
		s.t.Fatal(err)
	}
	return found.Total, plans[0].Reads
}

// populate writes n users with 7 titles.
func (s *site) populate(name string, n int) {
	s.t.Helper()
	for i := range n {
		if _, err := s.put(name, fmt.Sprint("u", i), fmt.Sprint("t", i%7)); err != nil {
			s.t.Fatal(err)
		}
	}
}

// expect checks an answer, the way to it, and which indexes a tenant shows as not complete.
func (s *site) expect(name string, n int, way string, building ...string) {
	s.t.Helper()
	if got, how := s.with(name, "t3"); got != n || how != way {
		s.t.Errorf("%s: %d by %q, want %d by %q", name, got, how, n, way)
	}
	if shown, err := s.Tenant(s.t.Context(), name); err != nil || !slices.Equal(shown.Building, building) {
		s.t.Errorf("%s: %v %v, want %v", name, shown.Building, err, building)
	}
}

const all, byIndex = "all resources", `look up title "t3"`

// TestBuilder: an index that is added to a tenant with resources answers nothing until it is built, also after an interruption
// in the middle, and everything then; another tenant stays as it is.
func TestBuilder(t *testing.T) {
	t.Parallel()
	s, ctx := newSite(t), t.Context()
	s.create("acme", `{}`)
	s.create("globex", `{}`)
	s.populate("acme", 700)
	s.populate("globex", 14)
	s.expect("acme", 100, all)
	if got, err := s.ChangeTenant(ctx, "acme", 0, patch(t, `{"indexes":["title"]}`)); err != nil || !strings.Contains(got.Note, "User title") {
		t.Fatalf("%+v %v", got, err)
	}
	pages := 0
	s.gate.ask = func() error {
		if pages++; pages > 2 {
			return &scim.BusyError{}
		}
		return nil
	}
	if err := s.b.Pass(ctx); err == nil || !strings.Contains(err.Error(), "acme") {
		t.Errorf("%v", err)
	}
	s.expect("acme", 100, all, "User title")
	if _, err := s.put("acme", "late", "t3"); err != nil {
		t.Fatal(err)
	}
	s.gate.ask = func() error { return nil }
	s.build(-1) // the process was killed
	s.expect("acme", 101, all, "User title")
	if err := s.b.Pass(ctx); err != nil {
		t.Fatal(err)
	}
	s.expect("acme", 101, byIndex)
	s.expect("globex", 2, all)
	if r, err := s.Reindex(ctx, "acme", true); err != nil || !r.Done || r.Read != 701 || len(r.Duplicates) != 0 {
		t.Errorf("%+v %v", r, err)
	}
}

// TestBuilderSettles: a build waits until no request uses the settings of before, and a call that ends earlier says that it
// is not done.
func TestBuilderSettles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, builderSettles)
}

func builderSettles(t *testing.T) {
	s := newSite(t)
	s.create("acme", `{}`)
	s.populate("acme", 7)
	s.build(time.Hour)
	if _, err := s.ChangeTenant(t.Context(), "acme", 0, patch(t, `{"indexes":["title"]}`)); err != nil {
		t.Fatal(err)
	}
	if err := s.b.Pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if r, err := s.b.Reindex(ctx, s.served("acme").ID, false); err != nil || r.Done || r.Read != 0 {
		t.Errorf("%+v %v", r, err)
	}
	s.expect("acme", 1, all, "User title")
}

// TestBuilderContinues: a build that is longer than the time of a call is continued by the next one.
func TestBuilderContinues(t *testing.T) {
	t.Parallel()
	synctest.Test(t, builderContinues)
}

func builderContinues(t *testing.T) {
	s := newSite(t)
	s.create("acme", `{}`)
	s.populate("acme", 700)
	if _, err := s.ChangeTenant(t.Context(), "acme", 0, patch(t, `{"indexes":["title"]}`)); err != nil {
		t.Fatal(err)
	}
	s.gate.ask = func() error { return async.Sleep(context.Background(), 60*time.Millisecond) }
	read := 0
	for calls := 1; ; calls++ {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		r, err := s.b.Reindex(ctx, s.served("acme").ID, false)
		cancel()
		if err != nil || calls > 20 {
			t.Fatalf("%+v %v", r, err)
		}
		if read += r.Read; r.Done {
			if calls == 1 || read != 700 {
				t.Errorf("%d calls, %d read", calls, read)
			}
			break
		}
	}
	s.expect("acme", 100, byIndex)
}
