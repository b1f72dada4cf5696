package httpapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
)

// own is an Authenticator of an application, which returns what it has.
type own struct {
	p *scim.Principal
	t *scim.Tenant
}

func (o own) Authenticate(context.Context, string, string) (*scim.Principal, *scim.Tenant, error) {
	return o.p, o.t, nil
}

func (o own) Settings(context.Context, string) (*scim.Tenant, bool) { return o.t, o.t != nil }

// TestOneTenant: a principal of one tenant never acts in another one, whatever the Authenticator says.
func TestOneTenant(t *testing.T) {
	t.Parallel()
	tenants := map[string]*scim.Tenant{}
	for _, name := range []string{"acme", "globex"} {
		id, err := scim.ParseTenantID(name)
		if err != nil {
			t.Fatal(err)
		}
		if tenants[name], err = scim.NewTenant(scim.TenantConfig{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	acme := &scim.Principal{Tenant: tenants["acme"].ID, Scopes: scim.All}
	for name, c := range map[string]struct {
		own    own
		status int
	}{
		"one tenant":   {own{acme, tenants["acme"]}, http.StatusCreated},
		"two tenants":  {own{acme, tenants["globex"]}, http.StatusInternalServerError},
		"no principal": {own{nil, tenants["acme"]}, http.StatusInternalServerError},
		"no tenant":    {own{acme, nil}, http.StatusInternalServerError},
		"no id":        {own{&scim.Principal{Scopes: scim.All}, tenants["acme"]}, http.StatusInternalServerError},
		"nothing":      {own{}, http.StatusInternalServerError},
	} {
		var cause error
		const base = "https://app.example.com/scim/v2"
		h, err := httpapi.NewHandler(engine.New(memory.New(), engine.Options{PublicBase: base}), httpapi.Options{
			Authenticator: c.own, PublicBase: base, Observe: func(_ *http.Request, rec *scim.Record) { cause = rec.Err },
		})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/scim/v2/acme/Users", strings.NewReader(`{"userName":"ann"}`))
		r.Header.Set("Authorization", "Bearer x")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status || c.status == http.StatusInternalServerError && (cause == nil || !strings.Contains(cause.Error(), "both of one tenant")) {
			t.Errorf("%s: %d %s, cause %v", name, w.Code, w.Body, cause)
		}
	}
}
