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

// unwrap replaces {"members": […]} as the value of members with the list.
func unwrap(r *rewriting) {
	r.operations(func(op map[string]any) {
		path, _ := schema.Field(op, "path").(string)
		if !strings.EqualFold(path, "members") {
			return
		}
		m, ok := schema.Field(op, "value").(map[string]any)
		if !ok || len(m) != 1 {
			return
		}
		if inner := schema.Field(m, "members"); inner != nil {
			put(op, "value", inner)
			r.note("members nested in members were read as the members")
		}
	})
}

// unlist replaces a list of one boolean with the boolean.
func unlist(r *rewriting) {
	r.operations(func(op map[string]any) {
		path, _ := schema.Field(op, "path").(string)
		ref, ok := r.rt.ResolveName(path)
		if !ok || ref.Attr == nil || ref.Attr.MultiValued || ref.Leaf().Type != schema.Boolean {
			return
		}
		if b := listedBoolean(schema.Field(op, "value")); b != nil {
			put(op, "value", b)
			r.note("%s: a list of one was read as its element", ref)
		}
	})
}
