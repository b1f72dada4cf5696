package suite_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// tolerated are values that identity providers send for an attribute, and what a tolerant tenant
// stores ("" for no value).
var tolerated = []struct{ name, attr, value, want string }{
	{"boolean-string", "active", `"False"`, `false`},
	{"empty-string", "title", `""`, ``},
	{"blank of a URI", "profileUrl", `" "`, ``},
	{"bare-value", "emails", `{"value":"a@x.example","type":"work"}`, `[{"value":"a@x.example","type":"work"}]`},
	{"list-of-one", "name", `[{"givenName":"A"}]`, `{"givenName":"A"}`},
	{"an empty list for a string", "title", `[]`, ``},
	{"an empty list for a URI", "profileUrl", `[]`, ``},
	{"an empty list for an object", "name", `[]`, ``},
	{"string-value", "roles", `["admin"]`, `[{"value":"admin"}]`},
	{"valueless-entry", "emails", `[{"type":"work","value":""},{"value":"a@x.example"}]`, `[{"value":"a@x.example"}]`},
	{"null element", "emails", `[null,{},{"value":"a@x.example"}]`, `[{"value":"a@x.example"}]`},
	{"last-primary", "emails", `[{"value":"a@x.example","primary":true},{"value":"b@x.example","primary":true}]`, `[{"value":"a@x.example","primary":false},{"value":"b@x.example","primary":true}]`},
	{"value-type", "title", `42`, `"42"`},
	{"value-type in a list", "phoneNumbers", `[{"value":123456}]`, `[{"value":"123456"}]`},
	{"packed-json", "roles", `["{\"value\":\"admin\",\"display\":\"Admin\"}"]`, `[{"value":"admin","display":"Admin"}]`},
	{"display-name", "roles", `[{"value":"admin","displayName":"Admin"}]`, `[{"value":"admin","display":"Admin"}]`},
	{onlyPatch + "a list of one string", "title", `["x"]`, `"x"`},
	{onlyPatch + "the shape of a multi-valued attribute", "active", `[{"$ref":null,"value":"False"}]`, `false`},
	{onlyPatch + "an object with a value", "active", `{"value":false}`, `false`},
	{onlyPatch + "an object with a Value", "displayName", `[{"Value":"X"}]`, `"X"`},
	{onlyPatch + "a value of a URI", "profileUrl", `[{"value":"https://x.example/a"}]`, `"https://x.example/a"`},
	{onlyPatch + "an object without a value", "title", `[{"$ref":null,"value":null}]`, ``},
}

// onlyPatch begins the name of a tolerance for which a resource in POST and PUT has no need.
const onlyPatch = "in a PATCH: "

// place is one way to write an attribute of a user: method, path and body. %[1]s is the attribute,
// %[2]s its value, %[3]s the user's id, %[4]s a userName.
type place struct{ name, method, path, body string }

