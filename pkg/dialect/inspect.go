package dialect

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// sign is a set of signs that a body differs from the RFC.
type sign uint8

const (
	signOp       sign = 1 << iota // op in another case
	signEnvelope                  // a PATCH body without schemas
	signLegacy                    // a URN of SCIM 1.1 or of a draft
	signManager                   // managerId
	signPacked                    // JSON in a string
	signWrapper                   // {"members": …} as the value of members
	signNamed                     // displayName in an element of a list
)

// inspect looks for signs in one pass. It does not allocate, and of the members of groups it looks
// only at those that are no objects: most bodies have no sign.
func inspect(rt *schema.ResourceType, patch bool, body map[string]any) sign {
	if !patch {
		return inspectObject(rt, body)
	}
	var found sign
	if schema.NoURN(schema.Field(body, "schemas")) {
		found = signEnvelope
	}
	for _, e := range operationsOf(body) {
		if op, ok := e.(map[string]any); ok {
			found |= inspectOperation(rt, op)
		}
	}
	return found
}

func inspectOperation(rt *schema.ResourceType, op map[string]any) (found sign) {
	switch name, _ := schema.Field(op, "op").(string); name {
	case "add", "replace", "remove":
	default:
		found = signOp
	}
	path, _ := schema.Field(op, "path").(string)
	value := schema.Field(op, "value")
	if path == "" {
		return found | inspectObject(rt, objectOf(op))
	}
	if schema.IsURN(path) && legacyIn(rt, path) != "" {
		found |= signLegacy
	}
	if hasSuffixFold(path, "managerId") {
		found |= signManager
	}
	if name, _, _ := strings.Cut(path, "["); hasSuffixFold(strings.TrimSpace(name), "members") {
		return found | inspectMembers(value)
	}
	return found | inspectValue(value)
}

func inspectObject(rt *schema.ResourceType, m map[string]any) (found sign) {
	for k, v := range m {
		switch {
		case k == "members":
			found |= inspectMembers(v)
			continue
		case len(k) == 7 && (k == "schemas" || schema.SameName(k, "schemas")):
			if inspectSchemas(rt, v) {
				found |= signLegacy
			}
			continue
		case schema.IsURN(k):
			if legacyIn(rt, k) != "" {
				found |= signLegacy
			}
		}
		if hasSuffixFold(k, "managerId") {
			found |= signManager
		}
		if hasSuffixFold(k, "members") {
			found |= inspectMembers(v)
			continue
		}
		found |= inspectValue(v)
	}
	return found
}

// inspectMembers looks at a value of members.
func inspectMembers(v any) (found sign) {
	for k := range onlyObject(v) {
		if hasSuffixFold(k, "members") {
			found |= signWrapper
		}
	}
	switch v := v.(type) {
	case string:
		if packed(v) {
			found |= signPacked
		}
	case []any:
		for _, e := range v {
			if s, ok := e.(string); ok && packed(s) {
				return found | signPacked
			}
		}
	}
	return found
}

func inspectSchemas(rt *schema.ResourceType, v any) bool {
	list, _ := v.([]any)
	for _, e := range list {
		if s, ok := e.(string); ok && legacy(rt, s) != "" {
			return true
		}
	}
	return false
}

// inspectValue looks at the members of an object, or at the elements of a list.
func inspectValue(v any) (found sign) {
	switch v := v.(type) {
	case string:
		if packed(v) {
			return signPacked
		}
	case map[string]any:
		for k, e := range v {
			switch e := e.(type) {
			case map[string]any:
				found |= inspectElement(e) // of a container
			case []any: // of a container
				found |= inspectList(e)
			}
			if hasSuffixFold(k, "members") {
				found |= inspectMembers(e)
			}
		}
		return found | inspectElement(v)
	case []any:
		return inspectList(v)
	}
	return found
}

func inspectList(list []any) (found sign) {
	for _, e := range list {
		switch e := e.(type) {
		case map[string]any:
			found |= inspectElement(e)
		case string:
			if packed(e) {
				found |= signPacked
			}
		}
	}
	return found
}

// inspectElement looks at an object that may be an element of a list.
func inspectElement(m map[string]any) (found sign) {
	for k, v := range m {
		if s, ok := v.(string); ok && packed(s) {
			found |= signPacked
		}
		switch len(k) {
		case len("displayName"):
			if schema.SameName(k, "displayName") {
				found |= signNamed
			}
		case len("managerId"):
			if schema.SameName(k, "managerId") {
				found |= signManager
			}
		}
	}
	return found
}

// put sets the member with this name, compared case-insensitively.
func put(m map[string]any, name string, v any) {
	for k := range m {
		if len(k) == len(name) && schema.SameName(k, name) {
			name = k
			break
		}
	}
	m[name] = v
}

func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}
