package stack_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// order has all combinations of six options, those first that differ most.
func order() []int {
	out := []int{0, 63, 38, 25, 51, 12, 42, 21}
	for bits := range 64 {
		if !slices.Contains(out, bits) {
			out = append(out, bits)
		}
	}
	return out
}

// products are combinations of the options that shape the templates: every pair of two values of two options, and with
// SCIMSTACK_LARGE every combination.
func products() map[string]deployment.Customer {
	out, pairs := map[string]deployment.Customer{}, map[string]bool{}
	for _, bits := range order() {
		fresh := os.Getenv("SCIMSTACK_LARGE") != ""
		for i := range 6 {
			for j := range i {
				pair := fmt.Sprint(i, j, bits>>i&1, bits>>j&1)
				fresh = fresh || !pairs[pair]
			}
		}
		if !fresh {
			continue
		}
		on := func(bit int) bool { return bits>>bit&1 == 1 }
		c := customers()["split"]
		c.Alarms.Enabled = on(0)
		if on(0) {
			c.Gateway = deployment.REST
		}
		if on(1) {
			c.Domain = &deployment.Domain{Name: "scim.example.com", CertificateArn: "arn:aws:acm:eu-central-1:111122223333:certificate/x"}
		}
		if on(2) {
			c.Topology = deployment.Single
		}
		c.Table.CustomerKey = on(3)
		if on(4) {
			if !on(0) {
				continue // AWS WAF needs a REST API
			}
			c.Firewall = true
		}
		if on(5) {
			c.Tenants = []string{"globex", "initech"}
		}
		if on(2) != on(5) { // with each gateway and topology
			c.Canary, c.Alarms.Enabled = "10percent5minutes", true
		}
		for i := range 6 {
			for j := range i {
				pairs[fmt.Sprint(i, j, bits>>i&1, bits>>j&1)] = true
			}
		}
		out[fmt.Sprintf("%s-domain%t-%s-key%t-firewall%t-tenants%d", c.Gateway, on(1), c.Topology, on(3), on(4), len(c.Tenants))] = c
	}
	return out
}

