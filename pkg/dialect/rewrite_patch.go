package dialect

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const patchURN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

// opCase writes op in lower case, as the RFC does. An unknown op is left for the core to refuse.
func opCase(r *rewriting) {
	r.operations(func(op map[string]any) {
		name, _ := schema.Field(op, "op").(string)
		switch lower := strings.ToLower(name); lower {
		case "add", "replace", "remove":
			if lower != name {
				put(op, "op", lower)
				r.note("op %q was read as %s", name, lower)
			}
		}
	})
}

// envelope adds the missing schemas of a PATCH body.
func envelope(r *rewriting) {
	if schema.Field(r.body, "Operations") == nil {
		return
	}
	put(r.body, "schemas", []any{patchURN})
	r.note("schemas is missing; the body was read as a PatchOp")
}

// unwrap replaces {"members": […]} as the value of members with the list, in every place where a
// body may name members.
func unwrap(r *rewriting) {
	r.lists(func(l listed) any {
		if l.attr.Name != "members" {
			return l.value
		}
		inner := nested(r.rt, l.value)
		if inner == nil {
			return l.value
		}
		r.note("members nested in members were read as the members")
		return inner
	})
}

// nested returns the members that an object has in turn, or nil. The object may be the only element
// of a list. An object with a value or a $ref is a member itself.
func nested(rt *schema.ResourceType, v any) any {
	m := onlyObject(v)
	if schema.Field(m, "value") != nil || schema.Field(m, "$ref") != nil {
		return nil
	}
	for k, inner := range m {
		if a := listAttribute(rt, k); a != nil && a.Name == "members" {
			return inner
		}
	}
	return nil
}
