package engine

import (
	"errors"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// What a program that calls a Provider itself may have left out. HTTP and MCP leave out neither.
var (
	errNoStore = errors.New("engine: the Provider has no store")
	errNoType  = errors.New("engine: no resource type is named")
)

// named returns an error if a call is about no tenant or no resource type.
func named(t *scim.Tenant, types []*schema.ResourceType) error {
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

// ready returns an error if the Provider cannot work, or has nothing to work on. It is not inlined, to keep the functions on AWS small.
//
//go:noinline
func (p *Provider) ready(t *scim.Tenant, types ...*schema.ResourceType) error {
	if p.core == nil || p.store == nil {
		return errNoStore
	}
	return named(t, types)
}

// ready is that of a Provider over rows.
//
//go:noinline
func (p *rowProvider) ready(t *scim.Tenant, types ...*schema.ResourceType) error {
	if p.rows == nil {
		return errNoStore
	}
	return named(t, types)
}
