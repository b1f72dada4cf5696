// Command own-type serves a resource type of the application's own, Device, beside users and groups. It has
// an extension, a unique attribute and an endpoint, and discovery announces all of it.
package main

import (
	"cmp"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// devices is the resource type.
func devices() *schema.ResourceType {
	device := schema.NewSchema("urn:example:params:scim:schemas:Device", "Device", "A device that the company manages.",
		&schema.Attribute{Name: "serial", Required: true, CaseExact: true, Uniqueness: schema.Server},
		&schema.Attribute{Name: "model"},
		&schema.Attribute{Name: "tags", MultiValued: true},
		&schema.Attribute{Name: "owner", Type: schema.Reference, ReferenceTypes: []string{"User"}})
	warranty := schema.NewSchema("urn:example:params:scim:schemas:extension:Warranty", "Warranty", "The warranty of a device.",
		&schema.Attribute{Name: "until", Type: schema.DateTime})
	return &schema.ResourceType{
		Name: "Device", Endpoint: "/Devices", Description: "Devices", Schema: device,
		Extensions: []schema.Extension{{Schema: warranty}},
	}
}

// service returns the handler, and a token of the tenant acme.
func service(base string) (http.Handler, string, error) {
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		return nil, "", err
	}
	token, kept := tenant.NewToken(acme, scim.All)
	tenants := tenant.NewMemory()
	tenants.Set(tenant.Record{
		Settings: tenant.Settings{ID: acme, Types: []*schema.ResourceType{schema.UserType(), schema.GroupType(), devices()}},
		Tokens:   []tenant.Token{kept},
	})
	h, err := scimstack.New(scimstack.Config{Store: memory.New(), Tenants: tenants, PublicBase: base})
	return h, token, err
}

func main() {
	addr := cmp.Or(os.Getenv("ADDR"), "127.0.0.1:8090")
	h, token, err := service("http://" + addr + "/scim/v2")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("curl -H 'Authorization: Bearer %s' http://%s/scim/v2/acme/ResourceTypes\n", token, addr)
	log.Fatal((&http.Server{Addr: addr, Handler: h, ReadHeaderTimeout: 10 * time.Second}).ListenAndServe())
}
