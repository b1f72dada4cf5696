package oauth_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/oauth"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// A client is made, gets an access token, and the token stands for the client.
func Example() {
	acme, _ := scim.ParseTenantID("acme")
	client, secret, err := oauth.NewClient(tenant.Client{Method: tenant.ClientSecret, Scopes: scim.All}, time.Now(), time.Time{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.HasPrefix(secret, "scimc_"), oauth.HasSecret(&client, secret, time.Now()))

	address, _ := oauth.NewAddress("https://scim.example.com/scim/v2", "/scim/v2")
	verifier := oauth.NewVerifier(oauth.Options{Address: address})
	record := &tenant.Record{Settings: tenant.Settings{ID: acme, CursorKey: [32]byte{1}}, Clients: []tenant.Client{client}}
	token, life, _ := verifier.Issue(&record.Settings, &client, oauth.ScopeRead)
	found, scopes, _, err := verifier.Verify(context.Background(), record, token)
	fmt.Println(life, found.ID == client.ID, scopes.Has(scim.Read), scopes.Has(scim.Write), err)
	// Output:
	// true true
	// 1h0m0s true true false <nil>
}

// What is wrong with a client is said with the field and the remedy.
func ExampleCheck() {
	fmt.Println(oauth.Check(&tenant.Client{
		Method: tenant.Issued, Scopes: scim.All, Issuer: "https://10.0.0.1/", Audience: []string{"app"}, Subject: "x",
	}))
	// Output: Issuer: "https://10.0.0.1/" is not an address of the public internet, and only those are fetched
}
