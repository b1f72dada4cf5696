package oracle

import (
	"encoding/json"
	"slices"
)

// leaf is the attribute that is compared: of a complex value its value, if nothing else is named (F-25).
func (at path) leaf() *attr {
	value := find(at.attr.Sub, "value")
	switch {
	case at.sub != nil:
		return at.sub
	case at.attr.Type == "complex" && (at.attr.Multi || value != nil && find(at.attr.Sub, "$ref") != nil):
		return value
	}
	return at.attr
}

// comparable says whether the operator and the literal fit the attribute (requirements §7.2).
func comparable(n *node) bool {
	if n.path.attr.Ret == "never" || n.path.sub != nil && n.path.sub.Ret == "never" {
		return false // F-29
	}
	if n.op == "pr" {
		return true
	}
	a := n.path.leaf()
	if a == nil || a.Type == "complex" {
		return false
	}
	if n.literal == nil {
		return n.op == "eq" || n.op == "ne" // F-24
	}
	return allowed(a, n.op) && fits(a, n.literal)
}

func allowed(a *attr, op string) bool {
	switch a.Type {
	case "boolean", "binary":
		return op == "eq" || op == "ne"
	case "integer", "decimal", "dateTime":
		return !slices.Contains([]string{"co", "sw", "ew"}, op)
	}
	return true
}

// fits says whether a literal has the type of an attribute (F-26).
func fits(a *attr, v any) bool {
	switch v.(type) {
	case json.Number:
		return a.Type == "integer" || a.Type == "decimal"
	case bool:
		return a.Type == "boolean"
	}
	if a.Type == "reference" || a.Type == "binary" {
		return true
	}
	_, ok := scalar(a, v)
	return ok
}
