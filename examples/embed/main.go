// Command embed mounts scimstack in a program: one tenant, with data in memory.
package main

import (
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/scimstack/scimstack/pkg/dialect"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const addr = "127.0.0.1:8085"

func main() {
	handler, token, err := service("http://" + addr + "/scim/v2")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("curl -H 'Authorization: Bearer %s' http://%s/scim/v2/acme/Users\n", token, addr)
	server := &http.Server{Addr: addr, Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

// service returns the handler, and a token of the tenant acme. This is all that embedding needs.
func service(base string) (handler http.Handler, token string, err error) {
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		return nil, "", err
	}
	token, kept := tenant.NewToken(id, scim.All)
	tenants := tenant.NewMemory()
	tenants.Put(tenant.Record{Settings: tenant.Settings{ID: id, IdP: "okta"}, Tokens: []tenant.Token{kept}})

	store := memory.New()
	provider := engine.New(store, engine.Options{PublicBase: base, Hash: tenant.HashPassword})
	handler, err = httpapi.NewHandler(provider, httpapi.Options{
		PublicBase:    base,
		Authenticator: tenant.NewAuthenticator(tenants, tenant.Options{Active: tenant.ActiveIn(store)}), // a user's token ends with the user
		Normalise:     dialect.Standard().Normalise,                                                     // accepts the variants of identity providers
		Recognise:     dialect.Recognise,
	})
	return handler, token, err
}
