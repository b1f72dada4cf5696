package main

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/scimstack/scimstack/internal/suite"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// deployed is a suite.Service: what the environment variable SCIMSTACK_DEPLOYED names, a URL before the path. Every tenant
// of every transcript is in one table, so its name gets a random end.
type deployed struct {
	base    string
	tenants *dynamo.Tenants
}

func connect(t *testing.T) deployed {
	t.Helper()
	base := os.Getenv("SCIMSTACK_DEPLOYED")
	if base == "" {
		t.Skip("SCIMSTACK_DEPLOYED is not set; scripts/deploy-lane.sh runs this test against what it has deployed")
	}
	client, err := dynamo.ClientFromEnv(os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	return deployed{base, dynamo.NewTenants(client, os.Getenv("SCIMSTACK_TABLE"), time.Now)}
}

func (d deployed) URL() string { return d.base + "/scim/v2" }

func (d deployed) Tenant(t testing.TB, name string, change func(*tenant.Settings)) (base, token string) {
	t.Helper()
	var random [4]byte
	_, _ = rand.Read(random[:]) // never fails
	id, err := scim.ParseTenantID(name[:min(len(name), 20)] + "-" + hex.EncodeToString(random[:]))
	if err != nil {
		t.Fatal(err)
	}
	settings := tenant.Settings{ID: id}
	if change != nil {
		change(&settings)
	}
	if err := d.tenants.Create(t.Context(), settings); err != nil {
		t.Fatal(err)
	}
	return d.URL() + "/" + id.String(), d.add(t, id, scim.All|scim.Activity|scim.Agent, "")
}

// Token skips the test: the functions have cached the tenant for a minute.
func (d deployed) Token(t testing.TB, _ string, _ scim.Scope, _ string) string {
	t.Helper()
	t.Skip("skipped: a new token of a tenant in use is accepted after a minute")
	return ""
}

func (d deployed) add(t testing.TB, id scim.TenantID, scopes scim.Scope, userID string) string {
	t.Helper()
	text, token := tenant.NewToken(id, scopes)
	token.UserID = userID
	if err := d.tenants.AddToken(t.Context(), id, token); err != nil {
		t.Fatal(err)
	}
	return text
}

func (d deployed) Wait(t testing.TB, wait time.Duration) {
	t.Helper()
	if wait > 5*time.Second {
		t.Skipf("skipped: the clock of another process cannot be advanced by %v", wait)
	}
	time.Sleep(wait)
}

// literal are the transcripts that contain the name of their tenant, which has a random end here.
var literal = map[string]bool{
	"attributes/A-45_C-02_meta.location_is_the_URL_of_the_resource": true,
	"http/H-12_a_URL_without_a_tenant":                              true,
	"http/H-12_versions":                                            true,
	"http/Q-10_a_parameter_that_cannot_be_read_is_an_error":         true,
	"tenants/N-04_URLs_contain_the_tenant":                          true,
}

// TestTranscripts plays the transcripts of internal/suite over a deployment.
func TestTranscripts(t *testing.T) {
	d := connect(t)
	files, err := filepath.Glob("../suite/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) {
			t.Parallel()
			suite.PlayOn(t, f, func(t *testing.T) suite.Service {
				if _, id, _ := strings.Cut(t.Name(), "/"); literal[id] {
					t.Skip("skipped: the transcript contains the name of its tenant")
				}
				return d
			})
		})
	}
}

// TestAgent lets the client of the official SDK plan and apply a change.
func TestAgent(t *testing.T) {
	d := connect(t)
	_, token := d.Tenant(t, "agent", nil)
	session, err := sdk.NewClient(&sdk.Implementation{Name: "lane", Version: "1"}, nil).Connect(t.Context(), &sdk.StreamableClientTransport{
		Endpoint: d.base + "/mcp", HTTPClient: &http.Client{Transport: bearer(token)}, DisableStandaloneSSE: true,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	call := func(tool string, args map[string]any) map[string]any {
		t.Helper()
		res, err := session.CallTool(t.Context(), &sdk.CallToolParams{Name: tool, Arguments: args})
		if err != nil || res.IsError {
			t.Fatalf("%s: %v %+v", tool, err, res)
		}
		out, _ := res.StructuredContent.(map[string]any)
		result, ok := out["result"].(map[string]any)
		if !ok {
			t.Fatalf("%s: %v", tool, res.StructuredContent)
		}
		return result
	}
	plan := call("plan_change", map[string]any{"changes": []any{
		map[string]any{"op": "create", "type": "User", "data": map[string]any{"userName": "ann@corp.example"}},
	}})
	call("apply_plan", map[string]any{"planId": plan["planId"]})
	found := call("find_users", map[string]any{"userName": "ann@corp.example"})
	if list, ok := found["resources"].([]any); !ok || len(list) != 1 {
		t.Error(found)
	}
}

type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}
