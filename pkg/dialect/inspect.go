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
	signListed                    // a boolean in a list of one
	signNamed                     // displayName in an element of a list
)

// inspect looks for signs in one pass. It does not allocate, and it does not look at the members
// of groups: most bodies have no sign.
func inspect(rt *schema.ResourceType, patch bool, body map[string]any) sign {
	if !patch {
		return inspectObject(rt, body)
	}
	var found sign
	if schema.Field(body, "schemas") == nil {
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
	if strings.EqualFold(path, "members") {
		if m, ok := value.(map[string]any); ok && len(m) == 1 && schema.Field(m, "members") != nil {
			found |= signWrapper
		}
		return found
	}
	if listedBoolean(value) != nil {
		found |= signListed
	}
	return found | inspectValue(value)
}

// listedBoolean returns the boolean that is the only element of a list, or nil.
func listedBoolean(v any) any {
	list, _ := v.([]any)
	if len(list) != 1 {
		return nil
	}
	switch e := list[0].(type) {
	case bool:
		return e
	case string:
		if _, ok := schema.ParseBool(e); ok {
			return e
		}
	}
	return nil
}

func inspectObject(rt *schema.ResourceType, m map[string]any) (found sign) {
	for k, v := range m {
		switch {
		case len(k) == 7 && (k == "members" || schema.SameName(k, "members")):
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
			if hasSuffixFold(k, "managerId") {
				found |= signManager
			}
		}
		found |= inspectValue(v)
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
			if len(k) == len("managerId") && schema.SameName(k, "managerId") {
				found |= signManager
			}
			switch e := e.(type) {
			case map[string]any:
				if len(e) > 0 && schema.Field(e, "managerId") != nil {
					found |= signManager
				}
				found |= inspectElement(e) // of a container
			case []any: // of a container
				found |= inspectList(e)
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
		if len(k) == len("displayName") && schema.SameName(k, "displayName") {
			found |= signNamed
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
