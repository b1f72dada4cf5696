package stack_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
	"github.com/scimstack/scimstack/infra/cdk/stack"
)

var update = flag.Bool("update", false, "rewrite the golden templates")

// The tests of this package do not run in parallel: all of them share one jsii process.

func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

// customers are variants of the customer file. Each has golden templates and passes every rule.
func customers() map[string]deployment.Customer {
	at := func(change func(*deployment.Customer)) deployment.Customer {
		c := deployment.Defaults("acme")
		c.Account, c.Region = "111122223333", "eu-central-1"
		change(&c)
		return c
	}
	return map[string]deployment.Customer{
		"split": at(func(*deployment.Customer) {}),
		"single": at(func(c *deployment.Customer) {
			c.Topology, c.Tenants = deployment.Single, []string{"globex", "initech"}
		}),
		"everything": at(func(c *deployment.Customer) {
			c.Gateway, c.Firewall, c.Tracing, c.Dashboard, c.TenantSessions = deployment.REST, true, true, true, true
			c.Alarms = deployment.Alarms{Enabled: true, Email: "ops@example.com"}
			c.Table.CustomerKey, c.Table.MaxReadUnits, c.Table.MaxWriteUnits, c.ReservedConcurrency = true, 4000, 1000, 20
			c.Domain = &deployment.Domain{Name: "scim.example.com", CertificateArn: "arn:aws:acm:eu-central-1:111122223333:certificate/x", HostedZoneID: "Z1", HostedZoneName: "example.com"}
			c.Webhooks, c.EventBus = true, "scim-facts"
			c.Tags = map[string]string{"cost-center": "identity"}
		}),
		"restored": at(func(c *deployment.Customer) {
			c.Table.Existing = &deployment.ExistingTable{Name: "scimstack-acme-2", StreamArn: "arn:aws:dynamodb:eu-central-1:111122223333:table/scimstack-acme-2/stream/2026-01-01T00:00:00.000"}
		}),
	}
}

type built struct {
	stacks    stack.Stacks
	templates map[string]map[string]any // data, service
}

func build(t *testing.T, c deployment.Customer) built {
	t.Helper()
	assets := t.TempDir()
	names := []string{deployment.Own}
	for _, f := range deployment.Functions() {
		names = append(names, f.Name)
	}
	for _, name := range names {
		dir := filepath.Join(assets, "arm64", name)
		if os.MkdirAll(dir, 0o755) != nil || os.WriteFile(filepath.Join(dir, "bootstrap"), []byte("#!/bin/sh\n# "+name+"\n"), 0o755) != nil {
			t.Fatal(dir)
		}
	}
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir()), AnalyticsReporting: jsii.Bool(false)})
	out := built{stack.Build(app, c, stack.Options{Arch: "arm64", Assets: assets}), map[string]map[string]any{}}
	for name, s := range map[string]awscdk.Stack{"data": out.stacks.Data, "service": out.stacks.Service} {
		if s == nil {
			continue
		}
		data, err := json.Marshal(assertions.Template_FromStack(s, nil).ToJSON())
		var tree map[string]any
		if err != nil || json.Unmarshal(data, &tree) != nil {
			t.Fatal(err)
		}
		out.templates[name] = tree
	}
	return out
}

// TestTemplates compares the templates with the golden ones, runs the rules of cdk-nag, and
// checks every policy statement.
func TestTemplates(t *testing.T) {
	for name, c := range customers() {
		b := build(t, c)
		for part, tree := range b.templates {
			golden(t, filepath.Join("testdata", name+"-"+part+".golden.json"), tree)
			walkPolicies(t, name+"-"+part, tree)
		}
		for part, s := range map[string]awscdk.Stack{"data": b.stacks.Data, "service": b.stacks.Service} {
			if s == nil {
				continue
			}
			found := assertions.Annotations_FromStack(s)
			for _, m := range *found.FindError(jsii.String("*"), assertions.Match_StringLikeRegexp(jsii.String("AwsSolutions-.*"))) {
				//lint:ignore SA1019 the only field that names a finding
				t.Errorf("%s-%s: %s", name, part, *m.Id)
			}
			for _, m := range *found.FindWarning(jsii.String("*"), assertions.Match_StringLikeRegexp(jsii.String("AwsSolutions-.*"))) {
				//lint:ignore SA1019 the only field that names a finding
				t.Errorf("%s-%s: %s", name, part, *m.Id)
			}
		}
	}
}

