package admin

import (
	"fmt"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// unkept refuses, of the resource types that documents define, what the service would accept and not keep: members and groups are
// memberships, in every resource type, and no values of the document. Types that a tenant has already are served on.
func unkept(types []*schema.ResourceType, put []SchemaDocument) error {
	var problems []Problem
	for _, rt := range types {
		defined := slices.ContainsFunc(put, func(d SchemaDocument) bool {
			return d.Kind == kindType && schema.SameName(d.ID, rt.Name) || d.Kind == kindSchema && schema.SameName(d.ID, rt.Schema.ID)
		})
		if !defined || rt.IsUser() || rt.IsGroup() {
			continue
		}
		if schema.SameName(rt.Name, "Membership") {
			problems = append(problems, Problem{Field: "documents", Reason: "the facts of a resource type " + rt.Name + " would have the names of those of members of groups",
				Remedy: "give the resource type another name"})
		}
		for _, name := range []string{"members", "groups"} {
			if reason := misshapen(name, rt.Schema.Attribute(name)); reason != "" {
				problems = append(problems, Problem{Field: "documents", Reason: fmt.Sprintf("the attribute %s of the schema %s %s; in every resource type it is the memberships of the resource, and other values would be lost", name, rt.Schema.ID, reason),
					Remedy: "define it as RFC 7643 §4 does, or give it another name"})
			}
		}
	}
	return invalid(problems...)
}

// misshapen says what keeps an attribute named members or groups from being memberships; "" if nothing does.
func misshapen(name string, a *schema.Attribute) string {
	switch {
	case a == nil:
		return ""
	case a.Name != name:
		return "is spelt " + a.Name
	case a.Type != schema.Complex || !a.MultiValued || a.Sub("value") == nil:
		return "is not a list of objects with a value"
	case name == "groups" && a.Mutability != schema.ReadOnly:
		return "is not readOnly"
	}
	for _, s := range a.SubAttributes {
		if !slices.Contains([]string{"value", "$ref", "type", "display"}, s.Name) {
			return "has the sub-attribute " + s.Name
		}
	}
	return ""
}
