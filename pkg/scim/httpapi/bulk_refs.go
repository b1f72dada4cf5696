package httpapi

import (
	"maps"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// idOf returns the id of the resource that a bulkId names, and creates the resource first if its
// operation has not run yet.
func (j *bulkJob) idOf(ref string) (string, error) {
	if id, ok := j.created[ref]; ok {
		return id, nil
	}
	if dep := j.byID[ref]; dep != nil && dep.method == "POST" && !dep.busy && !j.stopped() {
		j.run(dep)
	}
	if id, ok := j.created[ref]; ok {
		return id, nil
	}
	return "", scim.NewError(scim.CodeBulkReference, "bulkId %q names no resource that this request created", ref)
}

// resolve replaces "bulkId:x" by the id, in the references and PATCH paths of an operation and nowhere
// else: a title may begin with "bulkId:" (RFC 7644 §3.7.2).
func (j *bulkJob) resolve(op *bulkOp, rt *schema.ResourceType) (err error) {
	if op.method == "PATCH" {
		return j.operations(op, rt)
	}
	return j.resource(op, rt, "", op.data)
}

// resource resolves a body, or the extension of it with the URN urn, in place. Its members are in the order of their
// names: which operation is carried out first, and which fails because of another, must not be a matter of chance.
func (j *bulkJob) resource(op *bulkOp, rt *schema.ResourceType, urn string, body map[string]any) error {
	for _, k := range slices.Sorted(maps.Keys(body)) {
		v := body[k]
		ref, ok := named(rt, urn, k)
		if !ok {
			continue
		}
		if ref.Attr == nil {
			if inner, ok := v.(map[string]any); ok {
				if err := j.resource(op, rt, k, inner); err != nil {
					return err
				}
			}
			continue
		}
		if j.defers(op, ref, v) {
			delete(body, k)
			continue
		}
		out, err := j.value(op, ref, v)
		if err != nil {
			return err
		}
		body[k] = out
	}
	return nil
}

// named resolves the name of a member of a body. Without an attribute, it is the URN of a schema.
func named(rt *schema.ResourceType, urn, name string) (schema.Ref, bool) {
	switch {
	case urn != "":
		return rt.Resolve(urn, name, "")
	case strings.EqualFold(name, rt.Schema.ID):
		return schema.Ref{}, true
	}
	return rt.ResolveName(name)
}

// value resolves the references in a value of an attribute or sub-attribute.
func (j *bulkJob) value(op *bulkOp, ref schema.Ref, v any) (any, error) {
	switch v := v.(type) {
	case string:
		if refers(ref.Attr, ref.Sub) {
			return j.text(v)
		}
	case []any:
		out := make([]any, 0, len(v))
		for _, e := range v {
			if j.defers(op, ref, e) {
				continue
			}
			r, err := j.value(op, ref, e)
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
		return out, nil
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			e, sub := v[k], ref.Attr.Sub(k)
			if s, ok := e.(string); ok && sub != nil && refers(ref.Attr, sub) {
				id, err := j.text(s)
				if err != nil {
					return nil, err
				}
				v[k] = id
			}
		}
	}
	return v, nil
}

// refers reports whether the strings of an attribute, or of a sub-attribute of it, refer to
// resources: those of type reference, and value and $ref of a complex attribute that has a $ref. The
// attribute itself stands for its value, as in "manager": "id".
func refers(attr, sub *schema.Attribute) bool {
	switch {
	case attr == nil:
		return false
	case attr.Type == schema.Complex && sub == nil:
		return attr.Sub("$ref") != nil
	case sub == nil:
		return internal(attr)
	case attr.Sub("$ref") != nil && schema.SameName(sub.Name, "value"):
		return true
	}
	return internal(sub)
}

// internal reports whether an attribute refers to resources of this service, not to other URIs.
func internal(a *schema.Attribute) bool {
	outside := func(name string) bool { return name == "external" || name == "uri" }
	return a.Type == schema.Reference && (len(a.ReferenceTypes) == 0 || !slices.ContainsFunc(a.ReferenceTypes, outside))
}

// text resolves one reference: "bulkId:x", or a URL that ends with it.
func (j *bulkJob) text(s string) (string, error) {
	prefix, ref, ok := bulkRef(s)
	if !ok {
		return s, nil
	}
	id, err := j.idOf(ref)
	return prefix + id, err
}

// bulkRef splits a reference into what comes before "bulkId:" and the bulkId.
func bulkRef(s string) (prefix, ref string, ok bool) {
	i := strings.Index(s, "bulkId:")
	if i < 0 || i > 0 && s[i-1] != '/' {
		return "", "", false
	}
	return s[:i], s[i+len("bulkId:"):], true
}
