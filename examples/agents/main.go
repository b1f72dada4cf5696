// Command agents answers a question of the help desk through MCP: why was Jane not provisioned? It starts a
// service, lets an identity provider fail, and asks as an AI agent would, by calls of tools alone.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/agents"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// start serves the tenant acme, with agents, and returns its base URL and a token.
func start(ctx context.Context) (base, token string, stop func(), err error) {
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		return "", "", nil, err
	}
	token, kept := tenant.NewToken(acme, scim.All|scim.Activity) // without scim.Agent, agents only read
	tenants := tenant.NewMemory()
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: acme, IdP: "okta"}, Tokens: []tenant.Token{kept}})
	var service *scimstack.Service
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { service.ServeHTTP(w, r) }))
	service, err = scimstack.New(scimstack.Config{
		Store: memory.New(), Tenants: tenants, PublicBase: server.URL + "/scim/v2", Logger: slog.New(slog.DiscardHandler),
		Agents: agents.New(agents.Options{}),
	})
	stop = func() { server.Close(); _ = service.Close(ctx) }
	return server.URL, token, stop, err
}

// bearer sends a token with every request.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

// provision is what the identity provider sends. The second user has the name of the first one.
func provision(ctx context.Context, base, token string) error {
	client := &http.Client{Transport: bearer(token)}
	for _, body := range []string{`{"userName":"jane@corp.example","active":false}`, `{"userName":"Jane@corp.example","externalId":"00u1"}`} {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/scim/v2/acme/Users", strings.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/scim+json")
		res, err := client.Do(req)
		if err != nil {
			return err
		}
		if err := res.Body.Close(); err != nil {
			return err
		}
	}
	return nil
}

// ask finds the failed request of a person and returns its explanation.
func ask(ctx context.Context, agent *sdk.ClientSession, person string) (string, error) {
	var timeline struct {
		Result struct {
			Records []struct {
				RecordID string
				Status   int
			}
		}
	}
	if err := call(ctx, agent, "person_timeline", map[string]any{"userName": person}, &timeline); err != nil {
		return "", err
	}
	for _, r := range timeline.Result.Records {
		if r.Status < 400 {
			continue
		}
		var explained struct {
			Result struct {
				Explanation struct{ Title, Did, Todo string }
			}
		}
		err := call(ctx, agent, "explain_request", map[string]any{"recordId": r.RecordID}, &explained)
		e := explained.Result.Explanation
		return fmt.Sprintf("%s. %s %s", e.Title, e.Did, e.Todo), err
	}
	return "", errors.New("no request about this person has failed")
}

func call(ctx context.Context, agent *sdk.ClientSession, tool string, arguments map[string]any, out any) error {
	res, err := agent.CallTool(ctx, &sdk.CallToolParams{Name: tool, Arguments: arguments})
	if err != nil {
		return err
	}
	text := res.Content[0].(*sdk.TextContent).Text
	if res.IsError {
		return errors.New(text)
	}
	return json.Unmarshal([]byte(text), out)
}

func run(ctx context.Context) (answer string, err error) {
	base, token, stop, err := start(ctx)
	if err != nil {
		return "", err
	}
	defer stop()
	if err := provision(ctx, base, token); err != nil {
		return "", err
	}
	transport := &sdk.StreamableClientTransport{Endpoint: base + "/mcp", HTTPClient: &http.Client{Transport: bearer(token)}, DisableStandaloneSSE: true}
	agent, err := sdk.NewClient(&sdk.Implementation{Name: "help-desk", Version: "1"}, nil).Connect(ctx, transport, nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = agent.Close() }()
	return ask(ctx, agent, "jane@corp.example")
}

func main() {
	answer, err := run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintln(os.Stdout, answer)
}