// TestProduct: no combination of options has a circular dependency. Where cfn-lint is installed, it finds nothing in any.
func TestProduct(t *testing.T) {
	dir := t.TempDir()
	all := products()
	for name, c := range all {
		for part, tree := range build(t, c).templates {
			if circle := circle(tree); circle != "" {
				t.Errorf("%s-%s: circular dependency: %s", name, part, circle)
			}
			file := name
			if part == "data" { // it depends on one option only
				file = fmt.Sprint("key", c.Table.CustomerKey)
			}
			if err := os.WriteFile(filepath.Join(dir, file+"-"+part+".template.json"), []byte(compact(tree)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	lint := "../../../bin/venv-cfn-lint/bin/cfn-lint"
	if _, err := os.Stat(lint); err != nil {
		t.Skip("cfn-lint is not installed; scripts/test-infra.sh installs it")
	}
	templates, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	if len(templates) != len(all)+2 {
		t.Fatal(len(templates), "templates of", len(all))
	}
	out, err := exec.CommandContext(t.Context(), lint, append([]string{"--ignore-checks", "W3005", "-t"}, templates...)...).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// circle returns resources that depend on each other, or nothing.
func circle(tree map[string]any) string {
	resources := tree["Resources"].(map[string]any)
	state := map[string]int{} // 1: on the way, 2: done
	var visit func(id string, way []string) string
	visit = func(id string, way []string) string {
		switch state[id] {
		case 1:
			return strings.Join(append(way, id), " → ")
		case 2:
			return ""
		}
		state[id] = 1
		for _, next := range needs(resources[id]) {
			if _, ok := resources[next]; !ok {
				continue // a parameter
			}
			if found := visit(next, append(way, id)); found != "" {
				return found
			}
		}
		state[id] = 2
		return ""
	}
	for id := range resources {
		if found := visit(id, nil); found != "" {
			return found
		}
	}
	return ""
}

// needs returns the logical ids that a value refers to.
func needs(v any) []string {
	var out []string
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			out = append(out, needs(e)...)
		}
	case map[string]any:
		for k, e := range v {
			switch k {
			case "Ref", "DependsOn":
				out = append(out, texts(e)...)
			case "Fn::GetAtt":
				out = append(out, texts(e)[0])
			default:
				out = append(out, needs(e)...)
			}
		}
	}
	return out
}

// TestTenantsFit: as many tenants as check accepts fit into every role's inline policies.
func TestTenantsFit(t *testing.T) {
	for _, length := range []int{3, 32} {
		c := customers()["split"]
		for i := 0; ; i++ {
			list := append(slices.Clone(c.Tenants), fmt.Sprintf("%0*d", length, i))
			if _, err := deployment.Parse("acme", []byte(fmt.Sprintf(`{"account":"111122223333","region":"eu-central-1","tenants":["%s"]}`, strings.Join(list, `","`)))); err != nil {
				if !strings.Contains(err.Error(), "longer than IAM allows") {
					t.Fatal(err)
				}
				break
			}
			c.Tenants = list
		}
		if len(c.Tenants) < 10 {
			t.Errorf("only %d tenants of %d characters", len(c.Tenants), length)
		}
		for id, p := range resourcesOf(build(t, c).templates["service"], "AWS::IAM::Policy") {
			// A reference becomes an ARN of at most some 100 characters, which is less than its JSON.
			if size := len(compact(p["Properties"].(map[string]any)["PolicyDocument"])); size > 10_240 {
				t.Errorf("%d tenants of %d characters: %s has %d characters", len(c.Tenants), length, id, size)
			}
		}
	}
}

// TestAdministered: every role that can write items of the table is denied to write settings and tokens; the stream
// function updates the states of indexes in settings, and the others the last use of tokens, and nothing else of them. The
// administration writes both, and its routes need IAM.
func TestAdministered(t *testing.T) {
	const (
		updates = `"ForAnyValue:StringLike":{"dynamodb:LeadingKeys":["T#~#CFG","T#*#TOK","T#*#OPS"]}`
		states  = `"ForAnyValue:StringLike":{"dynamodb:LeadingKeys":["T#*#CFG"]},"ForAnyValue:StringNotEquals":{"dynamodb:Attributes":["PK","SK","ix","ixv","need"]}`
	)
	const (
		settings = `"ForAnyValue:StringLike":{"dynamodb:LeadingKeys":["T#*#CFG","T#*#OPS"]}}`
		uses     = `"ForAnyValue:StringLike":{"dynamodb:LeadingKeys":["T#*#TOK"]},"ForAnyValue:StringNotEquals":{"dynamodb:Attributes":["PK","SK","u"]}`
	)
	const want = `"ForAnyValue:StringLike":{"dynamodb:LeadingKeys":["T#*#CFG","T#*#TOK","T#*#OPS"]}`
	for name, c := range customers() {
		tree := build(t, c).templates["service"]
		writers := 0
		for id, p := range resourcesOf(tree, "AWS::IAM::Policy") {
			text := compact(p)
			if !strings.Contains(text, "dynamodb:PutItem") && !strings.Contains(text, "dynamodb:BatchWriteItem") {
				continue
			}
			writers++
			if strings.HasPrefix(id, "admin") { // its routes need IAM, and it is what writes them; but not the format
				if !strings.Contains(text, `"Effect":"Deny"`) || !strings.Contains(text, `"ForAnyValue:StringLike":{"dynamodb:LeadingKeys":["T#~#CFG"]}`) {
					t.Errorf("%s: %s may write the format of the table", name, id)
				}
				continue
			}
			denied := map[string]bool{}
			for _, s := range statements(p["Properties"]) {
				if s["Effect"] == "Deny" && strings.Contains(compact(s["Condition"]), want) {
					for _, action := range texts(s["Action"]) {
						denied[action] = true
					}
				}
			}
			for _, action := range []string{"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"} {
				if action == "UpdateItem" && strings.Contains(strings.ToLower(id), "stream") {
					if !strings.Contains(text, updates) || !strings.Contains(text, states) {
						t.Errorf("%s: %s may update more than the states of indexes: %s", name, id, text)
					}
					continue
				}
				if action == "UpdateItem" {
					if !strings.Contains(text, settings) || !strings.Contains(text, uses) {
						t.Errorf("%s: %s may update more than the last use of tokens: %s", name, id, text)
					}
					continue
				}
				if !denied["dynamodb:"+action] {
					t.Errorf("%s: %s may %s settings and tokens", name, id, action)
				}
			}
		}
		if writers < 4 {
			t.Errorf("%s: %d roles write", name, writers)
		}
	}
}

// TestCanary: the gateway invokes the alias only, and CodeDeploy watches alarms for each.
func TestCanary(t *testing.T) {
	c := customers()["split"]
	c.Canary, c.Alarms.Enabled = "10percent5minutes", true
	tree := build(t, c).templates["service"]
	groups := resourcesOf(tree, "AWS::CodeDeploy::DeploymentGroup")
	if len(groups) != 9 {
		t.Error(len(groups), "deployment groups")
	}
	for id, g := range groups {
		text := compact(g)
		if !strings.Contains(text, "CodeDeployDefault.LambdaCanary10Percent5Minutes") || !strings.Contains(text, "DEPLOYMENT_STOP_ON_ALARM") || !strings.Contains(text, "ServerErrors") {
			t.Errorf("%s: %s", id, text)
		}
	}
	for _, kind := range []string{"AWS::ApiGatewayV2::Integration", "AWS::Lambda::Permission"} {
		for id, r := range resourcesOf(tree, kind) {
			if !strings.Contains(compact(r), "Live") && !strings.Contains(compact(r), `"events.amazonaws.com"`) { // the schedule invokes the stream function
				t.Errorf("%s does not name the alias: %s", id, compact(r))
			}
		}
	}
}

// TestAdministrationNeedsIAM: every route and method of /admin/v1 needs IAM, and no other one does.
func TestAdministrationNeedsIAM(t *testing.T) {
	for name, c := range customers() {
		tree, guarded := build(t, c).templates["service"], 0
		for id, r := range resourcesOf(tree, "AWS::ApiGatewayV2::Route") {
			p := r["Properties"].(map[string]any)
			key, _ := p["RouteKey"].(string)
			if want := strings.HasPrefix(key, "ANY /admin/v1"); (p["AuthorizationType"] == "AWS_IAM") != want {
				t.Errorf("%s: %s %v", name, id, p)
			} else if want {
				guarded++
			}
		}
		for id, r := range resourcesOf(tree, "AWS::ApiGateway::Method") {
			text := compact(r)
			if want := strings.Contains(text, `"Fn::GetAtt":["admin`); strings.Contains(text, `"AuthorizationType":"AWS_IAM"`) != want {
				t.Errorf("%s: %s %s", name, id, text)
			} else if want {
				guarded++
			}
		}
		if guarded != 2 {
			t.Errorf("%s: %d routes need IAM", name, guarded)
		}
	}
}
