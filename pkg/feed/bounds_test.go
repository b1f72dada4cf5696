package feed_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// reads counts the calls of a store that a reader of the feed causes, and the resources and members that they return.
type reads struct {
	*memory.Store
	calls, returned atomic.Int64
}

func (s *reads) count(n int) { s.calls.Add(1); s.returned.Add(int64(n)) }

func (s *reads) Entries(ctx context.Context, t scim.TenantID, after int64, limit int) ([]scim.Entry, error) {
	list, err := s.Store.Entries(ctx, t, after, limit)
	s.count(len(list))
	return list, err
}

func (s *reads) List(ctx context.Context, t scim.TenantID, typ string, p scim.Page) (scim.List, error) {
	list, err := s.Store.List(ctx, t, typ, p)
	s.count(len(list.Resources))
	return list, err
}

func (s *reads) Members(ctx context.Context, t scim.TenantID, group string, p scim.Page) (scim.MemberList, error) {
	list, err := s.Store.Members(ctx, t, group, p)
	s.count(len(list.Members))
	return list, err
}

func (s *reads) GetMany(ctx context.Context, t scim.TenantID, refs []scim.Ref) ([]*scim.Resource, error) {
	s.count(len(refs))
	return s.Store.GetMany(ctx, t, refs)
}

// bounded is a tenant whose feed or snapshot costs much to read.
type bounded struct {
	name string
	fill func(w *world, n int)
	n    int
	path string // what is read until its end
	want int    // facts, for n
}

func bounds() []bounded {
	long := strings.Repeat("long name ", 8000)
	group := func(name string) map[string]any { return map[string]any{"displayName": name} }
	return []bounded{
		{"no fact is of the type", func(w *world, n int) {
			id := w.create("Group", group("g"))
			for i := range n {
				w.patch("Group", id, "replace", "displayName", fmt.Sprint(i))
			}
		}, 6000, "/events/acme?types=device.created&limit=1", 0},
		{"few facts are of the type", func(w *world, n int) {
			id := w.create("Group", group("g"))
			for i := range n {
				if w.patch("Group", id, "replace", "displayName", fmt.Sprint(i)); i%1000 == 0 {
					w.create("User", map[string]any{"userName": fmt.Sprint(i)})
				}
			}
		}, 6000, "/events/acme?types=user.*&limit=1", 6},
		{"groups without members", func(w *world, n int) {
			for i := range n {
				w.create("Group", group(fmt.Sprint(i)))
			}
		}, 1500, "/events/acme/snapshot?limit=1000", 1500},
		{"large users", func(w *world, n int) {
			for i := range n {
				w.create("User", map[string]any{"userName": fmt.Sprint(i), "title": long})
			}
		}, 60, "/events/acme?limit=1000", 60},
		{"a snapshot of large users", func(w *world, n int) {
			for i := range n {
				w.create("User", map[string]any{"userName": fmt.Sprint(i), "title": long})
			}
		}, 60, "/events/acme/snapshot?limit=1000", 60},
		{"a group with a long name", longNamed(long), 60, "/events/acme?limit=1000", 121},
		{"a snapshot of a group with a long name", longNamed(long), 60, "/events/acme/snapshot?limit=1000", 121},
	}
}

func longNamed(name string) func(*world, int) {
	return func(w *world, n int) {
		var ids []string
		for i := range n {
			ids = append(ids, w.create("User", map[string]any{"userName": fmt.Sprint(i)}))
		}
		w.create("Group", map[string]any{"displayName": name, "members": members(ids...)})
	}
}

// TestBounds: what one request for the feed, or for a snapshot, reads and returns does not grow with the tenant; and a reader
// that goes on gets every fact once.
func TestBounds(t *testing.T) {
	t.Parallel()
	for _, b := range bounds() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			store := &reads{Store: memory.New()}
			a := newAPIOver(t, store, "acme")
			b.fill(worldOver(t, store), b.n)
			token := a.reader["acme"]
			seen := map[string]bool{}
			for path, requests := b.path, 1; ; requests++ {
				calls, returned := store.calls.Load(), store.returned.Load()
				status, body := a.call("GET", path, token, "")
				calls, returned = store.calls.Load()-calls, store.returned.Load()-returned
				if status != 200 || calls > 700 || returned > 8000 || len(body) > 3<<20 {
					t.Fatalf("%s: %d, %d calls, %d records, %d bytes", path, status, calls, returned, len(body))
				}
				p := a.parsed(path, body)
				for _, f := range p.Facts {
					if seen[f.ID] {
						t.Fatal(f.ID, "twice")
					}
					seen[f.ID] = true
				}
				next := b.path + "&after=" + p.text()
				if strings.Contains(b.path, "snapshot") {
					next = b.path + "&cursor=" + p.Cursor
				}
				if next == path || strings.HasSuffix(next, "&cursor=") {
					break
				}
				if path = next; requests > 2000 {
					t.Fatal("no end")
				}
			}
			if len(seen) != b.want {
				t.Errorf("%d facts, want %d", len(seen), b.want)
			}
		})
	}
}

// TestAllTenantsWeight: the answer for all tenants has as much room as that for one.
func TestAllTenantsWeight(t *testing.T) {
	t.Parallel()
	tenants := []string{"acme", "globex", "initech"}
	a := newAPI(t, scim.Retention{}, tenants...)
	title := strings.Repeat("long name ", 8000)
	for _, name := range tenants {
		for i := range 15 {
			if status, body := a.call("POST", "/scim/v2/"+name+"/Users", a.token[name], fmt.Sprintf(`{"userName":"u%d","title":%q}`, i, title)); status != 201 {
				t.Fatal(status, string(body))
			}
		}
	}
	seen := map[string]bool{}
	for cursor, rounds := "", 0; len(seen) < 45; rounds++ {
		status, body := a.call("GET", "/events?limit=1000&after="+cursor, "operator", "")
		if status != 200 || len(body) > 3<<20 || rounds > 45 {
			t.Fatalf("%d, %d bytes, round %d", status, len(body), rounds)
		}
		p := a.parsed("/events", body)
		for _, f := range p.Facts {
			seen[f.ID] = true
		}
		cursor = p.text()
	}
}

// TestReadWeight: Source.Read returns few facts if they are large, and all of them if it is asked again.
func TestReadWeight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	longNamed(strings.Repeat("x", 100_000))(w, 60)
	var all []feed.Fact
	for {
		facts, err := w.source.Read(w.ctx, w.tenant.ID, int64(len(all)), 1000)
		w.must(err)
		if len(facts) == 0 {
			break
		}
		bytes := 0
		for _, f := range facts {
			if f.Group != nil {
				bytes += len(f.Group.Name)
			}
		}
		if bytes > 3<<20 {
			t.Errorf("%d facts of %d bytes", len(facts), bytes)
		}
		all = append(all, facts...)
	}
	if len(all) != 121 || all[120].Seq != 121 {
		t.Errorf("%d facts", len(all))
	}
}
