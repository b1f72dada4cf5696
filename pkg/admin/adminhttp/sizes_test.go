package adminhttp_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/admin"
)

// list is n values with commas between them.
func list(n int, format string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestSizes: what a request stores is bounded, because it is read again and again; and so is the answer to thousands of wrong
// values. Each of these bodies has less than the 1 MiB that a body may have.
func TestSizes(t *testing.T) {
	t.Parallel()
	s := startHooked(t)
	const acme = tenants + "/acme"
	attributes := `"attributes":[` + list(6000, `{"name":"a%d","type":"string"}`) + `]`
	extension := `{"documents":[{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"urn:x:y","name":"y",` + attributes + `},
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"User","endpoint":"/Users","schema":"urn:ietf:params:scim:schemas:core:2.0:User","schemaExtensions":[{"schema":"urn:x:y","required":false}]}]}`
	for _, c := range []struct{ method, path, body, says string }{
		{"POST", acme + "/clients", `{"method":"issuer","issuer":"https://a.example.com","subject":"s","audience":[` + list(60000, `"a%d"`) + `]}`, "audiences"},
		{"POST", acme + "/clients", `{"method":"issuer","issuer":"https://a.example.com","subject":"s","audience":["` + strings.Repeat("a", 3000) + `"]}`, "2000 bytes"},
		{"POST", acme + "/clients", `{"method":"issuer","issuer":"https://a.example.com","subject":"` + strings.Repeat("a", 500000) + `","audience":["a"]}`, "audiences"},
		{"POST", acme + "/clients", `{"method":"private_key_jwt","keys":{"keys":[` + list(2000, `{"kty":"RSA","n":"xxxxxxxxxxxxxxxxxxxxxxxx","e":"AQAB","kid":"%d"}`) + `]}}`, "key set"},
		{"POST", acme + "/tokens", `{"scopes":[` + list(20000, `"q%d"`) + `]}`, "more values"},
		{"POST", acme + "/tokens", `{"scopes":[` + list(20000, `%d`) + `]}`, "more values"},
		{"PATCH", acme, `{` + list(20000, `"q%d":1`) + `}`, "more values"},
		{"PATCH", acme, `{"limits":{` + list(20000, `"q%d":1`) + `}}`, "more values"},
		{"PATCH", acme, `{"rules":{` + list(20000, `"q%d":"x"`) + `}}`, "more values"},
		{"POST", acme + "/schemas", extension, "at most 307200 bytes"},
		{"POST", webhooks, `{"id":"a","url":"https://example.com/` + strings.Repeat("x", 500000) + `"}`, "url"},
		{"POST", webhooks, `{"id":"a","url":"https://example.com/x","form":"set","bearer":"` + strings.Repeat("x", 500000) + `"}`, "bearer"},
		{"POST", webhooks, `{"id":"a","url":"https://example.com/x","types":[` + list(90, `"`+strings.Repeat("x", 5000)+`%d"`) + `]}`, "more values"},
	} {
		if len(c.body) > 1<<20 {
			t.Fatalf("%s: %d bytes", c.path, len(c.body))
		}
		status, _, text := s.call(s.all, c.method, c.path, c.body, "If-Match", "*")
		if status != 422 || len(text) > 32<<10 || !strings.Contains(text, c.says) {
			t.Errorf("%s %s %.60s: %d, %d bytes: %.300s", c.method, c.path, c.body, status, len(text), text)
		}
	}
}

// TestManyCredentials: the tokens and clients of a tenant are bounded, because all of them are read together.
func TestManyCredentials(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.want(201, s.all, "POST", tenants, `{"name":"acme"}`) // has a token
	last := ""
	for range 999 {
		made, err := s.service.CreateToken(t.Context(), "acme", admin.TokenInput{})
		if err != nil {
			t.Fatal(err)
		}
		last = made.Token.Key
	}
	for range 100 {
		if _, err := s.service.CreateClient(t.Context(), "acme", admin.ClientInput{Method: "client_secret"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"/acme/tokens", "/acme/tokens/" + last + "/rotate", "/acme/clients"} {
		body := `{}`
		if strings.HasSuffix(path, "clients") {
			body = `{"method":"client_secret"}`
		}
		if _, text := s.want(409, s.all, "POST", tenants+path, body); !strings.Contains(text, "remove those that are expired or revoked") {
			t.Error(text)
		}
	}
	s.want(200, s.all, "POST", tenants+"/acme/tokens/"+last+"/revoke", ``)
	s.want(204, s.all, "DELETE", tenants+"/acme/tokens/"+last, ``)
	s.want(201, s.all, "POST", tenants+"/acme/tokens", `{}`)
	var tenant admin.Tenant
	if _, text := s.want(200, s.all, "GET", tenants+"/acme", ``); json.Unmarshal([]byte(text), &tenant) != nil || tenant.Tokens != 1000 || tenant.Clients != 100 {
		t.Error(text)
	}
}
