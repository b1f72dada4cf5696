package iamtest

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// Role is a role of a template with the statements of all of its policies.
type Role struct {
	ID         string // logical id
	Name       string // RoleName, or ""
	Trust      []Statement
	Statements []Statement
}

// Function is a function of a template.
type Function struct {
	Role        string // logical id
	Environment map[string]string
}

// Template is what the package takes from a CloudFormation template.
type Template struct {
	Roles     map[string]*Role    // by logical id
	Functions map[string]Function // by the end of the function's name, such as "users"
}

// Load reads a template.
func Load(file string) (*Template, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var tree struct {
		Resources map[string]struct {
			Type       string
			Properties map[string]any
		}
	}
	if err := json.Unmarshal(data, &tree); err != nil {
		return nil, err
	}
	t := &Template{Roles: map[string]*Role{}, Functions: map[string]Function{}}
	for id, r := range tree.Resources {
		switch r.Type {
		case "AWS::IAM::Role":
			if assumedBy(r.Properties, "apigateway.amazonaws.com") { // no code of ours runs with it
				continue
			}
			role := t.role(id)
			role.Name = text(r.Properties["RoleName"])
			role.Trust = statements(r.Properties["AssumeRolePolicyDocument"])
			if r.Properties["Policies"] != nil || r.Properties["ManagedPolicyArns"] != nil {
				return nil, fmt.Errorf("iamtest: %s has policies of its own, which are not read", id)
			}
		case "AWS::IAM::Policy":
			for _, ref := range list(r.Properties["Roles"]) {
				role := t.role(text(ref))
				role.Statements = append(role.Statements, statements(r.Properties["PolicyDocument"])...)
			}
		case "AWS::Lambda::Function":
			t.addFunction(r.Properties)
		}
	}
	return t, nil
}

// assumedBy reports whether a service is the only one that can assume a role.
func assumedBy(role map[string]any, service string) bool {
	document, _ := role["AssumeRolePolicyDocument"].(map[string]any)
	for _, e := range list(document["Statement"]) {
		statement, _ := e.(map[string]any)
		if principal, _ := statement["Principal"].(map[string]any); len(principal) != 1 || text(principal["Service"]) != service {
			return false
		}
	}
	return true
}

func (t *Template) role(id string) *Role {
	if t.Roles[id] == nil {
		t.Roles[id] = &Role{ID: id}
	}
	return t.Roles[id]
}

func (t *Template) addFunction(properties map[string]any) {
	name := text(properties["FunctionName"])
	f := Function{Role: strings.TrimSuffix(text(properties["Role"]), ".Arn"), Environment: map[string]string{}}
	if env, ok := properties["Environment"].(map[string]any); ok {
		variables, _ := env["Variables"].(map[string]any)
		for k, v := range variables {
			f.Environment[k] = text(v)
		}
	}
	t.Functions[name[strings.LastIndexByte(name, '-')+1:]] = f
}

// Statement is one statement of a policy.
type Statement struct {
	Deny       bool
	Actions    []string
	Resources  []string
	Principals []string
	Conditions map[string]map[string][]string // operator, key, values
}

func statements(document any) []Statement {
	d, _ := document.(map[string]any)
	var out []Statement
	for _, e := range list(d["Statement"]) {
		m, _ := e.(map[string]any)
		s := Statement{Deny: m["Effect"] == "Deny", Actions: texts(m["Action"]), Resources: texts(m["Resource"]), Conditions: map[string]map[string][]string{}}
		principal, _ := m["Principal"].(map[string]any)
		s.Principals = texts(principal["AWS"])
		conditions, _ := m["Condition"].(map[string]any)
		for operator, keys := range conditions {
			s.Conditions[operator] = map[string][]string{}
			byKey, _ := keys.(map[string]any)
			for key, values := range byKey {
				s.Conditions[operator][key] = texts(values)
			}
		}
		out = append(out, s)
	}
	return out
}

// list returns a value as a list: itself, or a list of it.
func list(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

func texts(v any) []string {
	var out []string
	for _, e := range list(v) {
		out = append(out, text(e))
	}
	return out
}

// text resolves a string: joined parts, references as the logical id, attributes as "id.Attribute".
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		if ref, ok := v["Ref"].(string); ok {
			if ref == "AWS::Partition" {
				return "aws"
			}
			return ref
		}
		if parts := texts(v["Fn::GetAtt"]); len(parts) == 2 {
			return parts[0] + "." + parts[1]
		}
		if join := list(v["Fn::Join"]); len(join) == 2 {
			return strings.Join(texts(join[1]), text(join[0]))
		}
	}
	return ""
}
