package iamtest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Access is one use of the rights of a caller.
type Access struct {
	Action, Resource string
	Keys             map[string][]string // of the request: "dynamodb:LeadingKeys", "dynamodb:Attributes" of an UpdateItem, "aws:RequestTag/tid"
	Tags             map[string]string   // of the caller's session
}

func (a Access) String() string {
	return fmt.Sprintf("%s on %s with %v by a session of %v", a.Action, a.Resource, a.Keys, a.Tags)
}

// Allowed evaluates statements as IAM does: one denial refuses, otherwise one statement must allow.
func Allowed(list []Statement, a Access) (bool, error) {
	allowed := false
	for _, s := range list {
		if !slices.Contains(s.Actions, a.Action) || !slices.ContainsFunc(s.Resources, func(p string) bool { return like(p, a.Resource) }) {
			continue
		}
		holds, err := s.holds(a)
		switch {
		case err != nil:
			return false, err
		case holds && s.Deny:
			return false, nil
		}
		allowed = allowed || holds
	}
	return allowed, nil
}

// holds reports whether all conditions of a statement hold.
func (s Statement) holds(a Access) (bool, error) {
	for operator, keys := range s.Conditions {
		for key, patterns := range keys {
			ok, err := condition(operator, patterns, a.Keys[key], a)
			if err != nil || !ok {
				return false, err
			}
		}
	}
	return true, nil
}

// condition evaluates one operator on the values that a request has of a key.
func condition(operator string, patterns, values []string, a Access) (bool, error) {
	set, op, qualified := strings.Cut(operator, ":")
	if !qualified {
		set, op = "", operator
	}
	var match func(pattern, value string) bool
	switch op {
	case "Null":
		return (len(values) == 0) == (patterns[0] == "true"), nil
	case "StringLike":
		match = like
	case "StringEquals", "StringNotEquals":
		match = func(pattern, value string) bool { return pattern == value }
	default:
		return false, fmt.Errorf("iamtest: unknown operator %q", operator)
	}
	one := func(value string) bool {
		found := slices.ContainsFunc(patterns, func(p string) bool { return match(withTags(p, a.Tags), value) })
		return found != (op == "StringNotEquals") // which is of all patterns
	}
	switch set {
	case "ForAllValues": // also without any value
		return !slices.ContainsFunc(values, func(v string) bool { return !one(v) }), nil
	case "ForAnyValue":
		return slices.ContainsFunc(values, one), nil
	case "":
		return len(values) == 1 && one(values[0]), nil
	}
	return false, fmt.Errorf("iamtest: unknown operator %q", operator)
}

var variable = regexp.MustCompile(`\$\{aws:PrincipalTag/(\w+)\}`)

// withTags replaces the policy variables. A variable without a value makes a pattern that matches
// nothing.
func withTags(pattern string, tags map[string]string) string {
	return variable.ReplaceAllStringFunc(pattern, func(v string) string {
		value, ok := tags[variable.FindStringSubmatch(v)[1]]
		if !ok {
			return "\x00"
		}
		return value
	})
}

// like matches '*' and '?' as StringLike does. Both match '#', '/' and ':' too.
func like(pattern, value string) bool {
	if pattern == "" {
		return value == ""
	}
	switch pattern[0] {
	case '*':
		return like(pattern[1:], value) || value != "" && like(pattern, value[1:])
	case '?':
		return value != "" && like(pattern[1:], value[1:])
	}
	return value != "" && value[0] == pattern[0] && like(pattern[1:], value[1:])
}
