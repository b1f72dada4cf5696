package filter

import (
	"encoding/json"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// match evaluates a node on a document or, inside brackets, on an element of a list.
func (n *node) match(doc map[string]any, elem any, f *forms) bool {
	switch n.kind {
	case kindAnd:
		return n.left.match(doc, elem, f) && n.right.match(doc, elem, f)
	case kindOr:
		return n.left.match(doc, elem, f) || n.right.match(doc, elem, f)
	case kindNot:
		return !n.left.match(doc, elem, f)
	case kindElement:
		return n.matchElements(n.value(doc), f)
	case kindConstant:
		return n.boolean
	}
	return n.compare(doc, elem, f)
}

// matchElements reports whether one element meets the whole filter in brackets.
func (n *node) matchElements(v any, f *forms) bool {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if n.left.match(nil, e, f) {
				return true
			}
		}
		return false
	case nil:
		return false
	}
	return n.left.match(nil, v, f) // a single value is a list of one
}

// compare evaluates a comparison. Of several values, one suffices (F-23).
func (n *node) compare(doc map[string]any, elem any, f *forms) bool {
	if n.inElement {
		if n.ref.Sub == nil {
			return n.leaf(elem, f)
		}
		m, _ := elem.(map[string]any)
		return n.any(m[n.ref.Sub.Name], f)
	}
	v := n.value(doc)
	if n.ref.Sub == nil {
		return n.any(v, f)
	}
	switch v := v.(type) {
	case map[string]any:
		return n.any(v[n.ref.Sub.Name], f)
	case []any:
		for _, e := range v {
			if m, ok := e.(map[string]any); ok && n.any(m[n.ref.Sub.Name], f) {
				return true
			}
		}
		if len(v) > 0 {
			return false
		}
	}
	return n.op == Ne // without its parent there is no value, not even false (F-22)
}

// value returns the value of the node's attribute in a document.
func (n *node) value(doc map[string]any) any {
	if n.ref.Container != "" {
		ext, _ := doc[n.ref.Container].(map[string]any)
		if n.ref.Attr == nil {
			return ext
		}
		return ext[n.ref.Attr.Name]
	}
	return doc[n.ref.Attr.Name]
}

// any evaluates the comparison on a value. Of a list, one element suffices (F-23).
func (n *node) any(v any, f *forms) bool {
	list, ok := v.([]any)
	if !ok || n.op == Pr {
		return n.leaf(v, f)
	}
	for _, e := range list {
		if n.leaf(e, f) {
			return true
		}
	}
	return len(list) == 0 && n.leaf(nil, f)
}

// present is the operator pr: false is a value, "" and {} are not (F-21).
func present(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case []any:
		for _, e := range v {
			if present(e) {
				return true
			}
		}
		return false
	case map[string]any:
		for _, e := range v {
			if present(e) {
				return true
			}
		}
		return false
	}
	return true
}

func (n *node) leaf(v any, f *forms) bool {
	if n.op == Pr {
		return present(v)
	}
	if v == nil {
		if n.missing == nil {
			return n.op == Ne // F-22
		}
		v = n.missing
	}
	switch v := v.(type) {
	case string:
		return n.stringLeaf(v, f)
	case bool:
		return n.typ == schema.Boolean && (v == n.boolean) == (n.op == Eq)
	case json.Number:
		return holds(n.op, compareNumbers(string(v), n.str))
	}
	return n.op == Ne
}
