package activity

import (
	"encoding/json"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// keepValues adds the new values of what changed, except those of attributes that the schema never
// returns, or returns only on request.
func (r *Record) keepValues(c *commit, changed []string) {
	rt := c.tenant.Types.ByName(c.typ)
	if rt == nil {
		return
	}
	is := fields(c.put.Document)
	for _, name := range changed {
		ref, ok := rt.ResolveName(name)
		if !ok || ref.Attr == nil || secret(ref.Attr) || ref.Sub != nil && secret(ref.Sub) {
			continue
		}
		raw := is[ref.Attr.Name]
		if ref.Container != "" {
			raw = fields(is[ref.Container])[ref.Attr.Name]
		}
		if ref.Sub != nil {
			raw = fields(raw)[ref.Sub.Name]
		}
		var v any
		if json.Unmarshal(raw, &v) != nil {
			v = nil // the attribute was removed
		}
		if r.Values == nil {
			r.Values = map[string]any{}
		}
		r.Values[name] = withoutSecrets(ref.Attr, ref.Sub, v)
	}
}

func secret(a *schema.Attribute) bool {
	return a.Returned == schema.Never || a.Returned == schema.OnRequest
}

// withoutSecrets removes secret sub-attributes from a value.
func withoutSecrets(a, sub *schema.Attribute, v any) any {
	if sub != nil {
		return v
	}
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = withoutSecrets(a, nil, v[i])
		}
	case map[string]any:
		for k := range v {
			if s := a.Sub(k); s == nil || secret(s) {
				delete(v, k)
			}
		}
	}
	return v
}
