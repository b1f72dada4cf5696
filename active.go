package scimstack

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// active returns how to find out whether a user is active: a token that is linked to a user ends with
// that user.
func active(c Config) func(context.Context, scim.TenantID, string) (bool, error) {
	if c.Store != nil {
		return tenant.ActiveIn(c.Store)
	}
	return func(ctx context.Context, id scim.TenantID, user string) (bool, error) {
		record, err := c.Tenants.Resolve(ctx, id)
		if err != nil {
			return false, err
		}
		t, err := record.Settings.TenantFor(tenant.Connection{}, c.ValueTypes)
		if err != nil {
			return false, err
		}
		return activeThrough(ctx, c.Provider, scim.Target{Tenant: t, Type: t.Types.ByName(schema.TypeUser), ID: user})
	}
}

// activeThrough reads the state of a user through a provider, as no token in particular.
func activeThrough(ctx context.Context, p scim.Provider, at scim.Target) (bool, error) {
	res, err := p.Get(ctx, at, scim.Projection{})
	if err != nil {
		if scim.AsError(err).Status == http.StatusNotFound {
			return false, nil
		}
		return false, err
	}
	var user struct {
		Active *bool `json:"active"`
	}
	err = json.Unmarshal(res.Body, &user)
	return err == nil && (user.Active == nil || *user.Active), err
}
