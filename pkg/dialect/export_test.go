package dialect

import (
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// What follows is for the tests alone: they switch normalisers off to show that each is needed.

// Normalisers are the normalisers of the pipeline, in order.
func (p *Pipeline) Normalisers() []normaliser { return slices.Clone(p.list) }

// Without is the pipeline without one normaliser; it panics on an unknown name. The tolerances
// of the core are a property of the tenant: use it with Tenant.
func (p *Pipeline) Without(name string) *Pipeline {
	out := slices.DeleteFunc(p.Normalisers(), func(n normaliser) bool { return n.Name == name })
	if len(out) == len(p.list) {
		panic("dialect: no normaliser " + name)
	}
	return &Pipeline{list: out}
}

// Tenant is a copy of t with the tolerances of the pipeline and no others.
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
