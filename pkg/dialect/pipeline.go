package dialect

import (
	"fmt"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Normaliser is one way in which clients stray from the RFC, and how it is read.
type Normaliser struct {
	Name    string
	Quirks  []string // ids of the quirks that it serves
	Reads   string   // what a client sends
	Becomes string   // what it is read as
	// Note is what the provisioning log says, with … where names stand.
	Note string

	tolerance schema.Tolerance
	entra     bool // the switch of a connection: scim.Tenant.EntraMembers
	sign      sign
	rewrite   func(*rewriting)
}

// Core tells whether the core reads under this one, rather than this package rewriting.
func (n *Normaliser) Core() bool { return n.rewrite == nil }

// Pipeline is an ordered list of normalisers. Immutable and safe for concurrent use.
type Pipeline struct{ list []Normaliser }

// Standard is the pipeline with every normaliser.
func Standard() *Pipeline { return &Pipeline{list: normalisers()} }

// Normalisers are the normalisers in their order.
func (p *Pipeline) Normalisers() []Normaliser { return slices.Clone(p.list) }

// Without is the pipeline less one normaliser; it panics on a name that it does not have, which
// is a mistake of the program. Give Tenant the tenants that it serves.
func (p *Pipeline) Without(name string) *Pipeline {
	out := slices.DeleteFunc(p.Normalisers(), func(n Normaliser) bool { return n.Name == name })
	if len(out) == len(p.list) {
		panic("dialect: no normaliser " + name)
	}
	return &Pipeline{list: out}
}

// Tenant is the tenant with the tolerances of the pipeline and no others. With the Standard
// pipeline every tenant is that already. t is not changed.
func (p *Pipeline) Tenant(t *scim.Tenant) *scim.Tenant {
	have, entra := schema.Tolerance(0), false
	for i := range p.list {
		have |= p.list[i].tolerance
		entra = entra || p.list[i].entra
	}
	out := *t
	out.EntraMembers = t.EntraMembers && entra
	types := make([]*schema.ResourceType, len(t.Types.List))
	for i, rt := range t.Types.List {
		types[i] = rt.WithoutTolerances(schema.AllTolerances &^ have)
	}
	out.Types = &scim.Types{List: types}
	return &out
}

// Normalise rewrites the body of a write to a resource type in place and says what it did;
// the notes hold no values of attributes. patch tells a PATCH body from a resource. A strict
// tenant's body is left alone. It is scim.HandlerOptions.Normalise, and whoever calls a
// scim.Provider without HTTP calls it before.
func (p *Pipeline) Normalise(t *scim.Tenant, rt *schema.ResourceType, patch bool, body map[string]any) []string {
	if t.Strict {
		return nil
	}
	found := inspect(rt, patch, body)
	if found == 0 {
		return nil
	}
	r := &rewriting{rt: rt, patch: patch, body: body}
	for i := range p.list {
		if n := &p.list[i]; n.sign&found != 0 {
			n.rewrite(r)
		}
	}
	return r.notes
}

// rewriting is one body under change.
type rewriting struct {
	rt    *schema.ResourceType
	patch bool
	body  map[string]any
	notes []string
}

// note says a thing once.
func (r *rewriting) note(format string, args ...any) {
	if n := fmt.Sprintf(format, args...); !slices.Contains(r.notes, n) {
		r.notes = append(r.notes, n)
	}
}

// operations visits the operations of a PATCH body.
func (r *rewriting) operations(visit func(op map[string]any)) {
	list, _ := field(r.body, "Operations").([]any)
	for _, e := range list {
		if op, ok := e.(map[string]any); ok {
			visit(op)
		}
	}
}

// objects visits every object whose keys are names of attributes: a resource, the value of
// an operation without a path, and that of one on a whole schema.
func (r *rewriting) objects(visit func(map[string]any)) {
	if !r.patch {
		visit(r.body)
		return
	}
	r.operations(func(op map[string]any) {
		value, ok := field(op, "value").(map[string]any)
		if path, _ := field(op, "path").(string); ok && path == "" {
			visit(value)
		}
	})
}
