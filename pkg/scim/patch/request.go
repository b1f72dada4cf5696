package patch

import (
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// URN is the schema of a PATCH body.
const URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

// Options say how to read a request.
type Options struct {
	Strict bool
	// EntraMembers makes "replace members" with a single element mean add (ENTRA-18).
	EntraMembers bool
	MaxOps       int // 0 = no limit
}

// Kind is what an operation does.
type Kind uint8

// The three operations of RFC 7644 §3.5.2.
const (
	Add Kind = iota
	Replace
	Remove
)

var kindNames = [...]string{"add", "replace", "remove"}

func (k Kind) String() string { return kindNames[k] }

// Operation is one operation of a PATCH request as the client sent it.
type Operation struct {
	Kind     Kind
	Path     string
	HasPath  bool
	Value    any
	HasValue bool
}

// Result is what a PATCH comes to.
type Result struct {
	Doc       map[string]any
	Changed   bool // Doc differs from the document that went in
	Members   Members
	Requested []string // top-level attributes the client wrote
	Notes     []string // what was ignored or repaired
}

// Members is a change of membership, to be applied in the order of the fields. An id in Add
// stays even if RemoveWhere selects it.
type Members struct {
	Clear       bool
	RemoveWhere []*filter.Path
	Remove      []string
	Add         []Member
}

// Member names a member as the client did; Type and Ref may be empty.
type Member struct{ ID, Type, Ref string }

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

// ParseRequest checks the envelope of a PATCH body. Keys may be in any letter case; other
// spellings of op are for pkg/dialect. (T-01, T-02)
func ParseRequest(body map[string]any, o Options) ([]Operation, error) {
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
	ops := make([]Operation, len(list))
	for i, e := range list {
		op, err := parseOperation(e)
		if err != nil {
			return nil, numbered(err, i, len(list))
		}
		ops[i] = op
	}
	return ops, nil
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

func parseOperation(v any) (Operation, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return Operation{}, syntax("an operation must be an object")
	}
	var op Operation
	switch schema.Field(m, "op") {
	case "add":
		op.Kind = Add
	case "replace":
		op.Kind = Replace
	case "remove":
		op.Kind = Remove
	default:
		return op, syntax("op must be add, replace or remove")
	}
	for k, v := range m {
		switch schema.NameKey(k) {
		case "value":
			op.Value, op.HasValue = v, true
		case "path":
			if v == nil {
				continue
			}
			if op.Path, ok = v.(string); !ok {
				return op, schema.NewFault(schema.FaultPath, "path must be a string")
			}
			op.HasPath = true
		}
	}
	switch {
	case op.Kind == Remove && !op.HasPath:
		return op, noTarget("remove needs a path")
	case op.Kind != Remove && !op.HasValue:
		return op, invalid("%s needs a value", op.Kind)
	}
	return op, nil
}

// numbered says which operation an error is about.
func numbered(err error, i, of int) error {
	f, ok := err.(*schema.Fault) //nolint:errorlint // faults of this package are not wrapped
	if !ok || of == 1 {
		return err
	}
	g := *f
	g.Detail = fmt.Sprintf("operation %d: %s", i+1, f.Detail)
	return &g
}
