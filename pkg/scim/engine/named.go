package engine

import (
	"errors"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// What a program that calls a Provider itself may have left out. HTTP and MCP leave out neither.
var (
	errNoStore = errors.New("engine: the Provider has no store: New makes one over a scim.Store, and Over over Rows")
	errNoType  = errors.New("engine: no resource type is named, as by Tenant.Types.ByName of a name that the tenant does not have")
)

// named returns an error if a call is about no tenant or no resource type.
func named(t *scim.Tenant, types ...*schema.ResourceType) error {
	if t == nil {
		return scim.ErrNoTenant
	}
	for _, rt := range types {
		if rt == nil || rt.Schema == nil {
			return errNoType
		}
	}
	if len(types) == 0 {
		return errNoType
	}
	return nil
}

// ready returns an error if the Provider cannot work, or has nothing to work on.
func (p *Provider) ready(t *scim.Tenant, types ...*schema.ResourceType) error {
	if p.core == nil || p.store == nil {
		return errNoStore
	}
	return named(t, types...)
}

func (p *rowProvider) ready(t *scim.Tenant, types ...*schema.ResourceType) error {
	if p.Rules == nil || p.rows == nil {
		return errNoStore
	}
	return named(t, types...)
}
