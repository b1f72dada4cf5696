// Command own-attribute gives users an attribute of the application's own, in an extension, with a value
// type: it is checked and brought into one form on every way that it can be written.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/model"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Badge is the extension as the application's code sees it; see model.Extension.
type Badge struct {
	Number string `json:"number"`
}

// SchemaURN names the schema of a Badge.
func (Badge) SchemaURN() string { return "urn:example:params:scim:schemas:extension:Badge" }

// badgeNumber accepts "b-17" and stores "B-17".
func badgeNumber() *schema.Kind {
	return schema.NewKind("badge number", func(s string) (string, error) {
		form := strings.ToUpper(strings.TrimSpace(s))
		if !strings.HasPrefix(form, "B-") || len(form) == 2 {
			return "", errors.New("it does not have the form B-17")
		}
		return form, nil
	})
}

// users is the resource type User with the extension, and with the value types of package model.
func users() (*schema.ResourceType, error) {
	badge := schema.NewSchema(Badge{}.SchemaURN(), "Badge", "The access badge of a user.",
		&schema.Attribute{Name: "number", Kind: badgeNumber(), Uniqueness: schema.Server})
	rt := *schema.UserType()
	rt.Extensions = append([]schema.Extension{{Schema: badge}}, rt.Extensions...)
	return rt.WithKinds(model.ValueTypes(), map[string]schema.Rule{
		Badge{}.SchemaURN() + ":number": schema.RuleRefuse, // elsewhere, a tolerant tenant notes what does not fit
	})
}

// service returns the handler, and a token of the tenant acme.
func service(base string) (http.Handler, string, error) {
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		return nil, "", err
	}
	rt, err := users()
	if err != nil {
		return nil, "", err
	}
	token, kept := tenant.NewToken(acme, scim.All)
	tenants := tenant.NewMemory()
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: acme, Types: []*schema.ResourceType{rt, schema.GroupType()}}, Tokens: []tenant.Token{kept}})
	h, err := scimstack.New(scimstack.Config{Store: memory.New(), Tenants: tenants, PublicBase: base})
	return h, token, err
}

func main() {
	addr := cmp.Or(os.Getenv("ADDR"), "127.0.0.1:8089")
	h, token, err := service("http://" + addr + "/scim/v2")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("curl -H 'Authorization: Bearer %s' http://%s/scim/v2/acme/Schemas\n", token, addr)
	log.Fatal((&http.Server{Addr: addr, Handler: h, ReadHeaderTimeout: 10 * time.Second}).ListenAndServe())
}
