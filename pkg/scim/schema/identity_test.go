package schema_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestTypesOfElements: elements with one value are the same if their types compare equal, as the schema compares them: a tenant's own schema
// may have types that differ in case only, or numbers.
func TestTypesOfElements(t *testing.T) {
	t.Parallel()
	home, more := map[string]any{"value": "a", "type": "home"}, map[string]any{"value": "A", "type": "Home"}
	one, two := map[string]any{"value": "a", "type": json.Number("1")}, map[string]any{"value": "a", "type": json.Number("2")}
	bare := map[string]any{"value": "a"}
	for name, c := range map[string]struct {
		typ  *schema.Attribute
		x, y any
		same bool
	}{
		"another case":                {&schema.Attribute{Name: "type"}, home, more, true},
		"another case, caseExact":     {&schema.Attribute{Name: "type", CaseExact: true}, home, more, false},
		"the same, caseExact":         {&schema.Attribute{Name: "type", CaseExact: true}, home, home, true},
		"another number":              {&schema.Attribute{Name: "type", Type: schema.Integer}, one, two, false},
		"the same number":             {&schema.Attribute{Name: "type", Type: schema.Integer}, one, one, true},
		"a type and none":             {&schema.Attribute{Name: "type"}, home, bare, false},
		"a number and none":           {&schema.Attribute{Name: "type", Type: schema.Integer}, one, bare, false},
		"a type that the schema lost": {&schema.Attribute{Name: "kind"}, home, more, true},
	} {
		a := &schema.Attribute{Name: "links", Type: schema.Complex, MultiValued: true, SubAttributes: []*schema.Attribute{{Name: "value"}, c.typ}}
		schema.NewSchema("urn:t", "T", "", a) // which compiles it
		if got := a.SameElement(c.x, c.y); got != c.same {
			t.Errorf("%s: the same is %t", name, got)
		}
		if c.typ.Name != "type" {
			continue
		}
		want := []any{c.x, c.y}
		if c.same {
			want = want[:1]
		}
		got, err := a.Coerce([]any{c.x, c.y}, schema.Mode{}, "links")
		if diff := cmp.Diff(any(want), got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}
