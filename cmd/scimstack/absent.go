package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// absent is the error of a tenant that a place does not have. It names the nearest one of those that the place has.
func absent(name, where string, names []string) error {
	if near := nearest(name, names); near != "" {
		return fmt.Errorf("there is no tenant %s in %s; did you mean %s? scimstack tenant list shows the tenants", name, where, near)
	}
	return fmt.Errorf("there is no tenant %s in %s; scimstack tenant list shows the tenants", name, where)
}

// noTenant is absent for a tenant of a directory.
func noTenant(ctx context.Context, tenants tenant.Directory, id scim.TenantID, where string) error {
	var names []string
	ids, _ := tenant.AllNames(ctx, tenants) // without it there is no suggestion
	for _, other := range ids {
		names = append(names, other.String())
	}
	return absent(id.String(), where, names)
}

// noTenant is absent for a tenant of a store or a service; other errors are as they are.
func (a *administration) noTenant(err error, name string) error {
	if e := admin.AsError(err); e.Kind != admin.NotFound || e.Problems[0].Field != "tenant" || name == "" {
		return err
	}
	return absent(name, a.where, tenantsOf(a.ctx(), a.API, nil))
}

// resolved returns an error if the directory of a store does not have a tenant.
func (b *backend) resolved(ctx context.Context, id scim.TenantID) error {
	_, err := b.directory.Resolve(ctx, id)
	switch {
	case errors.Is(err, tenant.ErrUnknown):
		return noTenant(ctx, b.directory, id, b.name)
	case err != nil:
		return fmt.Errorf("tenant %s: %w", id, explain(err))
	}
	return nil
}
