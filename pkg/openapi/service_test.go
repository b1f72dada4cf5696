package openapi_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	validator "github.com/pb33f/libopenapi-validator"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/openapi"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// caller sends requests to a service and checks both sides of each against its document.
type caller struct {
	t       *testing.T
	service http.Handler
	token   string
	v       validator.Validator
	seen    map[string]bool // status and method
}

func newCaller(t *testing.T, strict bool, types []*schema.ResourceType) *caller {
	t.Helper()
	document, err := openapi.Document(tenantWith(t, strict, types...), openapi.Options{Abilities: all(t), Base: base})
	if err != nil {
		t.Fatal(err)
	}
	id, _ := scim.ParseTenantID("acme")
	token, kept := tenant.NewToken(id, scim.All)
	tenants := tenant.NewMemory()
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: id, Strict: strict, Types: types}, Tokens: []tenant.Token{kept}})
	service, err := scimstack.New(scimstack.Config{Store: memory.New(), Tenants: tenants, PublicBase: strings.TrimSuffix(base, "/acme")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = service.Close(t.Context()) })
	return &caller{t: t, service: service, token: token, v: valid(t, document), seen: map[string]bool{}}
}

// send sends a request that must be answered with a status, and returns the answer.
func (c *caller) send(want int, method, path, body string, fields ...string) (head http.Header, answer string) {
	c.t.Helper()
	r := httptest.NewRequest(method, base+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+c.token)
	if body != "" {
		r.Header.Set("Content-Type", "application/scim+json")
	}
	for i := 0; i+1 < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	sent := r.Clone(r.Context())
	sent.Body = io.NopCloser(strings.NewReader(body))
	w := httptest.NewRecorder()
	c.service.ServeHTTP(w, r)
	answer = w.Body.String()
	if w.Code != want {
		c.t.Fatalf("%s %s: %d, not %d: %s", method, path, w.Code, want, answer)
	}
	c.seen[method+" "+http.StatusText(want)] = true
	check := c.v.ValidateHttpRequestResponse
	if want >= http.StatusBadRequest && want < http.StatusInternalServerError { // the request may be wrong
		check = c.v.ValidateHttpResponse
	}
	if ok, errs := check(sent, w.Result()); !ok {
		for _, err := range errs {
			c.t.Errorf("%s %s: %d: %v %v: %s", method, path, want, err, err.SchemaValidationErrors, answer)
		}
	}
	return w.Result().Header, answer
}

// resource is what the test looks at in an answer.
func resource(t *testing.T, answer string) (out struct {
	ID     string
	Groups []struct{ Display string }
},
) {
	t.Helper()
	if err := json.Unmarshal([]byte(answer), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

const user = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
"userName":"ann@example.com","name":{"givenName":"Ann","familyName":"Lee"},"active":true,"password":"correct horse battery",
"emails":[{"value":"ann@example.com","type":"work","primary":true}],"addresses":[{"type":"work","locality":"Oslo"}],
"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"7","department":"Sales"}}`

// TestService: what a running service answers is what the document says, with no attribute more.
func TestService(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		c := newCaller(t, strict, nil)
		head, made := c.send(201, "POST", "/Users", user)
		id, tag := resource(t, made).ID, head.Get("ETag")
		if id == "" || tag == "" || head.Get("Location") != base+"/Users/"+id {
			t.Fatal(head, made)
		}
		at := "/Users/" + id
		c.send(409, "POST", "/Users", user)
		c.send(400, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}`)
		c.send(415, "POST", "/Users", user, "Content-Type", "text/plain")
		c.send(200, "GET", at, "")
		c.send(200, "GET", at+"?attributes=emails.type", "")
		c.send(304, "GET", at, "", "If-None-Match", tag)
		c.send(200, "GET", at, "", "Accept", "application/json")
		patch := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}`
		c.send(200, "PATCH", at, patch, "If-Match", tag)
		c.send(412, "PATCH", at, patch, "If-Match", tag)
		c.send(200, "PUT", at, user)

		_, made = c.send(201, "POST", "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Staff","members":[{"value":"`+id+`"}]}`)
		group := "/Groups/" + resource(t, made).ID
		if _, got := c.send(200, "GET", at, ""); len(resource(t, got).Groups) != 1 || resource(t, got).Groups[0].Display != "Staff" {
			t.Error(got)
		}
		rename := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"displayName","value":"All staff"}]}`
		c.send(204, "PATCH", group, rename)
		c.send(200, "PATCH", group+"?excludedAttributes=members", rename)

		c.send(200, "GET", "/Users?filter=userName+eq+%22ann@example.com%22&sortBy=userName&sortOrder=descending&startIndex=1&count=10", "")
		c.send(200, "GET", "/Users?cursor=&count=1", "")
		c.send(400, "GET", "/Users?filter=userName+is+ann", "")
		search := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"filter":"id pr","attributes":["userName"],"count":5,"cursor":""}`
		for _, path := range []string{"/Users", "/Groups", ""} {
			c.send(200, "POST", path+"/.search", search)
		}
		c.send(200, "GET", "/?filter=id+pr", "")
		c.send(200, "POST", "/Bulk", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"failOnErrors":2,"Operations":[
			{"method":"POST","path":"/Users","bulkId":"a","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bo"}},
			{"method":"DELETE","path":"/Users/none"}]}`)
		for _, path := range []string{"/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas", "/Schemas/" + schema.URNUser, "/Schemas/" + schema.URNEnterpriseUser} {
			c.send(200, "GET", path, "")
		}
		c.send(501, "GET", "/Me", "")
		c.send(404, "GET", "/Users/none", "")
		c.send(401, "GET", at, "", "Authorization", "Bearer guessed")
		c.send(204, "DELETE", at, "")
		if len(c.seen) != 16 {
			t.Error(c.seen)
		}
	}
}

// TestOwnService: the same holds for types of a tenant's own.
func TestOwnService(t *testing.T) {
	t.Parallel()
	const badge = "urn:example:params:scim:schemas:extension:acme:2.0:rus:Personal:User"
	c := newCaller(t, false, own(t))
	_, made := c.send(201, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann","`+badge+`":{"tags":["a"],
		"productGroup":[{"value":"x","primary":true,"rank":2}],"hired":"2026-01-01T00:00:00Z","score":1.5,"level":3,"cert":"YWJj","fixed":"f","secret":"s","always":"y","pin":"1234"}}`)
	if !strings.Contains(made, `"level":3`) || strings.Contains(made, "pin") {
		t.Error(made)
	}
	c.send(200, "GET", "/Users/"+resource(t, made).ID, "")
	for _, endpoint := range []string{"/OwnError", "/OwnMe", "/OwnUserInput", "/OwnSchema", "/OwnResource"} {
		_, made := c.send(201, "POST", endpoint, `{"schemas":["urn:example:`+strings.TrimPrefix(endpoint, "/Own")+`"],"label":"x"}`)
		c.send(200, "GET", endpoint+"/"+resource(t, made).ID, "")
		c.send(200, "GET", endpoint, "")
	}
}
