package dynamo_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestLeaversHaveNames: members that leave have their names in the feed, however many there are: with the group that is
// deleted, and without it. A fact on an item has the names of four.
func TestLeaversHaveNames(t *testing.T) {
	t.Parallel()
	for _, n := range []int{4, 5, 20, 21, 60} {
		for _, remove := range []bool{false, true} {
			for _, batch := range []int{1, 100} { // one: the records of edges come with others
				t.Run(fmt.Sprintf("%d of batches of %d, deleted %t", n, batch, remove), func(t *testing.T) {
					t.Parallel()
					leaversHaveNames(t, n, batch, remove)
				})
			}
		}
	}
}

func leaversHaveNames(t *testing.T, n, batch int, remove bool) {
	t.Helper()
	f := newFed(t, dynamo.Options{}, streams.Deal{Factor: 1, Batch: batch, Seed: 1})
	at := time.UnixMilli(1767323046000).UTC()
	commit := func(c scim.Change) {
		t.Helper()
		at = at.Add(time.Second)
		c.Now = at
		if _, err := f.Commit(t.Context(), id(t, "acme"), c); err != nil {
			t.Fatal(err)
		}
	}
	list := make([]scim.Member, n)
	for i := range list {
		list[i] = scim.Member{ID: userID(i), Type: "User", Display: fmt.Sprint("user ", i)}
		commit(scim.Change{Type: "User", ID: list[i].ID, Display: list[i].Display, Put: &scim.Resource{Created: at, Document: fmt.Appendf(nil, `{"displayName":%q}`, list[i].Display)}})
	}
	commit(scim.Change{Type: "Group", ID: groupID(1), AddMembers: list, Put: &scim.Resource{Created: at, Document: []byte(`{"displayName":"G"}`)}})
	commit(scim.Change{Type: "Group", ID: groupID(1), If: scim.IfAny, ClearMembers: !remove, Remove: remove})
	entries, err := f.Entries(t.Context(), id(t, "acme"), int64(2*n+1), 1000)
	if err != nil {
		t.Fatal(err)
	}
	left := 0
	for _, e := range entries {
		for _, m := range e.Left {
			if left++; m.Display == "" || m.Type != "User" {
				t.Errorf("%s left as %q %q", m.ID, m.Type, m.Display)
			}
		}
	}
	if left != n {
		t.Errorf("%d members left, want %d", left, n)
	}
}
