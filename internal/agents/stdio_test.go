package agents_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// build builds the real program.
func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "scimstack")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "../../cmd/scimstack").CombinedOutput()
	if err != nil {
		t.Fatal(err, string(out))
	}
	return bin
}

// agent starts a program that speaks MCP on stdio and connects to it.
func agent(t *testing.T, cmd *exec.Cmd) *sdk.ClientSession {
	t.Helper()
	session, err := sdk.NewClient(&sdk.Implementation{Name: "desktop", Version: "1"}, nil).Connect(t.Context(), &sdk.CommandTransport{Command: cmd}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	return session
}

type object = map[string]any

// ask calls a tool and returns its result.
func ask(t *testing.T, s *sdk.ClientSession, tool string, args object) object {
	t.Helper()
	res, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: tool, Arguments: args})
	if err != nil {
		t.Fatal(tool, err)
	}
	var a struct{ Result object }
	text, _ := json.Marshal(res.StructuredContent)
	if err := json.Unmarshal(text, &a); err != nil || res.IsError {
		t.Fatal(tool, string(text), err)
	}
	return a.Result
}

// every calls each tool once, with a change and its undo.
func every(t *testing.T, s *sdk.ClientSession) {
	t.Helper()
	called := map[string]bool{}
	do := func(tool string, args object) object {
		t.Helper()
		called[tool] = true
		return ask(t, s, tool, args)
	}
	if who := do("whoami", object{}); who["tenant"] != "acme" || who["canChange"] != true || who["agent"] != "desktop 1" {
		t.Error(who)
	}
	plan := do("plan_change", object{"changes": []object{
		{"op": "create", "type": "User", "bulkId": "ann", "data": object{"userName": "ann@corp.example", "password": "Secret-1-of-ann"}},
		{"op": "create", "type": "Group", "data": object{"displayName": "Ops", "members": []object{{"value": "bulkId:ann"}}}},
	}})
	done := do("apply_plan", object{"planId": plan["planId"]})
	applied := done["applied"].([]any)
	ann, ops := applied[0].(object)["id"].(string), applied[1].(object)["id"].(string)
	if got := do("get_user", object{"id": ann}); got["version"] != applied[0].(object)["version"] {
		t.Error(got)
	}
	if got := do("list_members", object{"groupId": ops}); got["members"].([]any)[0].(object)["id"] != ann {
		t.Error(got)
	}
	do("find_users", object{"userName": "ann@corp.example"})
	do("find_groups", object{"memberId": ann})
	do("get_group", object{"id": ops})
	do("search", object{"filter": "userName pr"})
	do("describe_schema", object{})
	do("lint_scim", object{"kind": "filter", "text": "userName pr"})
	do("tenant_health", object{})
	do("person_timeline", object{"userId": ann})
	records := do("list_provisioning_requests", object{"operation": "create"})["records"].([]any)
	do("explain_request", object{"recordId": records[0].(object)["recordId"]})
	// A deletion changes the group too; the undo restores both.
	plan = do("plan_change", object{"changes": []object{{"op": "delete", "type": "User", "id": ann}}})
	done = do("apply_plan", object{"planId": plan["planId"]})
	do("undo_plan", object{"undoId": done["undoId"]})
	again := do("find_users", object{"userName": "ann@corp.example"})["resources"].([]any)[0].(object)["id"]
	if got := do("list_members", object{"groupId": ops}); got["members"].([]any)[0].(object)["id"] != again {
		t.Error(got)
	}
	for tool, err := range s.Tools(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if !called[tool.Name] {
			t.Errorf("%s was not called", tool.Name)
		}
	}
	if _, err := s.ReadResource(t.Context(), &sdk.ReadResourceParams{URI: "scim://service-provider-config"}); err != nil {
		t.Error(err)
	}
	if _, err := s.GetPrompt(t.Context(), &sdk.GetPromptParams{Name: "onboard_tenant", Arguments: map[string]string{"idp": "okta"}}); err != nil {
		t.Error(err)
	}
}

// TestBridge: a desktop client uses `scimstack dev` through `scimstack mcp --url`. Both are the real
// program.
func TestBridge(t *testing.T) {
	t.Parallel()
	bin := build(t)
	dev := exec.CommandContext(t.Context(), bin, "dev", "--addr", "127.0.0.1:0", "--tenant", "name=acme,agents=write")
	out, err := dev.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := dev.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = dev.Process.Signal(os.Interrupt); _ = dev.Wait() })
	base, token := "", ""
	scan := bufio.NewScanner(out)
	for scan.Scan() && !strings.HasPrefix(scan.Text(), "ready") {
		if rest, ok := strings.CutPrefix(scan.Text(), "base URL"); ok {
			base = strings.TrimSpace(rest)
		}
		if rest, ok := strings.CutPrefix(scan.Text(), "token"); ok {
			token = strings.TrimSpace(rest)
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	cmd := exec.CommandContext(t.Context(), bin, "mcp", "--url", strings.TrimSuffix(base, "/scim/v2/acme")+"/mcp")
	cmd.Env = append(os.Environ(), "SCIMSTACK_TOKEN="+token)
	every(t, agent(t, cmd))
}

// TestTable: the same directly on a DynamoDB table, without a service.
func TestTable(t *testing.T) {
	t.Parallel()
	_, client := dynamotest.Start(t)
	prepare(t, client)
	cmd := exec.CommandContext(t.Context(), build(t), "mcp", "--tenant", "acme", "--table", "scimstack", "--allow-changes")
	cmd.Env = append(os.Environ(), "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x",
		"AWS_ENDPOINT_URL_DYNAMODB="+*client.Options().BaseEndpoint)
	every(t, agent(t, cmd))
}

func prepare(t *testing.T, client *dynamodb.Client) {
	t.Helper()
	if err := dynamo.Create(t.Context(), client, "scimstack"); err != nil {
		t.Fatal(err)
	}
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	if err := dynamo.NewTenants(client, "scimstack", time.Now).Create(t.Context(), tenant.Settings{ID: id}); err != nil {
		t.Fatal(err)
	}
}
