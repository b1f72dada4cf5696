package schema_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// pairwise is what Coerce does to equal roles, element by element: the earlier one gets what it lacks.
func pairwise(a *schema.Attribute, list []any) (out []any) {
next:
	for _, e := range list {
		for i := range out {
			if a.SameElement(out[i], e) {
				have, _ := out[i].(map[string]any)
				both, _ := e.(map[string]any)
				both = maps.Clone(both)
				maps.Copy(both, have)
				out[i] = both
				continue next
			}
		}
		out = append(out, e)
	}
	return out
}

// roles that are looked up are the roles that are compared with each other.
func TestRolesAreLookedUp(t *testing.T) {
	t.Parallel()
	roles := schema.UserType().Schema.Attribute("roles")
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var list []any
		for i := range 1 + r.IntN(7) {
			e := map[string]any{"value": []string{"a", "A", "b", "ß"}[r.IntN(4)]}
			if typ := []string{"", "x", "X", "y"}[r.IntN(4)]; typ != "" {
				e["type"] = typ
			}
			if r.IntN(3) == 0 {
				e["display"] = fmt.Sprint(i)
			}
			if r.IntN(6) == 0 {
				delete(e, "value")
				e["display"] = "d"
			}
			list = append(list, e)
		}
		want := pairwise(roles, list)
		got, err := roles.Coerce(list, schema.Mode{}, "roles")
		if diff := cmp.Diff(any(want), got); err != nil || diff != "" {
			t.Fatalf("%v: %v %s", list, err, diff)
		}
	}
}
