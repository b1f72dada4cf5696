package schema_test

import (
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestWithoutTolerances: a body that needs a tolerance is refused without it, and accepted
// without all other ones. Strict mode has none of them.
func TestWithoutTolerances(t *testing.T) {
	t.Parallel()
	head := `{"schemas":["` + schema.URNUser + `"],"userName":"a",`
	for name, c := range map[string]struct {
		less schema.Tolerance
		in   string
	}{
		"boolean":        {schema.BooleanString, head + `"active":"False"}`},
		"one object":     {schema.BareValue, head + `"emails":{"value":"a@x.example"}}`},
		"schemas":        {schema.BareValue, `{"schemas":"` + schema.URNUser + `","userName":"a"}`},
		"list of one":    {schema.ListOfOne, head + `"name":[{"givenName":"A"}]}`},
		"text":           {schema.StringValue, head + `"emails":["a@x.example"]}`},
		"primaries":      {schema.LastPrimary, head + `"emails":[{"value":"a@x.example","primary":true},{"value":"b@x.example","primary":true}]}`},
		"no schemas":     {schema.NoSchemas, `{"userName":"a"}`},
		"unknown schema": {schema.UnknownSchemas, `{"schemas":["` + schema.URNUser + `","urn:x"],"userName":"a"}`},
		"unknown name":   {schema.UnknownNames, head + `"shoeSize":43}`},
		"bare extension": {schema.UnknownNames | schema.BareExtension, head + `"department":"D"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := schema.DecodeJSON([]byte(c.in), 10)
			if err != nil {
				t.Fatal(err)
			}
			user := schema.UserType()
			if _, notes, err := user.WithoutTolerances(schema.AllTolerances&^c.less).Canonical(raw, schema.Mode{}); err != nil || len(notes) == 0 {
				t.Errorf("with it: %v, notes %q", err, notes)
			}
			if doc, _, err := user.WithoutTolerances(c.less).Canonical(raw, schema.Mode{}); err == nil {
				t.Errorf("without it: %v", doc)
			}
			if doc, _, err := user.Canonical(raw, schema.Mode{Strict: true}); err == nil {
				t.Errorf("strict: %v", doc)
			}
		})
	}
}
