package dialect

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const patchURN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

// opCase writes op as the RFC does; what is no operation in any letter case stays for the
// core to refuse.
func opCase(r *rewriting) {
	r.operations(func(op map[string]any) {
		word, _ := field(op, "op").(string)
		switch lower := strings.ToLower(word); lower {
		case "add", "replace", "remove":
			if lower != word {
				put(op, "op", lower)
				r.note("op %q was read as %s", word, lower)
			}
		}
	})
}

// envelope supplies the URN of a PATCH body.
func envelope(r *rewriting) {
	if field(r.body, "Operations") == nil {
		return
	}
	put(r.body, "schemas", []any{patchURN})
	r.note("schemas is missing; the method says that it is a PATCH")
}

// unwrap takes members out of an object that holds nothing else.
func unwrap(r *rewriting) {
	r.operations(func(op map[string]any) {
		path, _ := field(op, "path").(string)
		if !strings.EqualFold(path, "members") {
			return
		}
		m, ok := field(op, "value").(map[string]any)
		if !ok || len(m) != 1 {
			return
		}
		if inner := field(m, "members"); inner != nil {
			put(op, "value", inner)
			r.note("members inside of members were read as the members")
		}
	})
}

// unlist takes a boolean out of a list of one.
func unlist(r *rewriting) {
	r.operations(func(op map[string]any) {
		path, _ := field(op, "path").(string)
		ref, ok := r.rt.ResolveName(path)
		if !ok || ref.Attr == nil || ref.Attr.MultiValued || ref.Leaf().Type != schema.Boolean {
			return
		}
		if b := listed(field(op, "value")); b != nil {
			put(op, "value", b)
			r.note("%s: a list of one was read as its element", ref)
		}
	})
}
