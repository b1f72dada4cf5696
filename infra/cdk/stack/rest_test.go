package stack_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// resourcesOf returns the resources of a template with a type.
func resourcesOf(tree map[string]any, typ string) map[string]map[string]any {
	out := map[string]map[string]any{}
	for id, r := range tree["Resources"].(map[string]any) {
		if res := r.(map[string]any); res["Type"] == typ {
			out[id] = res
		}
	}
	return out
}

func rest(change func(*deployment.Customer)) deployment.Customer {
	c := customers()["split"]
	c.Gateway = deployment.REST
	change(&c)
	return c
}

func deploymentID(t *testing.T, c deployment.Customer) string {
	t.Helper()
	for id := range resourcesOf(build(t, c).templates["service"], "AWS::ApiGateway::Deployment") {
		return id
	}
	t.Fatal("no deployment")
	return ""
}

// TestRESTSnapshot: whatever a snapshot of the API contains changes the logical id of the deployment; what it does not
// contain, keeps it.
func TestRESTSnapshot(t *testing.T) {
	before := deploymentID(t, rest(func(*deployment.Customer) {}))
	for name, c := range map[string]struct {
		change func(*deployment.Customer)
		same   bool
	}{
		"nothing":  {func(*deployment.Customer) {}, true},
		"alarms":   {func(c *deployment.Customer) { c.Alarms.Enabled, c.Dashboard = true, true }, true},
		"logLevel": {func(c *deployment.Customer) { c.LogLevel = "debug" }, true},
		"topology": {func(c *deployment.Customer) { c.Topology = deployment.Single }, false},
		"domain": {func(c *deployment.Customer) {
			c.Domain = &deployment.Domain{Name: "scim.example.com", CertificateArn: "arn:aws:acm:eu-central-1:111122223333:certificate/x"}
		}, false},
	} {
		if got := deploymentID(t, rest(c.change)); (got == before) != c.same {
			t.Errorf("%s: %s, was %s", name, got, before)
		}
	}
}

// TestRESTSiblings: API Gateway refuses a path with two variable segments of different names below it.
func TestRESTSiblings(t *testing.T) {
	for _, topology := range []string{deployment.Split, deployment.Single} {
		variable := map[string]string{}
		tree := build(t, rest(func(c *deployment.Customer) { c.Topology = topology })).templates["service"]
		found := resourcesOf(tree, "AWS::ApiGateway::Resource")
		if len(found) == 0 {
			t.Fatal("no resources")
		}
		for _, r := range found {
			props := r["Properties"].(map[string]any)
			part, parent := props["PathPart"].(string), compact(props["ParentId"])
			if !strings.HasPrefix(part, "{") {
				continue
			}
			if other := variable[parent]; other != "" {
				t.Errorf("%s: %s and %s below %s", topology, part, other, parent)
			}
			variable[parent] = part
		}
	}
}

// TestRESTAccount: a stage with an access log waits for the account's role, which stays when the stack goes.
func TestRESTAccount(t *testing.T) {
	tree := build(t, rest(func(*deployment.Customer) {})).templates["service"]
	accounts := resourcesOf(tree, "AWS::ApiGateway::Account")
	if len(accounts) != 1 {
		t.Fatal(len(accounts), "accounts")
	}
	for id, a := range accounts {
		if a["DeletionPolicy"] != "RetainExceptOnCreate" {
			t.Error(a["DeletionPolicy"])
		}
		for _, stage := range resourcesOf(tree, "AWS::ApiGateway::Stage") {
			if !strings.Contains(compact(stage["DependsOn"]), id) {
				t.Error("the stage does not wait for", id)
			}
		}
	}
}

// TestFirewall: 40 requests per second of one credential from one address pass for five minutes, and what is blocked is
// 429 with Retry-After.
func TestFirewall(t *testing.T) {
	tree := build(t, rest(func(c *deployment.Customer) { c.Firewall = true })).templates["service"]
	var rates []string
	for _, acl := range resourcesOf(tree, "AWS::WAFv2::WebACL") {
		for _, r := range acl["Properties"].(map[string]any)["Rules"].([]any) {
			rule := r.(map[string]any)
			rate, ok := rule["Statement"].(map[string]any)["RateBasedStatement"].(map[string]any)
			if !ok {
				continue
			}
			rates = append(rates, fmt.Sprintf("%.0f", rate["Limit"]))
			if limit := rate["Limit"].(float64); limit < 2*40*300 {
				t.Errorf("%s: %v requests in five minutes", rule["Name"], limit)
			}
			action := compact(rule["Action"])
			if !strings.Contains(action, `"ResponseCode":429`) || !strings.Contains(action, `"Name":"Retry-After"`) {
				t.Errorf("%s: %s", rule["Name"], action)
			}
		}
	}
	if len(rates) != 2 {
		t.Error(rates, "limits")
	}
	namedLimits(t, rates)
}

// TestRESTCircle: the functions know the address of a REST API without a domain, and neither depends on the other.
func TestRESTCircle(t *testing.T) {
	tree := build(t, rest(func(*deployment.Customer) {})).templates["service"]
	if found := circle(tree); found != "" {
		t.Error("circular dependency:", found)
	}
	known := 0
	for _, f := range resourcesOf(tree, "AWS::Lambda::Function") {
		if strings.Contains(compact(f), `".execute-api.eu-central-1.`) {
			known++
		}
	}
	if known != 9 { // with oauth and admin
		t.Error(known, "functions know the address")
	}
}

// namedLimits checks that each number of requests in five minutes, on a page of the guide about AWS WAF, is a limit of the template.
func namedLimits(t *testing.T, limits []string) {
	t.Helper()
	pages, err := filepath.Glob("../../../docs/*/*.md")
	top, wrong := filepath.Glob("../../../docs/*.md")
	if err != nil || wrong != nil || len(pages) == 0 {
		t.Fatal(err, wrong)
	}
	found := 0
	for _, page := range append(pages, top...) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "AWS WAF") {
			continue
		}
		for _, m := range regexp.MustCompile(`([\d,]+) (?:requests )?in five\s+minutes`).FindAllStringSubmatch(string(text), -1) {
			found++
			if !slices.Contains(limits, strings.ReplaceAll(m[1], ",", "")) {
				t.Errorf("%s: %q, and the template has %v", page, m[0], limits)
			}
		}
	}
	if found == 0 {
		t.Error("no page has the limits")
	}
}
