package patch

import (
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
	MaxOps       int  // operations in one request; 0 = no limit
	MaxValues    int  // values that an operation may leave in an attribute other than members; 0 = no limit
	MaxBytes     int  // bytes of the strings that an operation writes, members aside; 0 = no limit
	indexAll     bool // for a test: short lists are indexed, too
	MaxNodes     int  // JSON members and elements in the strings that are read as JSON; 0 = no limit
	// Paths remembers the paths of the resource type, or is nil.
	Paths *filter.Paths
	// Room is memory for the request and its Result, or nil for memory of their own.
	Room *Room
}

// indexFrom is the number from which on lists are indexed.
func (o Options) indexFrom(usual int) int {
	if o.indexAll {
		return 0
	}
	return usual
}

// Request is a PATCH request parsed for one resource type. It can be applied to any number of
// documents: paths are resolved and member values are read once, in Parse. Immutable; safe for
// concurrent use as long as the body it was parsed from is not changed and Options had no Room.
type Request struct {
	rt    *schema.ResourceType
	o     Options
	mode  schema.Mode
	ops   []operation
	notes []string // on the envelope
}

// Result is the outcome of a PATCH.
type Result struct {
	Doc       map[string]any
	Changed   bool // Doc differs from the document before
	Members   Members
	Requested []string // attributes returned on request that the client wrote
	Notes     []string // what was ignored or repaired
}

// Parse reads the body of a PATCH request for resources of one type. It checks the schemas,
// the number of operations and the form of each operation. Faults that concern a path or a
// value are reported by Apply, when it reaches the operation. Keys may be in any case; other
// spellings of op are rewritten by package dialect before.
//
// In tolerant mode one operation need not be in a list, the value of an operation without a path
// may be a list of one object, and a request without operations changes nothing; each leaves a
// note. In strict mode an operation without a path is refused, as the
// interoperability profile asks (AM-22). Errors are *schema.Fault. (RFC 7644 §3.5.2; T-01, T-02)
func Parse(rt *schema.ResourceType, body map[string]any, o Options) (*Request, error) {
	one := o.Room.newParsed()
	r := &one.Request
	r.rt, r.o, r.mode = rt, o, rt.Mode(o.Strict)
	r.mode.MaxValues, r.mode.MaxBytes = o.MaxValues, o.MaxBytes
	list, err := r.operations(body)
	if err != nil {
		return nil, err
	}
	if err := r.checkSchemas(body, len(list) == 0); err != nil {
		return nil, err
	}
	if o.MaxOps > 0 && len(list) > o.MaxOps {
		return nil, schema.NewFault(schema.FaultPatchSize, "more than %d operations in one PATCH", o.MaxOps)
	}
	steps := one.steps[:0]
	if r.ops = one.ops[:min(len(list), 1)]; len(list) > 1 {
		r.ops, steps = make([]operation, len(list)), make([]step, 0, len(list))
	}
	p := preparer{rt: rt, mode: rt.Mode(o.Strict), steps: steps, paths: o.Paths}
	for i, e := range list {
		raw, err := r.operation(e)
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
		one.notes = nil
		out[i] = &one
	}
	return out
}
