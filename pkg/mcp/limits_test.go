package mcp_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/scim"
)

// post sends one message to the HTTP service.
func post(t *testing.T, url, body string, authorization ...string) (status int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header["Authorization"] = authorization
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(got)
}

// TestOneCallInEachRequest: a batch is refused whatever it holds and however it is spelled, before
// any of its calls is made.
func TestOneCallInEachRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.company(everything)
	_, token := w.tenant("acme", scim.All)
	url := w.serve(mcp.HTTPOptions{})
	const list = `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`
	for _, batch := range []string{"[" + list + "]", "[" + list + "," + list + "]", " \r\n\t[" + list + "]", "[]", "[", "[1]"} {
		if status, text := post(t, url, batch, "Bearer "+token); status != http.StatusBadRequest || !strings.Contains(text, "batches") {
			t.Errorf("%q: %d %s", batch, status, text)
		}
	}
	for _, one := range []string{list, " \n" + list} {
		if status, text := post(t, url, one, "Bearer "+token); status != http.StatusOK || !strings.Contains(text, "get_user") {
			t.Errorf("%q: %d %s", one, status, text)
		}
	}
	if status, _ := post(t, url, list, "Bearer "+token, "Bearer other"); status != http.StatusBadRequest {
		t.Errorf("two credentials: %d", status)
	}
}

// methods are the calls that are not calls of tools.
var methods = map[string]func(*testing.T, *sdk.ClientSession) (sdk.Result, error){
	"tools/list":     func(t *testing.T, s *sdk.ClientSession) (sdk.Result, error) { return s.ListTools(t.Context(), nil) },
	"resources/list": func(t *testing.T, s *sdk.ClientSession) (sdk.Result, error) { return s.ListResources(t.Context(), nil) },
	"resources/templates/list": func(t *testing.T, s *sdk.ClientSession) (sdk.Result, error) {
		return s.ListResourceTemplates(t.Context(), nil)
	},
	"prompts/list": func(t *testing.T, s *sdk.ClientSession) (sdk.Result, error) { return s.ListPrompts(t.Context(), nil) },
	"prompts/get": func(t *testing.T, s *sdk.ClientSession) (sdk.Result, error) {
		return s.GetPrompt(t.Context(), &sdk.GetPromptParams{Name: "none"})
	},
	"resources/read": func(t *testing.T, s *sdk.ClientSession) (sdk.Result, error) {
		return s.ReadResource(t.Context(), &sdk.ReadResourceParams{URI: "scim://errors/all"})
	},
	"ping": func(t *testing.T, s *sdk.ClientSession) (sdk.Result, error) { return nil, s.Ping(t.Context(), nil) },
}

// TestEveryCallCounts: calls of all methods come out of one budget of the token, whose end they
// report alike, and what they answer is for the caller alone.
func TestEveryCallCounts(t *testing.T) {
	t.Parallel()
	for name, call := range methods {
		w := newWorld(t, func(o *mcp.Options) { o.CallsPerMinute = 16 })
		who := w.company(everything)
		s := w.connect(who, nil)
		limited := func(err error) bool { return err != nil && strings.Contains(err.Error(), "rate_limited") }
		for i := range 4 {
			res, err := call(t, s)
			if limited(err) {
				t.Errorf("%s: call %d is refused", name, i+1)
			}
			if c, ok := res.(sdk.CacheableResult); ok && err == nil && c.GetCacheScope() != "private" {
				t.Errorf("%s: the answer is %s", name, c.GetCacheScope())
			}
		}
		if _, err := call(t, s); !limited(err) {
			t.Errorf("%s: call 5 of 4: %v", name, err)
		}
		if a := w.call(s, "whoami", object{}); a.Error == nil || a.Error.Code != "rate_limited" {
			t.Errorf("%s: a tool has a budget of its own: %+v", name, a.Error)
		}
		w.pass(time.Minute)
		if _, err := call(t, s); limited(err) {
			t.Errorf("%s: still refused a minute later", name)
		}
	}
}

// TestNoScope: a token that permits nothing gets nothing, 403 over HTTP and an error for every call
// on other transports.
func TestNoScope(t *testing.T) {
	t.Parallel()
	for scopes, none := range map[scim.Scope]bool{
		0: true, scim.Agent: true, scim.Users: true, scim.Read: true, scim.Write | scim.Agent: true, scim.Groups | scim.Users: true,
		scim.Read | scim.Users: false, scim.Write | scim.Groups: false, scim.Activity: false, scim.All: false,
	} {
		w := newWorld(t, nil)
		w.company(everything)
		who, token := w.tenant("acme", scopes)
		w.pass(-2 * time.Minute)
		url := w.serve(mcp.HTTPOptions{})
		for _, message := range []string{initialise, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`, `{"jsonrpc":"2.0","id":1,"method":"ping"}`} {
			status, text := post(t, url, message, "Bearer "+token)
			if none && (status != http.StatusForbidden || !strings.Contains(text, "missing_scope")) || !none && status != http.StatusOK {
				t.Errorf("%b: %s: %d %s", scopes, message, status, text)
			}
		}
		ours, theirs := sdk.NewInMemoryTransports()
		session, err := w.service.Server(who).Connect(t.Context(), ours, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { session.Close() })
		s, err := sdk.NewClient(&sdk.Implementation{Name: "test-agent", Version: "1"}, nil).Connect(t.Context(), theirs, nil)
		if err == nil {
			t.Cleanup(func() { s.Close() })
		}
		if refused := err != nil && strings.Contains(err.Error(), "missing_scope"); refused != none {
			t.Errorf("%b: %v", scopes, err)
		}
	}
}

// TestNamesOfTheOtherKind: a token that must not read users sees the members of a group without
// their names, and a plan selects none of them by name (Z-03).
func TestNamesOfTheOtherKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.company(everything)
	who, _ := w.tenant("acme", scim.Read|scim.Write|scim.Groups|scim.Agent)
	s := w.connect(who, nil)
	found := w.call(s, "find_groups", object{})
	resources, _ := found.Result["resources"].([]any)
	named := false
	for _, r := range resources {
		group, _ := r.(object)
		list := w.call(s, "list_members", object{"groupId": group["id"]})
		members, _ := list.Result["members"].([]any)
		if list.Error != nil {
			t.Error(list.Error)
		}
		for _, m := range members {
			member, _ := m.(object)
			if data, _ := member["data"].(object); data["display"] != nil && member["type"] == "User" {
				t.Errorf("%v", member)
			}
			named = named || member["type"] == "User"
		}
		plan := w.call(s, "plan_change", object{"changes": []object{{"op": "patch", "type": "Group", "id": group["id"], "operations": []object{{"op": "remove", "path": `members[display pr and type eq "User"]`}}}}})
		if plan.Error == nil {
			t.Errorf("a plan finds members by name: %v", plan.Result)
		}
	}
	if !named {
		t.Error("the groups have no users", found)
	}
}
