package agents_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/agents"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestEndedUser: a token that is linked to a user ends with the user, for SCIM, the log and MCP, and
// lives again when the user is activated again.
func TestEndedUser(t *testing.T) {
	t.Parallel()
	t.Run("Z-11 the token of a user ends with the user", endedUser)
}

func endedUser(t *testing.T) {
	call, user := linked(t)
	every := func(want bool) {
		t.Helper()
		for _, c := range [][3]string{
			{"GET", "/scim/v2/acme/Me"}, {"HEAD", "/scim/v2/acme/Users"}, {"GET", "/scim/v2/acme/Schemas"}, {"GET", "/scim/v2/acme"},
			{"POST", "/scim/v2/acme/Groups", `{"displayName":"g"}`}, {"POST", "/scim/v2/acme/Bulk", `{}`},
			{"PATCH", "/scim/v2/acme/Me", `{"Operations":[{"op":"replace","path":"active","value":true}]}`},
			{"PUT", "/scim/v2/acme/Me", `{"userName":"ann"}`}, {"DELETE", "/scim/v2/acme/Groups/none"},
			{"GET", "/activity/acme"}, {"GET", "/activity/acme/none"},
			{"POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"ping"}`},
		} {
			if got := call(c[0], c[1], c[2], true); (got != http.StatusUnauthorized) != want {
				t.Errorf("%s %s: %d", c[0], c[1], got)
			}
		}
	}
	active := func(v string) {
		t.Helper()
		body := `{"Operations":[{"op":"replace","path":"active","value":` + v + `}]}`
		if got := call("PATCH", "/scim/v2/acme/Users/"+user, body, false); got != 200 {
			t.Fatal(got)
		}
	}
	every(true)
	active("false")
	every(false)
	active("true")
	every(true)
	if got := call("DELETE", "/scim/v2/acme/Users/"+user, "", false); got != 204 {
		t.Fatal(got)
	}
	every(false)
}

// TestOwnActiveOverMCP: no plan of a token that is linked to a user changes the active of this user
// (ME-02).
func TestOwnActiveOverMCP(t *testing.T) {
	t.Parallel()
	for _, own := range []bool{true, false} {
		call, user := linkedText(t)
		_, text := call("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"plan_change","arguments":{"changes":[{"op":"patch","type":"User","id":"`+user+
			`","operations":[{"op":"replace","path":"active","value":false}]}]}}}`, own)
		if strings.Contains(text, "cannot change its own active") != own {
			t.Errorf("own %t: %s", own, text)
		}
	}
}

// TestBasicEverywhere: SCIM, the log and MCP read one kind of credential: a strict tenant refuses Basic
// in all of them, a tolerant one accepts it, and two credentials are refused (Z-07).
func TestBasicEverywhere(t *testing.T) {
	t.Parallel()
	t.Run("Z-07 a strict tenant refuses Basic", basicEverywhere)
}

func basicEverywhere(t *testing.T) {
	for _, strict := range []bool{false, true} {
		id, _ := scim.ParseTenantID("acme")
		secret, token := tenant.NewToken(id, scim.All|scim.Activity|scim.Agent)
		tenants := tenant.NewMemory()
		tenants.Set(tenant.Record{Settings: tenant.Settings{ID: id, Strict: strict}, Tokens: []tenant.Token{token}})
		config := scimstack.Config{Store: memory.New(), Tenants: tenants, PublicBase: "http://127.0.0.1/scim/v2", Log: activity.NewMemory(0)}
		h := program(t, config)
		for _, c := range [][3]string{{"GET", "/scim/v2/acme/Users"}, {"GET", "/activity/acme"}, {"POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"ping"}`}} {
			send := func(credentials ...string) int {
				r := httptest.NewRequestWithContext(t.Context(), c[0], c[1], strings.NewReader(c[2]))
				r.Header["Authorization"] = credentials
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Accept", "application/json, text/event-stream")
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				return w.Code
			}
			bearer, basic := "Bearer "+secret, "Basic "+base64.StdEncoding.EncodeToString([]byte("x:"+secret))
			if b, p, two := send(bearer), send(basic), send(bearer, bearer); b != 200 || (p == 200) == strict || strict && p != 401 || two != 400 {
				t.Errorf("strict %t, %s: bearer %d, Basic %d, two %d", strict, c[1], b, p, two)
			}
		}
	}
}

// linked starts the whole service with one user. call sends a request with the token that is linked
// to the user, or with that of the identity provider, and returns the status.
func linked(t *testing.T) (call func(method, path, body string, own bool) int, user string) {
	t.Helper()
	send, user := linkedText(t)
	return func(method, path, body string, own bool) int {
		status, _ := send(method, path, body, own)
		return status
	}, user
}

// linkedText is linked; call also returns the body.
func linkedText(t *testing.T) (call func(method, path, body string, own bool) (int, string), user string) {
	t.Helper()
	id, _ := scim.ParseTenantID("acme")
	all := scim.All | scim.Activity | scim.Agent
	idp, first := tenant.NewToken(id, all)
	own, second := tenant.NewToken(id, all)
	tenants := tenant.NewMemory()
	config := scimstack.Config{
		Store: memory.New(), Tenants: tenants, PublicBase: "http://127.0.0.1/scim/v2", Log: activity.NewMemory(0),
	}
	types, err := (&tenant.Settings{ID: id}).Tenant()
	if err != nil {
		t.Fatal(err)
	}
	res, err := program(t, config).Provider().Create(context.Background(), scim.Target{Tenant: types, Type: types.Types.ByName("User")},
		map[string]any{"userName": "ann", "schemas": []any{"urn:ietf:params:scim:schemas:core:2.0:User"}}, scim.Projection{})
	if err != nil {
		t.Fatal(err)
	}
	second.UserID = res.ID
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: id}, Tokens: []tenant.Token{first, second}})
	h := program(t, config)
	return func(method, path, body string, linked bool) (int, string) {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+idp)
		if linked {
			r.Header.Set("Authorization", "Bearer "+own)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}, res.ID
}

// program serves SCIM, the provisioning log and agents of one configuration, as scimstack dev does.
func program(t *testing.T, config scimstack.Config) *scimstack.Service {
	t.Helper()
	config.Agents = agents.New(agents.Options{})
	service, err := scimstack.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = service.Close(context.Background()) })
	return service
}
