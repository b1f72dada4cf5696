package tenant_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Make a tenant and a token, and authenticate with it.
func Example() {
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		log.Fatal(err)
	}
	credential, token := tenant.NewToken(id, scim.Read|scim.Write|scim.Users) // show credential once, store token
	tenants := tenant.NewMemory()
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: id, IdP: "okta"}, Tokens: []tenant.Token{token}})

	auth := tenant.NewAuthenticator(tenants, tenant.Options{})
	principal, t, err := auth.Authenticate(context.Background(), "acme", credential)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(principal.Tenant, t.IdP, principal.Scopes.Has(scim.Write|scim.Users), principal.Scopes.Has(scim.Groups))

	_, _, err = auth.Authenticate(context.Background(), "globex", credential)
	fmt.Println(errors.Is(err, scim.ErrUnauthenticated))
	// Output:
	// acme okta true false
	// true
}
