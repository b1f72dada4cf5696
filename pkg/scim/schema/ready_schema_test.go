package schema_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestReadySchemas: under schemas of a tenant's own, too, a body that is ready is its own canonical document. The names of
// sub-attributes are those that have a meaning of their own.
func TestReadySchemas(t *testing.T) {
	t.Parallel()
	g := readyGen{rand.New(rand.NewPCG(3, 4))}
	ready := 0
	for range 300 {
		attrs := g.attributes([]string{"one", "two", "three", "four"}, true)
		list, err := json.Marshal([]any{
			map[string]any{"id": "urn:example:2.0:Own", "name": "Own", "attributes": attrs},
			map[string]any{"name": "User", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
				"schemaExtensions": []any{map[string]any{"schema": "urn:example:2.0:Own", "required": false}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		types, err := schema.Load(schema.File{Name: "own.json", Data: list})
		if err != nil {
			t.Fatalf("%s: %v", list, err)
		}
		for range 30 {
			raw := map[string]any{
				"schemas":  []any{"urn:ietf:params:scim:schemas:core:2.0:User", "urn:example:2.0:Own"},
				"userName": "u", "urn:example:2.0:Own": g.object(attrs),
			}
			if !types[0].Ready(raw, schema.Mode{}) {
				continue
			}
			ready++
			text := fmt.Sprint(raw)
			if doc, notes, err := types[0].Canonical(raw, schema.Mode{}); err != nil || len(notes) > 0 || !schema.Equal(doc, raw) {
				t.Fatalf("%s is ready; it becomes %v, %v, %v\n%s", text, doc, notes, err, list)
			}
		}
	}
	if ready < 500 {
		t.Errorf("only %d bodies are ready", ready)
	}
}

// readyGen makes attributes, and values for them.
type readyGen struct{ *rand.Rand }

func (g readyGen) attributes(names []string, complexToo bool) (list []map[string]any) {
	types := []string{"string", "string", "string", "boolean", "reference", "complex", "complex"}
	for _, name := range names {
		a := map[string]any{"name": name, "type": types[g.IntN(len(types))], "multiValued": g.IntN(3) == 0, "caseExact": g.IntN(2) == 0, "required": g.IntN(6) == 0}
		if name == "primary" {
			a["type"], a["multiValued"] = "boolean", false
		}
		if !complexToo {
			if a["multiValued"] = false; a["type"] == "complex" {
				a["type"] = "string"
			}
		}
		if a["type"] == "complex" {
			a["subAttributes"] = g.attributes([]string{"value", "$ref", "type", "primary", "display"}[g.IntN(2):2+g.IntN(4)], false)
		}
		if a["type"] == "string" && g.IntN(4) == 0 {
			a["canonicalValues"] = []string{"a", "b"}
		}
		if g.IntN(8) == 0 {
			a["mutability"] = []string{"readOnly", "immutable", "writeOnly"}[g.IntN(3)]
		}
		list = append(list, a)
	}
	return list
}

func (g readyGen) object(attrs []map[string]any) map[string]any {
	out := map[string]any{}
	for _, a := range attrs {
		name, _ := a["name"].(string)
		switch many, _ := a["multiValued"].(bool); {
		case g.IntN(2) == 0:
		case many:
			list := make([]any, 1+g.IntN(2))
			for i := range list {
				list[i] = g.value(a)
			}
			out[name] = list
		default:
			out[name] = g.value(a)
		}
	}
	return out
}

func (g readyGen) value(a map[string]any) any {
	switch subs, _ := a["subAttributes"].([]map[string]any); {
	case subs != nil:
		return g.object(subs)
	case a["type"] == "boolean":
		return g.IntN(2) == 0
	}
	return []any{"a", "b", "A", "https://x/Users/1", "a", "b", " ", ""}[g.IntN(8)]
}
