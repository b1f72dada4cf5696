package engine

import (
	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// facts are properties of a resource type that every request asks for, computed once.
type facts struct {
	plain      bool // a stored Document may be sent as it is
	onRequest  bool // some attribute is returned on request
	own        bool // it has schemas of the tenant, which change
	hasGroups  bool
	hasMembers bool
	indexPaths []indexPath // the attributes with an index
	paths      filter.Paths
}

func (p *core) factsOf(rt *schema.ResourceType) *facts {
	if f, ok := p.facts.Load(rt); ok {
		return f.(*facts) //nolint:forcetypeassert // only facts are stored
	}
	f := &facts{plain: plain(rt), own: own(rt), hasGroups: rt.Schema.Attribute("groups") != nil, hasMembers: rt.HasMembers(), indexPaths: indexPaths(rt)}
	for _, a := range rt.Schema.Attributes {
		f.onRequest = f.onRequest || a.Returned == schema.OnRequest
	}
	if p.known.Add(1)%manyTypes == 0 {
		p.facts.Clear()
	}
	p.facts.Store(rt, f)
	return f
}

// manyTypes bounds the resource types whose facts are remembered. A tenant with types of its own has new ones each time
// that its settings are read again, which is every minute: without a bound, each of them would stay for ever.
const manyTypes = 1024
