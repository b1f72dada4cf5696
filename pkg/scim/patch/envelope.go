package patch

import (
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

type opKind uint8

const (
	opAdd opKind = iota
	opReplace
	opRemove
)

var opNames = [...]string{"add", "replace", "remove"}

func (k opKind) String() string { return opNames[k] }

// rawOperation is one operation as the client sent it.
type rawOperation struct {
	kind     opKind
	path     string
	hasPath  bool
	value    any
	hasValue bool
}

// operations returns the list of operations. A request without any changes nothing in tolerant
// mode: Microsoft's SCIM validator sends it. A body that is not a PatchOp at all is refused in
// every mode, so that no change is lost.
func (r *Request) operations(body map[string]any) ([]any, error) {
	v, given := any(nil), false
	for k, e := range body {
		switch {
		case schema.SameName(k, "Operations"):
			v, given = e, true
		case !schema.SameName(k, "schemas") && schema.Field(body, "Operations") == nil:
			return nil, notPatchOp(body, k)
		}
	}
	if one, ok := v.(map[string]any); ok && !r.mode.Strict {
		r.notes = append(r.notes, "Operations: one operation was read as a list of one")
		v = []any{one}
	}
	list, ok := v.([]any)
	switch {
	case v != nil && !ok, len(list) == 0 && r.mode.Strict:
		return nil, syntax("Operations must be a list with at least one operation")
	case len(list) == 0 && given:
		r.notes = append(r.notes, "Operations is empty; nothing was changed")
	case len(list) == 0:
		r.notes = append(r.notes, "Operations is missing; nothing was changed")
	}
	return list, nil
}

// notPatchOp is the fault for a body without operations that has another member.
func notPatchOp(body map[string]any, member string) error {
	list, _ := schema.Field(body, "schemas").([]any)
	for _, e := range list {
		if s, ok := e.(string); ok && schema.SameName(s, URN) {
			return syntax("Operations must be a list with at least one operation; the body has no Operations, but %q", shorten(member))
		}
	}
	return syntax("the body is a resource, as SCIM 1.1 sends it in a PATCH; send a PatchOp with Operations (RFC 7644 §3.5.2)")
}

// checkSchemas checks the attribute schemas of the body. A tolerant tenant accepts an empty
// request without it.
func (r *Request) checkSchemas(body map[string]any, empty bool) error {
	v := schema.Field(body, "schemas")
	list, _ := v.([]any)
	if urn, isString := v.(string); isString && r.mode.Allows(schema.BareValue) {
		list = []any{urn}
	}
	for _, e := range list {
		if s, ok := e.(string); ok && schema.SameName(s, URN) {
			return nil
		}
	}
	if empty && schema.NoURN(v) && r.mode.Allows(schema.NoSchemas) {
		return nil
	}
	return syntax("schemas must contain %s", URN)
}

func (r *Request) operation(v any) (rawOperation, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return rawOperation{}, syntax("an operation must be an object")
	}
	var op rawOperation
	name, _ := schema.Field(m, "op").(string)
	i := slices.Index(opNames[:], name)
	if i < 0 {
		return op, syntax("op must be add, replace or remove")
	}
	op.kind = opKind(i)
	for k, v := range m {
		switch schema.NameKey(k) {
		case "value":
			op.value, op.hasValue = v, true
		case "path":
			if v == nil {
				continue
			}
			if op.path, ok = v.(string); !ok {
				return op, schema.NewFault(schema.FaultPath, "path must be a string")
			}
			op.hasPath = true
		}
	}
	switch {
	case op.kind == opRemove && !op.hasPath:
		return op, noTarget("remove needs a path")
	case op.kind != opRemove && !op.hasValue:
		return op, invalid("%s needs a value", op.kind)
	case !op.hasPath && r.mode.Strict:
		return op, syntax("%s needs a path", op.kind)
	}
	return op, nil
}
