package dialect

import (
	"fmt"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// normaliser is one spelling in which clients differ from the RFC, and how it is read.
type normaliser struct {
	Name    string
	Quirks  []string // ids of the quirks that it serves
	Reads   string   // what a client sends
	Becomes string   // what it is read as
	// Note is the note in the provisioning log, with … in place of names.
	Note string

	// One of the following is set, the last two together.
	tolerance schema.Tolerance // the core applies it
	entra     bool             // the core applies it: scim.Tenant.EntraMembers
	sign      sign             // this package applies rewrite to bodies with the sign
	rewrite   func(*rewriting)
}

// Pipeline is an ordered list of normalisers. It is immutable and safe for concurrent use. The
// zero value has no normaliser and changes nothing.
type Pipeline struct{ list []normaliser }

// Standard returns the pipeline with all normalisers.
func Standard() *Pipeline { return &Pipeline{list: normalisers()} }

// Normalise rewrites the body of a write to a resource of type rt in place, and returns a note
// for each thing that it changed; notes never contain attribute values. patch is true for a PATCH
// body and false for a resource. The body of a strict tenant is not changed. A body without signs
// of a dialect costs no allocation. Normalise is a httpapi.Options.Normalise; callers that
// use a scim.Provider without HTTP call it first.
func (p *Pipeline) Normalise(t *scim.Tenant, rt *schema.ResourceType, patch bool, body map[string]any) []string {
	if t.Strict {
		return nil
	}
	found := inspect(rt, patch, body)
	if found == 0 {
		return nil
	}
	r := &rewriting{rt: rt, patch: patch, body: body, packed: schema.JSONLimits{Depth: 5, Nodes: t.Limits.MaxNodes}}
	for i := range p.list {
		if n := &p.list[i]; n.sign&found != 0 {
			n.rewrite(r)
		}
	}
	return r.notes
}

// rewriting is one body while it is rewritten.
type rewriting struct {
	rt    *schema.ResourceType
	patch bool
	body  map[string]any
	notes []string
	// packed bounds what is decoded of the strings that hold JSON. All of them count together.
	packed schema.JSONLimits
}

// note adds a note, unless it is there already.
func (r *rewriting) note(format string, args ...any) {
	if len(r.notes) == schema.MaxNotes {
		return
	}
	if n := fmt.Sprintf(format, args...); !slices.Contains(r.notes, n) {
		r.notes = schema.AppendNotes(r.notes, n)
	}
}

// operations visits each operation of a PATCH body.
func (r *rewriting) operations(visit func(op map[string]any)) {
	for _, e := range operationsOf(r.body) {
		if op, ok := e.(map[string]any); ok {
			visit(op)
		}
	}
}

// operationsOf returns the operations of a PATCH body. A single one may lack its list.
func operationsOf(body map[string]any) []any {
	switch v := schema.Field(body, "Operations").(type) {
	case []any:
		return v
	case map[string]any:
		return []any{v}
	}
	return nil
}

// objectOf returns the object that a PATCH operation without a path has as its value, or nil. It may
// be the only element of a list.
func objectOf(op map[string]any) map[string]any { return onlyObject(schema.Field(op, "value")) }

// onlyObject returns a value that is an object, or the object that is the only element of a list, or nil.
func onlyObject(v any) map[string]any {
	if list, ok := v.([]any); ok && len(list) == 1 {
		v = list[0]
	}
	object, _ := v.(map[string]any)
	return object
}

// objects visits every object whose keys are attribute names: a resource, or the value of each
// PATCH operation without a path.
func (r *rewriting) objects(visit func(map[string]any)) {
	if !r.patch {
		visit(r.body)
		return
	}
	r.operations(func(op map[string]any) {
		if path, _ := schema.Field(op, "path").(string); path == "" {
			if value := objectOf(op); value != nil {
				visit(value)
			}
		}
	})
}
