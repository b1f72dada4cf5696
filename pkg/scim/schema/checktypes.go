package schema

import (
	"errors"
	"strings"
)

// CheckTypes checks the resource types of a tenant, which a program has made, by the rules of Load. Without it, a type with
// an attribute "schemas" would have two members of that name in every answer, and of two types with one endpoint the later one would be
// ignored. The error names the type and the place in it.
func CheckTypes(types []*ResourceType) error {
	for i, rt := range types {
		if rt == nil || rt.Schema == nil {
			return errors.New("a resource type, or its Schema, is nil")
		}
		at := place("resource type " + rt.Name)
		if err := checkType(at+":", rt); err != nil {
			return err
		}
		for _, other := range types[:i] {
			if SameName(other.Name, rt.Name) || strings.EqualFold(other.Endpoint, rt.Endpoint) {
				return at.errorf("another one has the same name or endpoint: %s, %s", other.Name, other.Endpoint)
			}
		}
		if err := checkSchemas(at, rt); err != nil {
			return err
		}
	}
	return nil
}

// checkSchemas checks the schemas of a resource type, but for those of this package.
func checkSchemas(at place, rt *ResourceType) error {
	list := make([]*Schema, 1, 1+len(rt.Extensions))
	list[0] = rt.Schema
	for _, e := range rt.Extensions {
		if e.Schema == nil {
			return at.errorf("the Schema of an extension is nil")
		}
		list = append(list, e.Schema)
	}
	for i, s := range list {
		for _, other := range list[:i] {
			if SameName(other.ID, s.ID) {
				return at.errorf("the schema %q is used twice", s.ID)
			}
		}
		if s == userSchema || s == groupSchema || s == enterpriseUserSchema {
			continue
		}
		if err := checkID(at+":", s.ID); err != nil {
			return err
		}
		if err := checkAttributes(at+place(": schema "+s.ID+": attribute "), s.Attributes, false); err != nil {
			return err
		}
	}
	return nil
}

func checkAttributes(at place, attrs []*Attribute, sub bool) error {
	seen := make(map[string]bool, len(attrs))
	for _, a := range attrs {
		at, key := at+place(a.Name), NameKey(a.Name)
		if seen[key] {
			return at.errorf("%q is defined twice", a.Name)
		}
		seen[key] = true
		if err := checkDefinition(at+":", a, len(a.SubAttributes), sub); err != nil {
			return err
		}
		if err := checkAttributes(at+".", a.SubAttributes, true); err != nil {
			return err
		}
	}
	return nil
}
