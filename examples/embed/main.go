// Command embed mounts scimstack in a program: one tenant, with data in memory.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const addr = "127.0.0.1:8085"

func main() {
	service, token, err := open("http://" + addr + "/scim/v2")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("curl -H 'Authorization: Bearer %s' http://%s/scim/v2/acme/Users\n", token, addr)
	err = (&http.Server{Addr: addr, Handler: service, ReadHeaderTimeout: 10 * time.Second}).ListenAndServe()
	log.Fatal(err, service.Close(context.Background()))
}

// open returns the service, and a token of the tenant acme. This is all that embedding needs.
func open(base string) (*scimstack.Service, string, error) {
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		return nil, "", err
	}
	token, kept := tenant.NewToken(acme, scim.All)
	tenants := tenant.NewMemory()
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: acme, IdP: "okta"}, Tokens: []tenant.Token{kept}})
	service, err := scimstack.New(scimstack.Config{Store: memory.New(), Tenants: tenants, PublicBase: base})
	return service, token, err
}
