package dialect

import (
	"maps"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// packed reports whether a string may hold a JSON object.
func packed(s string) bool { return len(s) > 1 && s[0] == '{' && s[len(s)-1] == '}' }

// unpackAll replaces elements whose value is a JSON object in a string (Entra's complex app
// roles) with that object.
func unpackAll(r *rewriting) {
	r.objects(func(m map[string]any) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !strings.EqualFold(k, "members") {
				r.unpackList(k, m[k])
			}
		}
	})
	if !r.patch {
		return
	}
	r.operations(func(op map[string]any) {
		if path, _ := schema.Field(op, "path").(string); path != "" && !strings.EqualFold(path, "members") {
			r.unpackList(path, schema.Field(op, "value"))
		}
	})
}

func (r *rewriting) unpackList(name string, v any) {
	list, _ := v.([]any)
	for i, e := range list {
		m, isMap := e.(map[string]any)
		if isMap {
			e = m["value"]
		}
		s, _ := e.(string)
		inner := unpack(s)
		if inner == nil {
			continue
		}
		for k, v := range m { // the element's other members win
			if k != "value" {
				inner[k] = v
			}
		}
		list[i] = inner
		r.note("%s: JSON in a string was read as an object", schema.NameOnly(name))
	}
}

// unpack decodes the object in a string; nil if there is none with a value.
func unpack(s string) map[string]any {
	if !packed(s) {
		return nil
	}
	m, err := schema.DecodeJSON([]byte(s), 4)
	if err != nil || m["value"] == nil {
		return nil
	}
	out := map[string]any{"value": m["value"]}
	if d := m["displayName"]; d != nil {
		out["display"] = d
	}
	return out
}
