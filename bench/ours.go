package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/scimstack/scimstack/pkg/dialect"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
)

const oursBase = "/scim/v2/acme"

// fixed is an Authenticator that accepts every token for one tenant, because the peer has no
// authentication.
type fixed struct {
	principal *scim.Principal
	tenant    *scim.Tenant
}

func (f fixed) Authenticate(context.Context, string, string) (*scim.Principal, *scim.Tenant, error) {
	return f.principal, f.tenant, nil
}

func (f fixed) Settings(context.Context, string) (*scim.Tenant, bool) { return f.tenant, true }

func newOurs() http.Handler { return newOursOn(memory.New()) }

func newOursOn(store scim.Store) http.Handler { return newOursAt(store, nil) }

// newMemory is a store without a feed, which has nothing to do with searches.
func newMemory() scim.Store { return memory.NewWith(memory.Options{Feed: scim.Retention{Age: -1}}) }

// newOursAt is newOursOn with a clock.
func newOursAt(store scim.Store, now func() time.Time) http.Handler {
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		panic(err)
	}
	t, err := scim.NewTenant(scim.TenantConfig{ID: id, IdP: "okta"})
	if err != nil {
		panic(err)
	}
	p := engine.New(store, engine.Options{PublicBase: "https://scim.example.com/scim/v2", Now: now})
	h, err := httpapi.NewHandler(p, httpapi.Options{
		Authenticator: fixed{&scim.Principal{Tenant: id, Subject: "bench", Scopes: scim.All}, t},
		PublicBase:    "https://scim.example.com/scim/v2",
		Normalise:     dialect.Standard().Normalise,
		Recognise:     dialect.Recognise,
		Release:       true,
	})
	if err != nil {
		panic(err)
	}
	return h
}

func userBody(i int) string {
	return fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"ext-%[1]d","userName":"user%[1]d@corp.example",`+
		`"name":{"givenName":"Given%[1]d","familyName":"Family%[1]d","formatted":"Given%[1]d Family%[1]d"},"displayName":"Given%[1]d Family%[1]d",`+
		`"title":"Engineer","active":true,"emails":[{"value":"user%[1]d@corp.example","type":"work","primary":true},{"value":"u%[1]d@home.example","type":"home"}],`+
		`"phoneNumbers":[{"value":"+1-201-%07[1]d","type":"work"}]}`, i)
}
