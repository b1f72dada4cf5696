package feed_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// lives is the feed of a tenant that is deleted and made again, with the positions that go with it.
type lives struct {
	*memory.Store // the first one, for what the test does not ask
	feed          atomic.Pointer[memory.Store]
	positions     atomic.Pointer[feed.MemoryPositions]
}

func (l *lives) Entries(ctx context.Context, t scim.TenantID, after int64, limit int) ([]scim.Entry, error) {
	return l.feed.Load().Entries(ctx, t, after, limit)
}

func (l *lives) Last(ctx context.Context, t scim.TenantID) (int64, error) {
	return l.feed.Load().Last(ctx, t)
}

// placesOf are the positions of the present life.
type placesOf struct{ *lives }

func (p placesOf) Take(ctx context.Context, at feed.Place, owner string, lease time.Duration) (feed.Position, error) {
	return p.positions.Load().Take(ctx, at, owner, lease)
}

func (p placesOf) Move(ctx context.Context, at feed.Place, owner string, to feed.Moved) error {
	return p.positions.Load().Move(ctx, at, owner, to)
}

func (p placesOf) Leave(ctx context.Context, at feed.Place, owner string) error {
	return p.positions.Load().Leave(ctx, at, owner)
}

func (p placesOf) Letters(ctx context.Context, at feed.Place, after int64, limit int) ([]feed.DeadLetter, error) {
	return p.positions.Load().Letters(ctx, at, after, limit)
}

func (p placesOf) Forget(ctx context.Context, at feed.Place, seqs ...int64) error {
	return p.positions.Load().Forget(ctx, at, seqs...)
}

// TestTenantMadeAgain: a tenant that was deleted and made again has new numbers. A consumer that runs all the time handles its
// facts, also if they are as many as those of before.
func TestTenantMadeAgain(t *testing.T) {
	t.Parallel()
	l := &lives{Store: memory.New()}
	var w *world
	begin := func(store *memory.Store) {
		w = worldOver(t, store)
		for n := range 2 {
			w.create("User", map[string]any{"userName": fmt.Sprint("u", n)})
		}
		l.feed.Store(store)
		l.positions.Store(feed.NewMemoryPositions(nil))
	}
	begin(l.Store)
	source, err := feed.New(l, feed.Options{Poll: time.Millisecond})
	w.must(err)
	var listed atomic.Bool
	var looks atomic.Int64
	listed.Store(true)
	id := w.tenant.ID
	c := w.crew(good)
	c.Source, c.Positions, c.Since = source, placesOf{l}, time.Unix(1, 0)
	c.Tenants = func(context.Context) ([]scim.TenantID, error) {
		looks.Add(1)
		if listed.Load() {
			return []scim.TenantID{id}, nil
		}
		return nil, nil
	}
	deleted := int64(-1)
	c.until(t, func() bool {
		switch n := len(c.handled()); {
		case n == 2 && deleted < 0:
			listed.Store(false)
			deleted = looks.Load()
		case n == 2 && !listed.Load() && looks.Load() > deleted+3:
			begin(memory.New())
			listed.Store(true)
		}
		return len(c.handled()) == 4
	})
}

// torn is a store that has lost an entry between others.
type torn struct {
	*memory.Store
	lost int64
}

func (s torn) Entries(ctx context.Context, t scim.TenantID, after int64, limit int) ([]scim.Entry, error) {
	list, err := s.Store.Entries(ctx, t, after, limit)
	if err == nil && after == s.lost-1 {
		return nil, &scim.GoneError{After: after, First: s.lost + 1, Last: s.lost + 1}
	}
	return slices.DeleteFunc(list, func(e scim.Entry) bool { return e.Last == s.lost }), err
}

// TestNoGap: entries that have expired between others end what is read before them, and are no gap.
func TestNoGap(t *testing.T) {
	t.Parallel()
	store := torn{memory.New(), 3}
	w := worldOver(t, store)
	for n := range 5 {
		w.create("User", map[string]any{"userName": fmt.Sprint("u", n)})
	}
	for _, limit := range []int{1, 2, 3, 100} {
		facts, err := w.source.Read(t.Context(), w.tenant.ID, 0, limit)
		if limit > 2 { // it reads on, to the gap
			var gone *scim.GoneError
			if len(facts) > 0 || !errors.As(err, &gone) || gone.First != 4 {
				t.Errorf("limit %d: %v %v", limit, names(facts), err)
			}
			continue
		}
		if err != nil || len(facts) != limit || facts[limit-1].Seq != int64(limit) {
			t.Errorf("limit %d: %v %v", limit, names(facts), err)
		}
	}
}

// TestSnapshotOfARemovedType: the cursor of a page that ended inside a type which the tenant no longer has is refused. What
// follows that type would be left out, and a reader would take it for gone.
func TestSnapshotOfARemovedType(t *testing.T) {
	t.Parallel()
	own := func(name string) *schema.ResourceType {
		s := schema.NewSchema("urn:example:"+name, name, "", &schema.Attribute{Name: "serial"})
		return &schema.ResourceType{Name: name, Endpoint: "/" + name + "s", Schema: s}
	}
	all := []*schema.ResourceType{schema.UserType(), schema.GroupType(), own("Device"), own("Badge")}
	w := newWorld(t, all...)
	for _, typ := range []string{"Device", "Device", "Badge"} {
		w.create(typ, map[string]any{"serial": "1"})
	}
	page, err := w.source.SnapshotPage(t.Context(), w.tenant.ID, "", 1)
	w.must(err)
	if len(page.Facts) != 1 || page.Facts[0].Resource.Type != "Device" {
		t.Fatal(names(page.Facts))
	}
	rest, err := w.source.SnapshotPage(t.Context(), w.tenant.ID, page.Next, 9)
	if err != nil || len(rest.Facts) != 2 {
		t.Error(names(rest.Facts), err)
	}
	w.tenant.Types = &scim.Types{List: append(slices.Clone(all[:2]), all[3])}
	if p, err := w.source.SnapshotPage(t.Context(), w.tenant.ID, page.Next, 9); !errors.Is(err, feed.ErrCursor) {
		t.Errorf("%v %v", names(p.Facts), err)
	}
	end, err := w.source.SnapshotPage(t.Context(), w.tenant.ID, "", 9)
	if err != nil || len(end.Facts) != 1 || end.Next != "" {
		t.Error(names(end.Facts), err)
	}
}

// TestSnapshotOfAnotherTenant: the cursor of another tenant is refused. What is before its place would be left out, and a reader would
// take it for gone.
func TestSnapshotOfAnotherTenant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 3 {
		w.create("User", map[string]any{"userName": fmt.Sprint("u", n)})
	}
	globex, err := scim.ParseTenantID("globex")
	w.must(err)
	for cursor, pages := "", 0; ; pages++ {
		page, err := w.source.SnapshotPage(t.Context(), w.tenant.ID, cursor, 1)
		w.must(err)
		if page.Next == "" {
			break
		}
		if cursor = page.Next; pages > 9 {
			t.Fatal("the snapshot has no end")
		}
		if p, err := w.source.SnapshotPage(t.Context(), globex, cursor, 1); !errors.Is(err, feed.ErrCursor) {
			t.Errorf("page %d: %v %v", pages, names(p.Facts), err)
		}
	}
}
