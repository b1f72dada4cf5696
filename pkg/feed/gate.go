package feed

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
)

// Gate decides which requests may read the feed. Authenticator is required.
type Gate struct {
	// Authenticator knows the tokens of the tenants. One with the scope scim.Events reads the feed of its
	// own tenant.
	Authenticator scim.Authenticator
	// Admit limits the request rate of a tenant, see httpapi.Options.Admit; nil admits everything.
	Admit func(t *scim.Tenant) (wait time.Duration, ok bool)
	// Operator reports whether a request may read the feeds of all tenants, together and each; nil: none may.
	Operator func(r *http.Request) bool
	// Tenants lists all tenants, for the feed of all of them; nil: there is no such feed.
	Tenants func(ctx context.Context) ([]scim.TenantID, error)
}

// Enter admits tokens of the tenant in the URL that have the scope, and the operator. who is the subject of the
// credential, and "" for the operator.
func (g *Gate) Enter(r *http.Request, name string) (id scim.TenantID, who string, err error) {
	if g.Operator != nil && g.Operator(r) {
		id, err := scim.ParseTenantID(name)
		if err == nil {
			if _, ok := g.Authenticator.Settings(r.Context(), name); !ok {
				err = scim.ErrTenantID
			}
		}
		if err != nil {
			return id, "", scim.NewError(scim.CodeResource, "there is no tenant of this name")
		}
		return id, "", nil
	}
	p, t, err := httpapi.Authenticate(r, g.Authenticator, name)
	if err != nil {
		return scim.TenantID{}, "", err
	}
	if g.Admit != nil {
		if wait, ok := g.Admit(t); !ok {
			e := scim.NewError(scim.CodeThrottled, "too many requests of this tenant; wait and try again")
			e.RetryAfter = max(wait, time.Second)
			return scim.TenantID{}, "", e
		}
	}
	if !p.Scopes.Has(scim.Events) {
		return scim.TenantID{}, "", scim.NewError(scim.CodeScope, "the token lacks the scope events")
	}
	return t.ID, p.Subject, nil
}

// TypesOf returns what Options.Types takes: the resource types that a tenant has in its settings.
func TypesOf(a scim.Authenticator) func(context.Context, scim.TenantID) (*scim.Types, error) {
	return func(ctx context.Context, t scim.TenantID) (*scim.Types, error) {
		known, ok := a.Settings(ctx, t.String())
		if !ok {
			return nil, fmt.Errorf("the settings of tenant %s cannot be read", t)
		}
		return known.Types, nil
	}
}
