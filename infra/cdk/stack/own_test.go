package stack_test

import (
	"strings"
	"testing"

	"github.com/scimstack/scimstack/infra/cdk/deployment"
)

// TestOwnProgram: a customer's own program is the code of every function that answers requests, and of no
// other, in both topologies and with versions of a canary.
func TestOwnProgram(t *testing.T) {
	for _, name := range []string{"split", "single", "everything"} {
		c := customers()[name]
		c.Functions = "./cmd/mine"
		code := map[string]string{} // of each function
		for _, r := range build(t, c).templates["service"]["Resources"].(map[string]any) {
			res := r.(map[string]any)
			if p, _ := res["Properties"].(map[string]any); res["Type"] == "AWS::Lambda::Function" {
				function, _ := p["FunctionName"].(string)
				if place, ok := p["Code"].(map[string]any); ok && strings.HasPrefix(function, c.Prefix()) {
					code[strings.TrimPrefix(function, c.Prefix()+"-")] = compact(place["S3Key"])
				}
			}
		}
		own := code["resources"]
		for _, f := range c.Deployed() {
			if code[f.Name] == "" || (code[f.Name] == own) != (c.Asset(f) == deployment.Own) {
				t.Errorf("%s: %s is %s, the own program %s", name, f.Name, code[f.Name], own)
			}
		}
	}
}
