package httpapi_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// A SCIM service in an application of one's own: a store, the standard Provider over it, and the
// HTTP binding over that. Add dialect.Standard().Normalise to the options for the spellings of
// identity providers.
func ExampleNewHandler() {
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		log.Fatal(err)
	}
	text, token := tenant.NewToken(id, scim.All) // text is for the identity provider, token is kept
	tenants := tenant.NewMemory()
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: id, IdP: "okta"}, Tokens: []tenant.Token{token}})

	const base = "https://app.example.com/scim/v2"
	provider := engine.New(memory.New(), engine.Options{PublicBase: base, Hash: tenant.HashPassword})
	handler, err := httpapi.NewHandler(provider, httpapi.Options{
		PublicBase:    base,
		Authenticator: tenant.NewAuthenticator(tenants, tenant.Options{}),
	})
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(handler) // in production: http.ListenAndServe
	defer server.Close()

	request, err := http.NewRequest(http.MethodPost, server.URL+"/scim/v2/acme/Users", strings.NewReader(
		`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann@example.com"}`))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+text)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	fmt.Println(response.Status, strings.Contains(string(body), `"active":true`))
	// Output: 201 Created true
}
