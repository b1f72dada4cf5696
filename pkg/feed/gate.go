package feed

import (
	"context"
	"fmt"
	"log/slog"
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
	// Log gets the causes of answers 5xx, which no client sees, under their error id. nil is slog.Default.
	Log *slog.Logger
}

// Enter admits tokens of the tenant in the URL that have the scope, and the operator. who is the subject of the
// credential, and "" for the operator.
func (g *Gate) Enter(r *http.Request, name string) (id scim.TenantID, who string, err error) {
	if g.Operator != nil && g.Operator(r) {
		id, err := scim.ParseTenantID(name)
		if err == nil {
			var known bool
			if known, err = g.known(r.Context(), id); err != nil {
				return id, "", err
			}
			if !known {
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
		return scim.TenantID{}, "", scim.NewError(scim.CodeScope, "the token lacks the scope events; use a token that has it")
	}
	return t.ID, p.Subject, nil
}

// known reports whether a tenant has settings. One that is being deleted has none. An error says that they cannot be read, if the
// Authenticator can tell the two apart.
func (g *Gate) known(ctx context.Context, t scim.TenantID) (bool, error) {
	if a, ok := g.Authenticator.(interface {
		Known(ctx context.Context, id scim.TenantID) (bool, error)
	}); ok {
		return a.Known(ctx, t)
	}
	_, ok := g.Authenticator.Settings(ctx, t.String())
	return ok, nil
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
