package patch

import (
	"errors"
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// URN is the schema of a PATCH body (RFC 7644 §3.5.2).
const URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

// Options say how a request is read. The zero value is tolerant and without a limit.
type Options struct {
	Strict bool
	// EntraMembers makes "replace members" with a single element mean add (ENTRA-18).
	EntraMembers bool
	MaxOps       int // operations in one request; 0 = no limit
}

// Request is a PATCH request parsed for one resource type. It can be applied to any number of
// documents: paths are resolved and member values are read once, in Parse. Immutable; safe for
// concurrent use as long as the body it was parsed from is not changed.
type Request struct {
	rt   *schema.ResourceType
	o    Options
	mode schema.Mode
	ops  []operation
}

// Result is the outcome of a PATCH.
type Result struct {
	Doc       map[string]any
	Changed   bool // Doc differs from the document before
	Members   Members
	Requested []string // top-level attributes that the client wrote
	Notes     []string // what was ignored or repaired
}

// Members is a change of membership. Apply it in the order of the fields. An id in Add stays
// a member even if RemoveWhere selects it.
type Members struct {
	Clear       bool
	RemoveWhere []*filter.Path
	Remove      []string
	Add         []Member
}

// Member identifies a member as the client did. Type and Ref may be empty.
type Member struct{ ID, Type, Ref string }

type opKind uint8

const (
	opAdd opKind = iota
	opReplace
	opRemove
)

var opNames = [...]string{"add", "replace", "remove"}

func (k opKind) String() string { return opNames[k] }

// Parse reads the body of a PATCH request for resources of one type. It checks the schemas,
// the number of operations and the form of each operation. Faults that concern a path or a
// value are reported by Apply, when it reaches the operation. Keys may be in any case; other
// spellings of op are rewritten by package dialect before. Errors are *schema.Fault.
// (RFC 7644 §3.5.2; T-01, T-02)
func Parse(rt *schema.ResourceType, body map[string]any, o Options) (*Request, error) {
	list, ok := schema.Field(body, "Operations").([]any)
	if !ok || len(list) == 0 {
		return nil, syntax("Operations must be a list with at least one operation")
	}
	if err := checkSchemas(schema.Field(body, "schemas")); err != nil {
		return nil, err
	}
	if o.MaxOps > 0 && len(list) > o.MaxOps {
		return nil, schema.NewFault(schema.FaultPatchSize, "more than %d operations in one PATCH", o.MaxOps)
	}
	r := &Request{rt: rt, o: o, mode: rt.Mode(o.Strict), ops: make([]operation, len(list))}
	p := preparer{rt: rt, mode: r.mode, steps: make([]step, 0, len(list))}
	for i, e := range list {
		raw, err := parseOperation(e)
		if err != nil {
			return nil, numbered(err, i, len(list))
		}
		r.ops[i] = p.operation(raw)
	}
	return r, nil
}

// Split returns one request per operation, for callers that look at each operation by itself.
func (r *Request) Split() []*Request {
	out := make([]*Request, len(r.ops))
	for i := range r.ops {
		one := *r
		one.ops = r.ops[i : i+1]
		out[i] = &one
	}
	return out
}

func checkSchemas(v any) error {
	list, _ := v.([]any)
	for _, e := range list {
		if s, ok := e.(string); ok && schema.SameName(s, URN) {
			return nil
		}
	}
	return syntax("schemas must contain %s", URN)
}

// rawOperation is one operation as the client sent it.
type rawOperation struct {
	kind     opKind
	path     string
	hasPath  bool
	value    any
	hasValue bool
}

func parseOperation(v any) (rawOperation, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return rawOperation{}, syntax("an operation must be an object")
	}
	var op rawOperation
	switch schema.Field(m, "op") {
	case "add":
		op.kind = opAdd
	case "replace":
		op.kind = opReplace
	case "remove":
		op.kind = opRemove
	default:
		return op, syntax("op must be add, replace or remove")
	}
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
	}
	return op, nil
}

func syntax(format string, args ...any) error {
	return schema.NewFault(schema.FaultPatch, format, args...)
}

func invalid(format string, args ...any) error {
	return schema.NewFault(schema.FaultValue, format, args...)
}

func mutability(format string, args ...any) error {
	return schema.NewFault(schema.FaultMutability, format, args...)
}

func noTarget(format string, args ...any) error {
	return schema.NewFault(schema.FaultTarget, format, args...)
}

// numbered adds the number of the operation to the detail of its fault.
func numbered(err error, i, of int) error {
	f, ok := errors.AsType[*schema.Fault](err)
	if !ok || of == 1 {
		return err
	}
	g := *f
	g.Detail = fmt.Sprintf("operation %d: %s", i+1, f.Detail)
	return &g
}
