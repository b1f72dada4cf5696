package release

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// facts is infra/terraform/service.json: what the templates of the CDK say of a deployment with defaults, for the Terraform
// module. Names in braces are what differs between deployments: {name}, {account}, …
type facts struct {
	Note        string                    `json:"note"`
	Table       map[string]any            `json:"table"`
	Functions   map[string]*terraFunction `json:"functions"`
	Stream      map[string]any            `json:"stream"`
	Schedules   map[string]map[string]any `json:"schedules"`
	DeadLetters map[string]any            `json:"dead_letters"`
	QueuePolicy any                       `json:"dead_letters_policy"`
	Gateway     map[string]map[string]any `json:"gateway"`
	Integration map[string]any            `json:"integration"`
	LogDays     map[string]any            `json:"log_groups"`
}

// terraFunction is a Lambda function with its role and its routes.
type terraFunction struct {
	Properties  map[string]any    `json:"properties"`
	Environment map[string]any    `json:"environment"`
	Policy      any               `json:"policy"`
	Routes      map[string]string `json:"routes"` // key of a route, to the authorization
}

type resource struct {
	Type       string
	Properties map[string]any
}

// template is a golden template of the CDK.
type template map[string]resource

func golden(t *testing.T, name string) template {
	t.Helper()
	var file struct{ Resources template }
	if err := json.Unmarshal([]byte(read(t, "infra/cdk/stack/testdata/"+name)), &file); err != nil {
		t.Fatal(err)
	}
	return file.Resources
}

// names are what the golden templates call the deployment.
var names = strings.NewReplacer("scimstack-acme", "{name}", "/scimstack/acme", "/scimstack/{customer}", " acme", " {customer}", "eu-central-1", "{region}", "111122223333", "{account}")

// plain replaces references of CloudFormation by names in braces.
func (m template) plain(v any) any {
	switch v := v.(type) {
	case string:
		return names.Replace(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = m.plain(v[i])
		}
		return out
	case map[string]any:
		if ref, ok := v["Ref"].(string); ok {
			return m.reference(ref, "")
		}
		if get, ok := v["Fn::GetAtt"].([]any); ok {
			return m.reference(get[0].(string), get[1].(string))
		}
		if join, ok := v["Fn::Join"].([]any); ok {
			var b strings.Builder
			for _, part := range m.plain(join[1]).([]any) {
				b.WriteString(part.(string))
			}
			return b.String()
		}
		out := map[string]any{}
		for name, value := range v {
			if name != "Tags" {
				out[name] = m.plain(value)
			}
		}
		return out
	}
	return v
}

// reference names what a reference points at.
func (m template) reference(to, attribute string) string {
	pseudo := map[string]string{"AWS::Partition": "{partition}", "AWS::URLSuffix": "{dns_suffix}"}
	if name := pseudo[to]; name != "" {
		return name
	}
	if strings.HasPrefix(to, "SsmParameterValue") {
		return "{stream_arn}"
	}
	kind := m[to].Type
	switch {
	case kind == "AWS::Logs::LogGroup" && attribute == "Arn":
		return "{log_arn}"
	case kind == "AWS::SQS::Queue" && attribute == "Arn":
		return "{dead_letters_arn}"
	}
	return "{" + strings.TrimPrefix(strings.ToLower(kind), "aws::") + "}"
}

// functionOf is the name of the function that a reference points at, through an integration or a role.
func (m template) functionOf(v any) string {
	text, _ := json.Marshal(v)
	for id, r := range m {
		if !strings.Contains(string(text), `"`+id+`"`) {
			continue
		}
		switch r.Type {
		case "AWS::Lambda::Function":
			return strings.TrimPrefix(r.Properties["FunctionName"].(string), "scimstack-acme-")
		case "AWS::ApiGatewayV2::Integration":
			return m.functionOf(r.Properties["IntegrationUri"])
		case "AWS::IAM::Role":
			words := strings.Fields(r.Properties["Description"].(string))
			return words[len(words)-3] // scimstack: the function NAME of acme
		}
	}
	return ""
}

// without are properties, except some.
func without(properties any, names ...string) map[string]any {
	out := properties.(map[string]any)
	for _, n := range names {
		delete(out, n)
	}
	return out
}

