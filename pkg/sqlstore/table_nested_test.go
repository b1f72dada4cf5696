package sqlstore_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// TestNestedMappedGroups: a group that is a row does not become a member of another one, by whatever request,
// and the answer says what to do; nothing is written.
func TestNestedMappedGroups(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		a := teamsOf(t, d)
		user := value(a.send("POST", "/Users", `{"userName":"u"}`, 201), "id")
		inner := value(a.send("POST", "/Groups", `{"displayName":"Inner","members":[{"value":"`+user+`"}]}`, 201), "id")
		outer := value(a.send("POST", "/Groups", `{"displayName":"Outer"}`, 201), "id")
		for _, typed := range []string{"", `,"type":"Group"`} {
			members := fmt.Sprintf(`[{"value":%q},{"value":%q%s}]`, user, inner, typed)
			for _, r := range [][3]string{
				{"POST", "/Groups", `{"displayName":"New","members":` + members + `}`},
				{"PUT", "/Groups/" + outer, `{"displayName":"Other","members":` + members + `}`},
				{"PATCH", "/Groups/" + outer, fmt.Sprintf(patch, `{"op":"add","path":"members","value":`+members+`},{"op":"replace","path":"displayName","value":"Other"}`)},
			} {
				refused := a.send(r[0], r[1], r[2], 400)
				if detail := value(refused, "detail"); !strings.Contains(detail, "add the members of that Group instead") {
					t.Errorf("%s with type %q: %s", r[0], typed, detail)
				}
			}
		}
		groups := a.send("GET", "/Groups", "", 200)
		a.shows(groups, map[string]string{"totalResults": "2", "Resources.1.displayName": "Outer", "Resources.1.members.0.value": ""})
		if n := a.count(`1 = 1`); n != 1 {
			t.Errorf("%d memberships", n)
		}
	})
}

// TestNestedBesideMappedUsers: with users that are rows and groups that are not, groups have groups as members.
func TestNestedBesideMappedUsers(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		a := shapes()[0].open(t, d)
		user := value(a.send("POST", "/Users", `{"userName":"u","name":{"familyName":"U"}}`, 201), "id")
		inner := value(a.send("POST", "/Groups", `{"displayName":"Inner","members":[{"value":"`+user+`"}]}`, 201), "id")
		outer := a.send("POST", "/Groups", `{"displayName":"Outer","members":[{"value":"`+inner+`"}]}`, 201)
		a.shows(outer, map[string]string{"members.0.value": inner, "members.0.type": "Group"})
		a.shows(a.send("GET", "/Users/"+user, "", 200), map[string]string{"groups.0.type": "direct", "groups.1.type": "indirect"})
	})
}
