package memory_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// naive is a store without any index: the last change of each resource.
type naive map[string]scim.Change

// ids are the resources that have a key, in order.
func (m naive) ids(key scim.IndexKey) (ids []string) {
	for id, c := range m {
		if slices.ContainsFunc(c.Keys, func(k scim.IndexKey) bool { return k.Attr == key.Attr && k.Value == key.Value }) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// entries are the values and ids of an attribute, in order.
func (m naive) entries(attr string) (list [][2]string) {
	for id, c := range m {
		for _, k := range c.Keys {
			if k.Attr == attr {
				list = append(list, [2]string{k.Value, id})
			}
		}
	}
	slices.SortFunc(list, func(a, b [2]string) int { return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1])) })
	return slices.Compact(list)
}

// random is a change of a resource, with keys that others share and some twice. Some values are in the document, and
// some external ids, far from its beginning or near.
func random(r *rand.Rand, id string, now time.Time) scim.Change {
	c := scim.Change{Type: "User", ID: id, If: scim.IfAny, Now: now, Put: &scim.Resource{ExternalID: fmt.Sprint("x", r.IntN(9))}}
	for range r.IntN(6) + r.IntN(30)/29*20 {
		c.Keys = append(c.Keys, scim.IndexKey{Attr: string(rune('a' + r.IntN(3))), Value: strings.Repeat(fmt.Sprint(r.IntN(12)), r.IntN(3))})
	}
	doc := []byte(`{"schemas":[`)
	for _, k := range c.Keys[:len(c.Keys)/2] {
		doc = fmt.Appendf(doc, "%q,", k.Value)
	}
	c.Put.Document = slices.Concat(doc, bytes.Repeat([]byte("x"), r.IntN(2)*r.IntN(4000)))
	if r.IntN(2) == 0 {
		c.Put.Document = fmt.Appendf(c.Put.Document, "%q", c.Put.ExternalID)
	}
	if r.IntN(3) == 0 {
		c.Put.Hidden = fmt.Appendf(nil, `{"password":"%d"}`, r.Int())
	}
	return c
}

// TestModel compares a store with a naive one in many random changes, also where most keys have the same hash.
func TestModel(t *testing.T) {
	t.Parallel()
	for _, hashes := range []uint32{1, 4, 0} { // 0 are all
		t.Run(fmt.Sprint(hashes), func(t *testing.T) {
			t.Parallel()
			id, s, m := acme(t), memory.New(), naive{}
			s.Collide(hashes)
			r := rand.New(rand.NewPCG(3, uint64(hashes)))
			now := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
			for range 2500 {
				now = now.Add(time.Minute)
				c := random(r, fmt.Sprintf("u%02d", r.IntN(60)), now)
				_, there := m[c.ID]
				switch {
				case !there:
					c.If = scim.IfAbsent
					m[c.ID] = c
				case r.IntN(3) == 0:
					c.Remove, c.Put = true, nil
					delete(m, c.ID)
				default:
					m[c.ID] = c
				}
				if _, err := s.Commit(t.Context(), id, c); err != nil {
					t.Fatal(err)
				}
				m.compare(t, s, id, c.ID, scim.IndexKey{Attr: string(rune('a' + r.IntN(3))), Value: strings.Repeat(fmt.Sprint(r.IntN(12)), r.IntN(3))})
			}
		})
	}
}

// compare reads a resource, a key and its attribute.
func (m naive) compare(t *testing.T, s *memory.Store, tenant scim.TenantID, id string, key scim.IndexKey) {
	t.Helper()
	got, err := s.Get(t.Context(), tenant, "User", id)
	want, there := m[id]
	switch {
	case !there:
		if !errors.Is(err, scim.ErrNotFound) {
			t.Fatalf("%s: %v, want none", id, err)
		}
	case err != nil || !got.LastModified.Equal(want.Now) || got.ExternalID != want.Put.ExternalID ||
		!bytes.Equal(got.Document, want.Put.Document) || !bytes.Equal(got.Hidden, want.Put.Hidden):
		t.Fatalf("%s: %+v, %v, want %+v", id, got, err, want.Put)
	}
	ids := func(l scim.List, err error) (ids []string) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range l.Resources {
			ids = append(ids, r.ID)
		}
		return ids
	}
	page := scim.Page{Limit: 1000}
	if got, want := ids(s.Lookup(t.Context(), tenant, "User", key, page)), m.ids(key); !slices.Equal(got, want) {
		t.Fatalf("%v: %v, want %v", key, got, want)
	}
	if got, want := ids(s.List(t.Context(), tenant, "User", page)), slices.Sorted(maps.Keys(m)); !slices.Equal(got, want) {
		t.Fatalf("all: %v, want %v", got, want)
	}
	entries := m.entries(key.Attr)
	for _, reverse := range []bool{false, true} {
		l, err := s.Range(t.Context(), tenant, "User", scim.KeyRange{Attr: key.Attr, Reverse: reverse}, page)
		if err != nil || len(l.Entries) != len(entries) {
			t.Fatalf("%s: %d entries, %v, want %d", key.Attr, len(l.Entries), err, len(entries))
		}
		for i, e := range l.Entries {
			if got := [2]string{e.Value, e.Resource.ID}; got != entries[i] {
				t.Fatalf("%s: %v at %d, want %v", key.Attr, got, i, entries[i])
			}
		}
		slices.Reverse(entries)
	}
}
