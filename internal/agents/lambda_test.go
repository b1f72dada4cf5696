package agents_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/lambdarun"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestLambda calls every tool of the real bootstrap through the Runtime API. A plan of one
// execution environment can be applied by another.
func TestLambda(t *testing.T) {
	t.Parallel()
	_, client := dynamotest.Start(t)
	prepare(t, client)
	id, _ := scim.ParseTenantID("acme")
	text, token := tenant.NewToken(id, scim.All|scim.Activity|scim.Agent)
	if err := dynamo.NewTenants(client, "scimstack", time.Now).AddToken(t.Context(), id, token); err != nil {
		t.Fatal(err)
	}
	bootstrap := filepath.Join(t.TempDir(), "bootstrap")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-tags", "lambda.norpc", "-o", bootstrap, "../../functions/mcp").CombinedOutput()
	if err != nil {
		t.Fatal(err, string(out))
	}
	f := lambdarun.NewFunction(lambdarun.Program{Name: "mcp", Path: bootstrap, Env: []string{
		"SCIMSTACK_TABLE=scimstack", "SCIMSTACK_PUBLIC_BASE=https://scim.example.com/scim/v2", "AWS_REGION=eu-central-1",
		"AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "AWS_ENDPOINT_URL_DYNAMODB=" + *client.Options().BaseEndpoint,
	}})
	t.Cleanup(func() { f.Close() })
	gateway := httptest.NewServer(&lambdarun.Gateway{
		Functions: map[string]*lambdarun.Function{"mcp": f, "resources": f}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	t.Cleanup(gateway.Close)
	session, err := sdk.NewClient(&sdk.Implementation{Name: "desktop", Version: "1"}, nil).Connect(t.Context(), &sdk.StreamableClientTransport{
		Endpoint: gateway.URL + "/mcp", HTTPClient: &http.Client{Transport: authorization("Bearer " + text)}, DisableStandaloneSSE: true,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	every(t, session)
	res, err := http.Get(gateway.URL + "/elsewhere")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusNotFound {
		t.Error(res.StatusCode)
	}
}