var hash = regexp.MustCompile(`[0-9a-f]{64}`)

func golden(t *testing.T, file string, tree map[string]any) {
	t.Helper()
	data, err := json.MarshalIndent(tree, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got := hash.ReplaceAllString(string(data), "HASH") + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Errorf("%s:%d: %s, was %s (go test ./stack -update)", file, i+1, g[i], w[i])
			return
		}
	}
	if len(g) != len(w) {
		t.Errorf("%s: %d lines, were %d (go test ./stack -update)", file, len(g), len(w))
	}
}

// unbound are the actions that may apply to every resource, each with the reason.
var unbound = map[string]string{
	"dynamodb:ListStreams":     "Lambda requires it to create the event source mapping",
	"xray:PutTraceSegments":    "X-Ray does not support resource-level permissions",
	"xray:PutTelemetryRecords": "X-Ray does not support resource-level permissions",
	"sts:AssumeRole":           "in a trust policy the resource is the role itself",
	"sts:TagSession":           "in a trust policy the resource is the role itself",
	"kms:*":                    "the key policy gives the account control over its key",
	"sqs:*":                    "the statement denies requests without TLS",
}

// walkPolicies checks every statement of every role and policy.
func walkPolicies(t *testing.T, name string, tree map[string]any) {
	t.Helper()
	seen := 0
	for id, r := range tree["Resources"].(map[string]any) {
		res := r.(map[string]any)
		for _, s := range statements(res["Properties"]) {
			seen++
			denied := s["Effect"] == "Deny"
			for _, action := range texts(s["Action"]) {
				if strings.Contains(action, "*") && unbound[action] == "" {
					t.Errorf("%s: %s: wildcard action %s", name, id, action)
				}
				if strings.HasSuffix(action, ":Scan") || strings.Contains(action, "PartiQL") {
					t.Errorf("%s: %s: %s", name, id, action)
				}
				if !denied && slices.Contains(texts(s["Resource"]), "*") && unbound[action] == "" {
					t.Errorf("%s: %s: %s on every resource", name, id, action)
				}
			}
		}
	}
	if seen == 0 && !strings.HasSuffix(name, "-data") {
		t.Errorf("%s: no policy statement found", name)
	}
}

// statements returns the policy statements anywhere inside a value.
func statements(v any) []map[string]any {
	var out []map[string]any
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			out = append(out, statements(e)...)
		}
	case map[string]any:
		if v["Effect"] == "Allow" || v["Effect"] == "Deny" {
			return []map[string]any{v}
		}
		for _, e := range v {
			out = append(out, statements(e)...)
		}
	}
	return out
}

func texts(v any) []string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var out []string
	for _, e := range list {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// TestRights checks the conditions on the roles of discovery, of a deployment with listed
// tenants, and of a tenant's session.
func TestRights(t *testing.T) {
	all := customers()
	for _, c := range []struct{ customer, role, want string }{
		{"split", "discoveryRole", `"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["T#*#CFG","T#*#TOK","T#~#CFG"]},"Null":{"dynamodb:LeadingKeys":"false"}`},
		{"single", "resourcesRole", `"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["T#globex#*","T#initech#*","T#~#CFG"]},"Null":{"dynamodb:LeadingKeys":"false"}`},
		{"everything", "TenantSessions", `"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["T#${aws:PrincipalTag/tid}#*"]},"Null":{"dynamodb:LeadingKeys":"false"}`},
	} {
		found, writes := false, false
		for id, r := range build(t, all[c.customer]).templates["service"]["Resources"].(map[string]any) {
			res := r.(map[string]any)
			if !strings.HasPrefix(id, c.role) {
				continue
			}
			if res["Type"] == "AWS::IAM::Policy" {
				text := compact(res)
				found = found || strings.Contains(text, c.want)
				for _, s := range statements(res["Properties"].(map[string]any)) {
					writes = writes || s["Effect"] == "Allow" && strings.Contains(compact(s), "PutItem")
				}
			}
		}
		if !found || writes != (c.role != "discoveryRole") {
			t.Errorf("%s: %s: condition found %t, writes %t", c.customer, c.role, found, writes)
		}
	}
}

func compact(v any) string { b, _ := json.Marshal(v); return string(b) }
