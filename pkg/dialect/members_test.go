package dialect_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/dialect"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TestMembers: the spellings of members that are read as members, wherever a body may have them
// (COMMON-16, ENTRA-13).
func TestMembers(t *testing.T) {
	t.Parallel()
	const nested = "members nested in members were read as the members"
	const text = "members: JSON in a string was read as an object"
	for name, c := range map[string]struct{ value, want, note string }{
		"nested":                     {`{"members":[{"value":"a"}]}`, `[{"value":"a"}]`, nested},
		"nested ids":                 {`{"Members":["a"]}`, `["a"]`, nested},
		"nested under a URN":         {`{"` + schema.URNGroup + `:members":["a"]}`, `["a"]`, nested},
		"nested beside schemas":      {`{"schemas":["` + schema.URNGroup + `"],"members":["a"]}`, `["a"]`, nested},
		"nested in a list":           {`[{"members":["a"]}]`, `["a"]`, nested},
		"nested, none":               {`{"members":[]}`, `[]`, nested},
		"an element in a string":     {`["{\"value\":\"a\"}"]`, `[{"value":"a"}]`, text},
		"the list in a string":       {`"[{\"value\":\"a\"}]"`, `[{"value":"a"}]`, text},
		"one member":                 {`{"value":"a"}`, `{"value":"a"}`, ""},
		"a member with more":         {`[{"value":"a","members":["b"]}]`, `[{"value":"a","members":["b"]}]`, ""},
		"a member by its $ref":       {`{"$ref":"Users/a","members":["b"]}`, `{"$ref":"Users/a","members":["b"]}`, ""},
		"ids":                        {`["a","b"]`, `["a","b"]`, ""},
		"two objects with members":   {`[{"members":["a"]},{"members":["b"]}]`, `[{"members":["a"]},{"members":["b"]}]`, ""},
		"a string that is no object": {`["{a}"]`, `["{a}"]`, ""},
	} {
		for _, place := range []struct{ name, head, tail string }{
			{"path", `{"schemas":["P"],"Operations":[{"op":"remove","path":"members","value":`, `}]}`},
			{"blanks", `{"schemas":["P"],"Operations":[{"op":"add","path":" Members ","value":`, `}]}`},
			{"URN", `{"schemas":["P"],"Operations":[{"op":"remove","path":"` + schema.URNGroup + `:members","value":`, `}]}`},
			{"dot", `{"schemas":["P"],"Operations":[{"op":"remove","path":"` + schema.URNGroup + `.members","value":`, `}]}`},
			{"no path", `{"schemas":["P"],"Operations":[{"op":"replace","value":{"members":`, `}}]}`},
			{"URN key", `{"schemas":["P"],"Operations":[{"op":"replace","value":{"` + schema.URNGroup + `:members":`, `}}]}`},
			{"base schema", `{"schemas":["P"],"Operations":[{"op":"add","path":"` + schema.URNGroup + `","value":{"members":`, `}}]}`},
			{"resource", `{"displayName":"g","members":`, `}`},
			{"container", `{"` + schema.URNGroup + `":{"members":`, `}}`},
		} {
			t.Run(name+"/"+place.name, func(t *testing.T) {
				t.Parallel()
				got, want := decode(t, place.head+c.value+place.tail), decode(t, place.head+c.want+place.tail)
				notes := dialect.Standard().Normalise(&scim.Tenant{}, schema.GroupType(), got["Operations"] != nil, got)
				if d := cmp.Diff(want, got); d != "" {
					t.Error(d)
				}
				if c.note == "" && len(notes) > 0 || c.note != "" && len(notes) != 1 {
					t.Errorf("notes %q, want %q", notes, c.note)
				}
			})
		}
	}
}
