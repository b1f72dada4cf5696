package engine

import (
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// readOnly carries over what clients cannot write and Canonical has left out: attributes, and parts of complex ones.
func readOnly(at scim.Target, s *schema.Schema, from, into map[string]any) {
	for _, a := range s.Attributes {
		switch v := from[a.Name]; {
		case v == nil:
		case a.Mutability == schema.ReadOnly:
			into[a.Name] = v
		case a.Type == schema.Complex && a.MultiValued:
			readOnlyElements(at, a, v, into[a.Name])
		case a.Type == schema.Complex:
			m, _ := into[a.Name].(map[string]any)
			if m == nil {
				m = map[string]any{}
			}
			if addReadOnly(a, v, m); len(m) > 0 {
				into[a.Name] = m
			}
		}
	}
}

// readOnlyElements carries over what is readOnly in the elements of a list. Which element of into one of from has become
// follows from its canonical form.
func readOnlyElements(at scim.Target, a *schema.Attribute, from, into any) {
	list, _ := into.([]any)
	became := make(map[string][]map[string]any, len(list))
	for _, e := range list {
		if m, ok := e.(map[string]any); ok {
			key := contentOf(without(a, m, isPrimary))
			became[key] = append(became[key], m)
		}
	}
	sources, ok := from.([]any)
	if !ok {
		sources = []any{from}
	}
	for _, e := range sources {
		read, _ := a.CoerceElement(e, at.Type.Mode(at.Tenant.Strict), a.Name)
		m, _ := read.(map[string]any)
		key := contentOf(without(a, m, isPrimary))
		if same := became[key]; len(same) > 0 {
			addReadOnly(a, e, same[0])
			became[key] = same[1:]
		}
	}
}

// addReadOnly copies readOnly sub-attributes from one complex value to another one.
func addReadOnly(a *schema.Attribute, from any, into map[string]any) {
	was, _ := from.(map[string]any)
	for _, s := range a.SubAttributes {
		if v := was[s.Name]; v != nil && s.Mutability == schema.ReadOnly {
			into[s.Name] = v
		}
	}
}
