package memory_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestFeedItem: an entry has the resource before and after, who made the change, and the groups of the resource, however
// alike the documents are: each begins or ends with parts of the other, or is the same. It stays as it is when it has
// long expired.
func TestFeedItem(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	text := func(most int) string {
		return strings.Repeat([]string{"a", "ab", "", "ü", "aab"}[random.IntN(5)], random.IntN(most))
	}
	id, now := acme(t), time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	const kept = 50 // blocks are used again
	s := memory.NewWith(memory.Options{Feed: scim.Retention{Entries: kept}})
	commit := func(c scim.Change) *scim.Resource {
		t.Helper()
		now = now.Add(time.Duration(random.IntN(3)) * time.Microsecond)
		c.Now = now
		r, err := s.Commit(t.Context(), id, c)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	var want, got []scim.Entry
	expect := func(e scim.Entry) {
		e.First, e.Last, e.Time = int64(len(want)+1), int64(len(want)+1), now
		want = append(want, e)
	}
	first := commit(scim.Change{Type: "Group", ID: "g", Put: &scim.Resource{Created: now, Document: []byte(`{}`)}})
	expect(scim.Entry{Type: "Group", ID: "g", Own: true, After: first})
	var before *scim.Resource
	var groups []string
	member := scim.Member{ID: "u", Type: "User", Display: "ü"}
	for n := range 3000 {
		actor := scim.Actor{Token: text(4), IdP: text(3), Agent: text(2), Operator: text(3), RequestID: fmt.Sprint(n)}
		switch roll := random.IntN(10); {
		case before == nil || roll < 7:
			put := &scim.Resource{ExternalID: text(3), Document: []byte(`{"a":"` + text(30) + `"}`), Hidden: []byte("secret"), Created: now}
			c := scim.Change{Type: "User", ID: "u", Put: put, Keys: []scim.IndexKey{{Attr: "a", Value: text(9)}}, Actor: actor}
			if before != nil {
				c.If, put.Created = scim.IfAny, before.Created
			}
			after := commit(c)
			expect(scim.Entry{Type: "User", ID: "u", Own: true, Before: before, After: after, Groups: groups, Actor: actor})
			before = after
		case roll < 9 && groups == nil:
			group := commit(scim.Change{Type: "Group", ID: "g", If: scim.IfAny, AddMembers: []scim.Member{member}, Actor: actor})
			expect(scim.Entry{Type: "Group", ID: "g", After: group, Joined: []scim.Member{member}, Actor: actor})
			groups = []string{"g"}
		case groups != nil:
			group := commit(scim.Change{Type: "Group", ID: "g", If: scim.IfAny, RemoveMembers: []string{"u"}, Actor: actor})
			expect(scim.Entry{Type: "Group", ID: "g", After: group, Left: []scim.Member{member}, Actor: actor})
			groups = nil
		default:
			commit(scim.Change{Type: "User", ID: "u", If: scim.IfAny, Remove: true, Actor: actor})
			expect(scim.Entry{Type: "User", ID: "u", Own: true, Before: before, Actor: actor})
			before = nil
		}
		if last := len(want); last%kept == 0 {
			list, err := s.Entries(t.Context(), id, int64(last-kept), kept)
			if err != nil || len(list) != kept {
				t.Fatalf("%d entries, %v", len(list), err)
			}
			got = append(got, list...)
		}
	}
	if len(got) < 2000 {
		t.Fatalf("%d entries", len(got))
	}
	for i, e := range got {
		if diff := cmp.Diff(want[e.First-1].Shown(), e); diff != "" {
			t.Fatalf("entry %d of %d: %s", i+1, len(got), diff)
		}
	}
}
