package main

import (
	"log/slog"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/lambdarun"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestLambda runs the program as Lambda does, for every path: SCIM with its hooks, the provisioning log
// and agents.
func TestLambda(t *testing.T) {
	t.Parallel()
	_, client := dynamotest.Start(t)
	if err := dynamo.Create(t.Context(), client, "scimstack"); err != nil {
		t.Fatal(err)
	}
	acme, _ := scim.ParseTenantID("acme")
	secret, token := tenant.NewToken(acme, scim.All|scim.Activity|scim.Agent)
	tenants := dynamo.NewTenants(client, "scimstack", time.Now)
	if err := tenants.Create(t.Context(), tenant.Settings{ID: acme}); err != nil {
		t.Fatal(err)
	}
	if err := tenants.AddToken(t.Context(), acme, token); err != nil {
		t.Fatal(err)
	}
	bootstrap := filepath.Join(t.TempDir(), "bootstrap")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-tags", "lambda.norpc", "-o", bootstrap, ".").CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	f := lambdarun.NewFunction(lambdarun.Program{Name: "own", Path: bootstrap, Env: []string{
		"SCIMSTACK_TABLE=scimstack", "SCIMSTACK_PUBLIC_BASE=https://scim.example.com/scim/v2", "AWS_REGION=eu-central-1",
		"AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "AWS_ENDPOINT_URL_DYNAMODB=" + *client.Options().BaseEndpoint,
	}})
	t.Cleanup(func() { f.Close() })
	functions := map[string]*lambdarun.Function{}
	for _, name := range []string{"users", "activity", "mcp", "resources"} {
		functions[name] = f
	}
	gateway := httptest.NewServer(&lambdarun.Gateway{Functions: functions, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	t.Cleanup(gateway.Close)
	caller := apptest.Client{Base: gateway.URL, Token: secret, Accept: "application/json, text/event-stream"}
	send := func(want int, method, path, body string) (location, text string) {
		t.Helper()
		res, text := caller.Do(t, method, path, body)
		if res.StatusCode != want {
			t.Errorf("%s %s: %d, want %d: %s", method, path, res.StatusCode, want, text)
		}
		return res.Header.Get("Location"), text
	}
	location, _ := send(201, "POST", "/scim/v2/acme/Users", `{"userName":"ann"}`)
	send(403, "DELETE", strings.TrimPrefix(location, "https://scim.example.com"), "")
	if _, log := send(200, "GET", "/activity/acme?failed=true", ""); !strings.Contains(log, `"operation":"delete"`) {
		t.Error(log)
	}
	// A plan obeys the hooks, too.
	plan := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"plan_change","arguments":{"changes":[{"op":"delete","type":"User","id":"` +
		location[strings.LastIndex(location, "/")+1:] + `"}]}}}`
	if _, text := send(200, "POST", "/mcp", plan); !strings.Contains(text, "never deleted") {
		t.Error(text)
	}
}
