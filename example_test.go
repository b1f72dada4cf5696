package scimstack_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/agents"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// customer returns the tenant acme, and a token for its identity provider.
func customer(scopes scim.Scope) (tenants *tenant.Memory, token string) {
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		log.Fatal(err)
	}
	token, kept := tenant.NewToken(acme, scopes)
	tenants = tenant.NewMemory()
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: acme, IdP: "okta"}, Tokens: []tenant.Token{kept}})
	return tenants, token
}

// send sends a request as an identity provider does.
func send(h http.Handler, token, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://app.example.com"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// The whole service, with data in memory.
func ExampleNew() {
	tenants, token := customer(scim.All)
	service, err := scimstack.New(scimstack.Config{
		Store: memory.New(), Tenants: tenants, PublicBase: "https://app.example.com/scim/v2",
	})
	if err != nil {
		log.Fatal(err)
	}
	defer service.Close(context.Background())
	fmt.Println(send(service, token, "POST", "/scim/v2/acme/Users", `{"userName":"ann"}`).Code)
	fmt.Println(send(service, token, "POST", "/scim/v2/acme/Users", `{"userName":"ann"}`).Code)
	fmt.Println(send(service, "guessed", "GET", "/scim/v2/acme/Users", "").Code)
	// Output:
	// 201
	// 409
	// 401
}

// Hooks decide about changes, and follow them.
func ExampleNew_hooks() {
	tenants, token := customer(scim.All)
	service, err := scimstack.New(scimstack.Config{
		Store: memory.New(), Tenants: tenants, PublicBase: "https://app.example.com/scim/v2",
		Before: []scim.BeforeHook{func(_ context.Context, e *scim.Event) error {
			if e.Deleted() {
				return scim.Refuse(http.StatusForbidden, "", "users are deactivated, never deleted")
			}
			return nil
		}},
		After: []scim.AfterHook{func(ctx context.Context, e *scim.Event) {
			fmt.Println(e.Type.Name, "created:", e.Created(), "by", scim.CallerFrom(ctx).IdP)
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer service.Close(context.Background())
	made := send(service, token, "POST", "/scim/v2/acme/Users", `{"userName":"ann"}`)
	at := strings.TrimPrefix(made.Header().Get("Location"), "https://app.example.com")
	fmt.Println(send(service, token, "DELETE", at, "").Code)
	// Output:
	// User created: true by okta
	// 403
}

// staff is a scim.Provider of one's own: it knows ann, and nothing is written. The other methods are
// those of engine.Rules over rows, in package engine.
type staff struct{ scim.Provider }

func (staff) Get(_ context.Context, at scim.Target, _ scim.Projection) (*scim.Result, error) {
	if at.ID != "1" {
		return nil, scim.ErrNotFound
	}
	return &scim.Result{ID: "1", Body: []byte(`{"id":"1","userName":"ann"}`)}, nil
}

// Users that the application has already are served by a provider of its own.
func ExampleNew_provider() {
	tenants, token := customer(scim.All)
	service, err := scimstack.New(scimstack.Config{
		Provider: staff{}, Tenants: tenants, PublicBase: "https://app.example.com/scim/v2",
	})
	if err != nil {
		log.Fatal(err)
	}
	defer service.Close(context.Background())
	fmt.Println(send(service, token, "GET", "/scim/v2/acme/Users/1", "").Body)
	fmt.Println(send(service, token, "GET", "/scim/v2/acme/Users/2", "").Code)
	// Output:
	// {"id":"1","userName":"ann"}
	// 404
}

// AI agents connect to /mcp. What one may do is in the scopes of its token.
func ExampleNew_agents() {
	tenants, token := customer(scim.All | scim.Agent)
	service, err := scimstack.New(scimstack.Config{
		Store: memory.New(), Tenants: tenants, PublicBase: "https://app.example.com/scim/v2",
		Agents: agents.New(agents.Options{Confirm: true}),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer service.Close(context.Background())
	answer := send(service, token, "POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami","arguments":{}}}`)
	fmt.Println(answer.Code, strings.Contains(answer.Body.String(), `"tenant":"acme"`))
	// Output:
	// 200 true
}

// A configuration that cannot be right is refused at the start.
func ExampleConfigError() {
	tenants, _ := customer(scim.All)
	_, err := scimstack.New(scimstack.Config{Store: memory.New(), Tenants: tenants, PublicBase: "https://app.example.com"})
	fmt.Println(err)
	// Output:
	// scimstack: Config.PublicBase "https://app.example.com" has no path; write the URL before the tenant, such as https://app.example.com/scim/v2, or set Prefix if a gateway adds the path
}

// Only some parts: here SCIM without the log's pages, agents and health.
func ExampleAssemble() {
	tenants, token := customer(scim.All)
	store := memory.New()
	service, err := scimstack.Assemble(scimstack.Config{
		Provider: engine.New(store, engine.Options{PublicBase: "https://app.example.com/scim/v2"}), Store: store,
		Tenants: tenants, PublicBase: "https://app.example.com/scim/v2", Only: []string{"Users"}, NoLog: true,
	}, scimstack.SCIM())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(send(service, token, "GET", "/scim/v2/acme/Users", "").Code)
	fmt.Println(send(service, token, "GET", "/scim/v2/acme/Groups", "").Code)
	// Output:
	// 200
	// 404
}
