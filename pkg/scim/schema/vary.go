package schema

import "slices"

// Without returns a copy of the resource type whose base schema does not have the named
// attribute.
func (rt *ResourceType) Without(name string) *ResourceType {
	return rt.vary(func(attrs []*Attribute) []*Attribute {
		return slices.DeleteFunc(attrs, func(a *Attribute) bool { return a.Name == name })
	})
}

// WithUniqueness returns a copy of the resource type whose base schema has another uniqueness
// for the named attribute.
func (rt *ResourceType) WithUniqueness(name string, u Uniqueness) *ResourceType {
	return rt.vary(func(attrs []*Attribute) []*Attribute {
		for i, a := range attrs {
			if a.Name == name {
				changed := *a
				changed.Uniqueness = u
				attrs[i] = &changed
			}
		}
		return attrs
	})
}

func (rt *ResourceType) vary(change func([]*Attribute) []*Attribute) *ResourceType {
	out, s := *rt, rt.Schema
	out.Schema = NewSchema(s.ID, s.Name, s.Description, change(slices.Clone(s.Attributes))...)
	return &out
}
