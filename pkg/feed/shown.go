package feed

import (
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// depth bounds the nesting of a stored document.
const depth = 64

// shown is the document of a resource as the default representation has it: without what is never
// returned, returned on request only, writeOnly, or unknown to the schemas. Its maps are the caller's.
// Of a type that the tenant does not have nothing is shown: nil.
func shown(rt *schema.ResourceType, r *scim.Resource) (map[string]any, error) {
	if r == nil || rt == nil {
		return nil, nil //nolint:nilnil // a resource without a document has no attributes
	}
	doc, err := schema.DecodeJSON(r.Document, depth)
	if err != nil {
		return nil, err
	}
	out := level(doc, rt.Schema.Attributes)
	for _, name := range []string{"schemas", "externalId"} {
		if v, ok := doc[name]; ok {
			out[name] = v
		}
	}
	for _, e := range rt.Extensions {
		if in, ok := doc[e.Schema.ID].(map[string]any); ok {
			if sub := level(in, e.Schema.Attributes); len(sub) > 0 {
				out[e.Schema.ID] = sub
			}
		}
	}
	return out, nil
}

// visible reports whether values of an attribute may be in a fact.
func visible(a *schema.Attribute) bool {
	return a.Returned != schema.Never && a.Returned != schema.OnRequest && a.Mutability != schema.WriteOnly
}

// level copies the attributes that may be shown.
func level(doc map[string]any, attributes []*schema.Attribute) map[string]any {
	out := make(map[string]any, len(doc))
	for _, a := range attributes {
		v, ok := doc[a.Name]
		if !ok || !visible(a) {
			continue
		}
		if a.Type == schema.Complex {
			if v = complexValue(v, a.SubAttributes); v == nil {
				continue
			}
		} else if hasObjects(v) {
			continue // the schema has changed since, and does not say what may be shown
		}
		out[a.Name] = v
	}
	return out
}

func hasObjects(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return true
	case []any:
		return slices.ContainsFunc(v, hasObjects)
	}
	return false
}

// complexValue is a complex value, or a list of them, with the sub-attributes that may be shown; nil if
// nothing is left.
func complexValue(v any, subs []*schema.Attribute) any {
	switch v := v.(type) {
	case map[string]any:
		if out := level(v, subs); len(out) > 0 {
			return out
		}
	case []any:
		out := make([]any, 0, len(v))
		for _, e := range v {
			if e = complexValue(e, subs); e != nil {
				out = append(out, e)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// flat are the attributes of a document by the names of Fact.Changed.
func flat(rt *schema.ResourceType, doc map[string]any) map[string]any {
	out := make(map[string]any, len(doc))
	for name, v := range doc {
		if ext, ok := v.(map[string]any); ok && extends(rt, name) {
			for sub, v := range ext {
				out[name+":"+sub] = v
			}
		} else if name != "schemas" {
			out[name] = v
		}
	}
	return out
}

func extends(rt *schema.ResourceType, urn string) bool {
	return slices.ContainsFunc(rt.Extensions, func(e schema.Extension) bool { return e.Schema.ID == urn })
}

// difference returns the names of the attributes that differ, and their values.
func difference(old, now map[string]any) (names []string, before, after map[string]any) {
	before, after = map[string]any{}, map[string]any{}
	for name, v := range old {
		if w, ok := now[name]; !ok || !schema.Equal(v, w) {
			before[name] = v
			if ok {
				after[name] = w
			}
		}
	}
	for name, w := range now {
		if _, ok := old[name]; !ok {
			after[name] = w
		}
	}
	all := maps.Clone(before)
	maps.Copy(all, after)
	return slices.Sorted(maps.Keys(all)), before, after
}