const (
	core      = `urn:ietf:params:scim:schemas:core:2.0:User`
	patchOps  = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":`
	bulkBegin = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`
)

var places = []place{
	{"POST", "POST", "/Users", `{"userName":"%[4]s","%[1]s":%[2]s}`},
	{"PUT", "PUT", "/Users/%[3]s", `{"userName":"%[4]s","%[1]s":%[2]s}`},
	{"POST with a dotted URN key", "POST", "/Users", `{"userName":"%[4]s","` + core + `.%[1]s":%[2]s}`},
	{"add", "PATCH", "/Users/%[3]s", patchOps + `[{"op":"add","path":"%[1]s","value":%[2]s}]}`},
	{"Replace", "PATCH", "/Users/%[3]s", patchOps + `[{"op":"Replace","path":"%[1]s","value":%[2]s}]}`},
	{"a single operation", "PATCH", "/Users/%[3]s", patchOps + `{"OP":"REPLACE","Path":"%[1]s","Value":%[2]s}}`},
	{"no schemas", "PATCH", "/Users/%[3]s", `{"operations":[{"op":"replace","path":"%[1]s","value":%[2]s}]}`},
	{"empty schemas", "PATCH", "/Users/%[3]s", `{"schemas":[],"Operations":[{"op":"replace","path":"%[1]s","value":%[2]s}]}`},
	{"URN path", "PATCH", "/Users/%[3]s", patchOps + `[{"op":"replace","path":"` + core + `:%[1]s","value":%[2]s}]}`},
	{"URN path with a dot", "PATCH", "/Users/%[3]s", patchOps + `[{"op":"replace","path":"` + core + `.%[1]s","value":%[2]s}]}`},
	{"without a path", "PATCH", "/Users/%[3]s", patchOps + `[{"op":"replace","value":{"%[1]s":%[2]s}}]}`},
	{"a list of one without a path", "PATCH", "/Users/%[3]s", patchOps + `[{"op":"replace","value":[{"%[1]s":%[2]s}]}]}`},
	{"URN key", "PATCH", "/Users/%[3]s", patchOps + `[{"op":"replace","value":{"` + core + `:%[1]s":%[2]s}}]}`},
	{"the core schema as path", "PATCH", "/Users/%[3]s", patchOps + `[{"op":"replace","path":"` + core + `","value":{"%[1]s":%[2]s}}]}`},
	{"Bulk POST", "POST", "/Bulk", bulkBegin + `{"method":"POST","bulkId":"b","path":"/Users","data":{"userName":"%[4]s","%[1]s":%[2]s}}]}`},
	{"Bulk PUT", "POST", "/Bulk", bulkBegin + `{"method":"PUT","path":"/Users/%[3]s","data":{"userName":"%[4]s","%[1]s":%[2]s}}]}`},
	{"Bulk PATCH", "POST", "/Bulk", bulkBegin + `{"method":"PATCH","path":"/Users/%[3]s","data":{"Operations":[{"op":"replace","path":"%[1]s","value":%[2]s}]}}]}`},
}

// TestTolerancesEverywhere: every tolerance for a value holds in every place where a value can be
// written (COMMON-05, COMMON-12, COMMON-16, COMMON-19, COMMON-37, ENTRA-03, ENTRA-10, ENTRA-13, OKTA-22).
func TestTolerancesEverywhere(t *testing.T) {
	t.Parallel()
	c := connect(t, apptest.Start(t, memory.New()), "acme", func(s *tenant.Settings) {})
	n := 0
	for _, tol := range tolerated {
		for _, p := range places {
			if tol.want == "" && p.name == "add" {
				continue // adding no value has no effect (T-24)
			}
			if strings.HasPrefix(tol.name, onlyPatch) && (strings.Contains(p.name, "POST") || strings.Contains(p.name, "PUT")) {
				continue
			}
			n++
			old := fmt.Sprintf("old%d", n)
			_, _, user := c.do("POST", "/Users", `{"userName":"`+old+`","title":"t","active":true}`)
			id, name := fmt.Sprint(user["id"]), old
			if strings.Contains(p.name, "POST") {
				name = fmt.Sprintf("new%d", n)
			}
			status, _, answer := c.do(p.method, fmt.Sprintf(p.path+"%.0[1]s%.0[2]s%.0[4]s", tol.attr, tol.value, id, name), fmt.Sprintf(p.body+"%.0[1]s%.0[2]s%.0[3]s%.0[4]s", tol.attr, tol.value, id, name))
			if status >= 300 {
				t.Errorf("%s in %s: %d %v", tol.name, p.name, status, answer)
				continue
			}
			_, _, found := c.do("GET", "/Users?filter=userName+eq+%22"+name+"%22", "")
			stored := found["Resources"].([]any)[0].(map[string]any)[tol.attr]
			if d := cmp.Diff(parsed(t, tol.want), stored); d != "" {
				t.Errorf("%s in %s (-want +got):\n%s\nanswer: %v", tol.name, p.name, d, answer)
			}
		}
	}
}

func parsed(t *testing.T, s string) (v any) {
	t.Helper()
	if s == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
