package dynamo_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// ranges are a table and a store in memory with the same resources.
type ranges struct {
	*testing.T
	r      *rand.Rand
	stores []scim.Store
	id     scim.TenantID
	long   string
}

// value is a key: short ones that many resources share, and those that sort keys have no room for.
func (g *ranges) value() string {
	switch g.r.IntN(8) {
	case 0:
		return g.long + fmt.Sprint(g.r.IntN(3)) // of more than 900 bytes: hashed
	case 1:
		return "~" + fmt.Sprint(g.r.IntN(3)) // hashed
	case 2:
		return g.long[:890] + fmt.Sprint(g.r.IntN(3))
	}
	return []string{"a", "ab", "b", "é", "x", "xx", "\U0010ffff", "~"}[g.r.IntN(8)]
}

// write changes the keys of one of 40 resources in both stores. A value may be unique in one resource and
// shared by others, as it is after the settings have changed.
func (g *ranges) write() {
	g.Helper()
	c := scim.Change{Type: "User", ID: userID(g.r.IntN(40)), Now: time.UnixMilli(1767323045000).UTC(), If: scim.IfAny}
	if g.r.IntN(6) > 0 {
		c.Put = &scim.Resource{Created: c.Now, LastModified: c.Now, Document: []byte(`{}`)}
		seen := map[string]bool{}
		for range g.r.IntN(4) {
			if v := g.value(); !seen[v] {
				seen[v] = true
				c.Keys = append(c.Keys, scim.IndexKey{Attr: "name", Value: v, Unique: g.r.IntN(4) == 0})
			}
		}
	} else {
		c.Remove = true
	}
	for _, s := range g.stores {
		own := c
		_, err := s.Commit(g.Context(), g.id, own)
		if errors.Is(err, scim.ErrNotFound) && !c.Remove {
			own.If = scim.IfAbsent
			_, err = s.Commit(g.Context(), g.id, own)
		}
		if taken := new(scim.TakenError); errors.As(err, &taken) && s == g.stores[0] { // memory refuses more
			return
		}
		if err != nil && !errors.Is(err, scim.ErrNotFound) {
			g.Fatal(err)
		}
	}
}

// bound is none, a value, or one above.
func (g *ranges) bound() string {
	switch g.r.IntN(3) {
	case 0:
		return ""
	case 1:
		return scim.Above(g.value())
	}
	return g.value()
}

// walk reads a range page by page from a store.
func (g *ranges) walk(s scim.Store, kr scim.KeyRange, page scim.Page) (all []string) {
	g.Helper()
	for {
		l, err := s.(scim.Ranger).Range(g.Context(), g.id, "User", kr, page)
		if err != nil {
			g.Fatal(err)
		}
		for _, e := range l.Entries {
			all = append(all, e.Value[:min(len(e.Value), 5)]+e.Value[max(len(e.Value)-1, 0):]+" "+e.Resource.ID[len(e.Resource.ID)-4:])
		}
		all = append(all, fmt.Sprint("more ", l.More))
		if !l.More || len(l.Entries) == 0 || len(all) > 2000 {
			return all
		}
		last := l.Entries[len(l.Entries)-1]
		kr.After, page.After, page.Offset = last.Value, last.Resource.ID, 0
	}
}

// TestRangesAgree: a table gives the pages of every range that memory gives, with hashed values, and with values
// that are unique in one resource and shared by others.
func TestRangesAgree(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	g := &ranges{T: t, r: rand.New(rand.NewPCG(5, 18)), id: id(t, "acme"), long: strings.Repeat("x", 1000)}
	g.stores = []scim.Store{memory.New(), dynamo.New(api, dynamo.Options{Table: table})}
	for n := range racing.Size(100, dynamotest.Size(150, 1500)) {
		g.write()
		if n < 60 {
			continue
		}
		kr := scim.KeyRange{Attr: "name", From: g.bound(), To: g.bound(), Reverse: g.r.IntN(2) == 0}
		if g.r.IntN(3) == 0 {
			kr.Prefix = g.value()
		}
		page := scim.Page{Offset: g.r.IntN(4) * g.r.IntN(10), Limit: 1 + g.r.IntN(5)}
		want, have := g.walk(g.stores[0], kr, page), g.walk(g.stores[1], kr, page)
		if d := cmp.Diff(want, have); d != "" {
			t.Fatalf("%d: %+v %+v (-memory +table):\n%s", n, kr, page, d)
		}
	}
}

// TestRangeBounds: an index with very many hashed values is not ordered, and a place that is too far is refused.
func TestRangeBounds(t *testing.T) {
	t.Parallel()
	_, api := serve(t)
	s, now := dynamo.New(api, dynamo.Options{Table: table}), time.UnixMilli(1767323045000).UTC()
	kr := scim.KeyRange{Attr: "name"}
	for n := range 101 {
		if l, err := s.Range(t.Context(), id(t, "acme"), "User", kr, scim.Page{Limit: 1}); err != nil || len(l.Entries) != min(n, 1) {
			t.Fatalf("%d hashed values: %v %v", n, l, err)
		}
		_, err := s.Commit(t.Context(), id(t, "acme"), scim.Change{Type: "User", ID: userID(n), If: scim.IfAbsent, Now: now,
			Put:  &scim.Resource{Created: now, LastModified: now, Document: []byte(`{}`)},
			Keys: []scim.IndexKey{{Attr: "name", Value: fmt.Sprint("~", n)}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Range(t.Context(), id(t, "acme"), "User", kr, scim.Page{Limit: 1}); !errors.Is(err, scim.ErrUnordered) {
		t.Errorf("101 hashed values: %v", err)
	}
	if _, err := s.Range(t.Context(), id(t, "acme"), "User", kr, scim.Page{Limit: 1, Offset: 11, Reach: 10}); !errors.Is(err, scim.ErrFar) {
		t.Errorf("far: %v", err)
	}
}
