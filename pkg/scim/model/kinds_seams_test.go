package model_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestRulesOfBulk: over HTTP, the rules hold for each operation of a Bulk request.
func TestRulesOfBulk(t *testing.T) {
	t.Parallel()
	s := begin(t, false, map[string]schema.Rule{"emails.value": schema.RuleRefuse})
	server := apptest.Start(t, memory.New())
	base, token := server.Tenant(t, "acme", func(st *tenant.Settings) { st.Types = s.at.Tenant.Types.List })
	op := func(id, mail string) string {
		return `{"method":"POST","path":"/Users","bulkId":"` + id + `","data":{"schemas":["` + schema.URNUser + `"],"userName":"` + id + `","emails":[{"value":"` + mail + `"}]}}`
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/Bulk", strings.NewReader(
		`{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`+op("a", "a@example.com")+`,`+op("b", "not-an-email")+`]}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/scim+json")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if out := string(body); err != nil || !strings.Contains(out, `"status":"201"`) || !strings.Contains(out, `"status":"400"`) || !strings.Contains(out, "has no @") {
		t.Error(res.Status, out, err)
	}
}

// TestRulesOfMCP: the change of an agent is planned under the same rules: a value is refused, or is a warning.
func TestRulesOfMCP(t *testing.T) {
	t.Parallel()
	s := begin(t, false, map[string]schema.Rule{"emails.value": schema.RuleRefuse})
	store := memory.New()
	service := mcp.New(mcp.Options{
		Provider: engine.New(store, engine.Options{}), Store: store,
	})
	here, there := sdk.NewInMemoryTransports()
	who := &scim.Principal{Tenant: s.at.Tenant.ID, Subject: "agent", Scopes: scim.All | scim.Agent}
	if _, err := service.Server(mcp.Caller{Principal: who, Tenant: s.at.Tenant}).Connect(t.Context(), here, nil); err != nil {
		t.Fatal(err)
	}
	agent, err := sdk.NewClient(&sdk.Implementation{Name: "agent", Version: "1"}, nil).Connect(t.Context(), there, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = agent.Close() })
	for data, want := range map[string]string{
		`{"userName":"a","emails":[{"value":"not-an-email"}]}`: "has no @", `{"userName":"b","phoneNumbers":[{"value":"n/a"}]}`: "RFC 3966",
	} {
		res, err := agent.CallTool(t.Context(), &sdk.CallToolParams{Name: "plan_change", Arguments: map[string]any{
			"changes": []any{map[string]any{"op": "create", "type": "User", "data": s.body(data)}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		out := fmt.Sprint(res.Content[0].(*sdk.TextContent).Text)
		if refused := !strings.Contains(out, "planId"); !strings.Contains(out, want) || refused != strings.Contains(want, "@") {
			t.Errorf("%s: %s", data, out)
		}
	}
}
