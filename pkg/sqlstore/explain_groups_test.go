package sqlstore_test

import (
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestNoScanOfRoles: statements over groups and memberships of an application find their rows by the indexes of
// the manual, except for the list of a tenant and for Sweep.
func TestNoScanOfRoles(t *testing.T) {
	t.Parallel()
	d := sqltest.SQLite(t)
	s, acme, ctx := withRoles(t, d), tenantID(t, "acme"), t.Context()
	commit := func(c scim.Change) {
		t.Helper()
		_, err := s.Commit(ctx, acme, c)
		must(t, err)
	}
	commit(newUser(1, "u1", at))
	commit(newUser(2, "u2", at))
	commit(newGroup(50, "g", 1))
	g := scim.Change{Type: "Group", ID: userID(50), If: scim.IfAny, Now: at}
	g.AddMembers, g.RemoveMembers = newGroup(50, "g", 2).AddMembers, []string{userID(1)}
	commit(g)
	g.AddMembers, g.RemoveMembers, g.ClearMembers = nil, nil, true
	commit(g)
	for _, page := range []scim.Page{{Limit: 5}, {Limit: 5, After: userID(1)}, {}} {
		_, err := s.Members(ctx, acme, userID(50), page)
		must(t, err)
		_, err = s.List(ctx, acme, "Group", page)
		must(t, err)
	}
	_, err := s.IsMember(ctx, acme, userID(50), []string{userID(1)})
	must(t, err)
	_, err = s.MemberOf(ctx, acme, []string{userID(1), userID(2)})
	must(t, err)
	commit(scim.Change{Type: "User", ID: userID(2), If: scim.IfAny, Now: at, Remove: true})
	commit(scim.Change{Type: "Group", ID: userID(50), If: scim.IfAny, Now: at, Remove: true})
	indexed(t, d, 12, func(text string) bool {
		return strings.Contains(text, "roles") && !strings.Contains(text, "CREATE ") && !strings.Contains(text, "NOT EXISTS (SELECT 1 FROM roles") &&
			!strings.HasSuffix(text, "AND 1 = 0")
	})
}
