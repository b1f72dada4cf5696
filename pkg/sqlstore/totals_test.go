package sqlstore_test

import (
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// TestMemberTotals: the counter of a group follows members that join, leave, are cleared and are removed.
func TestMemberTotals(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		s, acme := d.Store(), tenantID(t, "acme")
		commit := func(c scim.Change, want int) {
			t.Helper()
			_, err := s.Commit(t.Context(), acme, c)
			must(t, err)
			l, err := s.Members(t.Context(), acme, userID(50), scim.Page{Limit: 9})
			if err != nil || l.Total != want || len(l.Members) != want {
				t.Errorf("total %d, %d members, want %d: %v", l.Total, len(l.Members), want, err)
			}
		}
		for n := range 5 {
			commit(newUser(n, string(rune('a'+n)), at), 0)
		}
		change := scim.Change{Type: "Group", ID: userID(50), If: scim.IfAny, Now: at}
		commit(newGroup(50, "g", 0, 1), 2)
		join := change
		join.AddMembers = newGroup(50, "g", 1, 2, 3, 4).AddMembers
		commit(join, 5)
		commit(scim.Change{Type: "User", ID: userID(0), If: scim.IfAny, Now: at, Remove: true}, 4)
		leave := change
		leave.RemoveMembers = []string{userID(1), userID(0)}
		commit(leave, 3)
		some := change
		some.ClearMembers, some.AddMembers = true, newGroup(50, "g", 3, 1).AddMembers
		commit(some, 2)
		none := change
		none.ClearMembers = true
		commit(none, 0)
	})
}