// deployment reads the templates.
func deployment(t *testing.T) facts {
	t.Helper()
	f := facts{
		Note:      "Made by: go test ./internal/release -run TestTerraformFacts -update",
		Functions: map[string]*terraFunction{}, Schedules: map[string]map[string]any{}, Gateway: map[string]map[string]any{},
	}
	for _, r := range golden(t, "split-data.golden.json") {
		if r.Type == "AWS::DynamoDB::Table" {
			f.Table = without(template{}.plain(r.Properties), "TableName")
		}
	}
	m := golden(t, "split-service.golden.json")
	function := func(name string) *terraFunction {
		if f.Functions[name] == nil {
			f.Functions[name] = &terraFunction{Routes: map[string]string{}}
		}
		return f.Functions[name]
	}
	for id, r := range m {
		p := m.plain(r.Properties)
		switch r.Type {
		case "AWS::Lambda::Function":
			fn := function(m.functionOf(map[string]any{"Ref": id}))
			fn.Environment = p.(map[string]any)["Environment"].(map[string]any)["Variables"].(map[string]any)
			fn.Properties = without(p, "Environment", "Architectures", "Code", "FunctionName", "LoggingConfig", "Role")
		case "AWS::IAM::Policy":
			function(m.functionOf(r.Properties["Roles"])).Policy = p.(map[string]any)["PolicyDocument"]
		case "AWS::ApiGatewayV2::Route":
			function(m.functionOf(r.Properties["Target"])).Routes[r.Properties["RouteKey"].(string)] = r.Properties["AuthorizationType"].(string)
		case "AWS::Lambda::EventSourceMapping":
			f.Stream = without(p, "DestinationConfig", "EventSourceArn", "FunctionName")
		case "AWS::Events::Rule":
			f.Schedules[strings.ToLower(strings.TrimRight(id, "0123456789ABCDEF"))] = without(p, "State")
		case "AWS::SQS::Queue":
			f.DeadLetters = p.(map[string]any)
		case "AWS::SQS::QueuePolicy":
			f.QueuePolicy = p.(map[string]any)["PolicyDocument"]
		case "AWS::ApiGatewayV2::Api":
			f.Gateway["api"] = p.(map[string]any)
		case "AWS::ApiGatewayV2::Stage":
			f.Gateway["stage"] = without(p, "ApiId")
		case "AWS::ApiGatewayV2::Integration":
			f.Integration = without(p, "ApiId", "IntegrationUri")
		case "AWS::Logs::LogGroup":
			if name := p.(map[string]any)["LogGroupName"]; name == "/scimstack/{customer}/access" {
				f.LogDays = p.(map[string]any)
			}
		}
	}
	return f
}

// TestTerraformFacts: the Terraform module reads keys, index, stream, TTL, functions, variables, routes and roles from a
// file that is made of the CDK's templates: the two cannot drift.
func TestTerraformFacts(t *testing.T) {
	t.Parallel()
	f := deployment(t)
	routes := 0
	for name, fn := range f.Functions {
		routes += len(fn.Routes)
		if fn.Policy == nil || fn.Properties["MemorySize"] == nil || fn.Environment["SCIMSTACK_TABLE"] != "{name}" {
			t.Errorf("%s: %+v", name, fn)
		}
	}
	if len(f.Functions) != 10 || routes != 30 || f.Table["KeySchema"] == nil || len(f.Schedules) != 2 || f.Stream["FilterCriteria"] == nil || f.LogDays == nil {
		t.Errorf("%d functions, %d routes, %v", len(f.Functions), routes, f.Schedules)
	}
	checkBraces(t, f)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(f); err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{"acme", "111122223333", "eu-central-1", "Fn::", `"Ref"`} {
		if strings.Contains(b.String(), left) {
			t.Errorf("%s is left", left)
		}
	}
	const file = "infra/terraform/service.json"
	if *update {
		if err := os.WriteFile(filepath.Join(top, file), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if read(t, file) != b.String() {
		t.Errorf("%s is not that of the templates; run: go test ./internal/release -run TestTerraformFacts -update", file)
	}
}

var brace = regexp.MustCompile(`\{[a-z_:0-9]+\}`)

// checkBraces: each name in braces that a policy or a variable has is replaced by the module.
func checkBraces(t *testing.T, f facts) {
	t.Helper()
	module := read(t, "infra/terraform/main.tf") + read(t, "infra/terraform/functions.tf") + read(t, "infra/terraform/stream.tf")
	for name, fn := range f.Functions {
		text, err := json.Marshal(fn.Policy)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range brace.FindAllString(string(text), -1) {
			if !strings.Contains(module, fmt.Sprintf("%q, ", found)) {
				t.Errorf("the policy of %s has %s, which the module does not replace", name, found)
			}
		}
		for variable, value := range fn.Environment {
			if strings.Contains(value.(string), "{") && !strings.Contains(module, variable) {
				t.Errorf("%s of %s is %s, and the module does not set it", variable, name, value)
			}
		}
	}
	// What the variables of the module say without a value is what a customer file says without one.
	users, variables := f.Functions["users"].Environment, read(t, "infra/terraform/variables.tf")
	for variable, value := range map[string]any{
		"log_level": fmt.Sprintf("%q", users["SCIMSTACK_LOG_LEVEL"]), "activity": fmt.Sprintf("%q", users["SCIMSTACK_ACTIVITY"]),
		"activity_days": users["SCIMSTACK_ACTIVITY_DAYS"], "feed_days": users["SCIMSTACK_FEED_DAYS"], "log_retention_days": f.LogDays["RetentionInDays"],
		"deletion_protection": f.Table["DeletionProtectionEnabled"], "point_in_time_recovery": f.Table["PointInTimeRecoverySpecification"].(map[string]any)["PointInTimeRecoveryEnabled"],
	} {
		_, after, _ := strings.Cut(variables, fmt.Sprintf("variable %q {", variable))
		block, _, _ := strings.Cut(after, "\n}")
		if !strings.HasSuffix(block, fmt.Sprintf("= %v", value)) {
			t.Errorf("the default of %s is not %v:%s", variable, value, block)
		}
	}
}
