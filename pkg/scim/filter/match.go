package filter

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// match evaluates a node against a document, or an element of a list inside brackets.
func (n *node) match(doc map[string]any, elem any) bool {
	switch n.kind {
	case kindAnd:
		return n.left.match(doc, elem) && n.right.match(doc, elem)
	case kindOr:
		return n.left.match(doc, elem) || n.right.match(doc, elem)
	case kindNot:
		return !n.left.match(doc, elem)
	case kindElement:
		return n.matchElements(n.value(doc))
	case kindConstant:
		return n.boolean
	}
	return n.compare(doc, elem)
}

// matchElements reports whether one element meets the whole filter in brackets.
func (n *node) matchElements(v any) bool {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if n.left.match(nil, e) {
				return true
			}
		}
	case map[string]any:
		return n.left.match(nil, v)
	}
	return false
}

// compare evaluates a comparison; of several values one suffices (F-23).
func (n *node) compare(doc map[string]any, elem any) bool {
	if n.inElement {
		if n.ref.Sub == nil {
			return n.leaf(elem)
		}
		m, _ := elem.(map[string]any)
		return n.any(m[n.ref.Sub.Name])
	}
	v := n.value(doc)
	if n.ref.Sub == nil {
		return n.any(v)
	}
	switch v := v.(type) {
	case map[string]any:
		return n.any(v[n.ref.Sub.Name])
	case []any:
		for _, e := range v {
			if m, ok := e.(map[string]any); ok && n.any(m[n.ref.Sub.Name]) {
				return true
			}
		}
		if len(v) > 0 {
			return false
		}
	}
	return n.any(nil)
}

// value is the attribute of the document that the node is about.
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

// any tests a value; of a list one element suffices (F-23).
func (n *node) any(v any) bool {
	list, ok := v.([]any)
	if !ok || n.op == Pr {
		return n.leaf(v)
	}
	for _, e := range list {
		if n.leaf(e) {
			return true
		}
	}
	return len(list) == 0 && n.leaf(nil)
}

// present is "pr" (F-21): false is a value, "" and {} are not.
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

func (n *node) leaf(v any) bool {
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
		return n.textLeaf(v)
	case bool:
		return n.typ == schema.Boolean && (v == n.boolean) == (n.op == Eq)
	case json.Number:
		return holds(n.op, compareNumbers(string(v), n.text))
	}
	return n.op == Ne
}

func (n *node) textLeaf(v string) bool {
	switch n.typ {
	case schema.DateTime:
		t, ok := schema.ParseTime(v)
		return ok && holds(n.op, t.Compare(n.time))
	case schema.Binary:
		return (strings.TrimRight(v, "=") == n.text) == (n.op == Eq)
	}
	if !n.exact && !lowerASCII(v) {
		if isASCII(v) {
			return foldedLeaf(n.op, v, n.text)
		}
		v = schema.Fold(v)
	}
	switch n.op {
	case Co:
		return strings.Contains(v, n.text)
	case Sw:
		return strings.HasPrefix(v, n.text)
	case Ew:
		return strings.HasSuffix(v, n.text)
	}
	return holds(n.op, strings.Compare(v, n.text))
}

func lowerASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || 'A' <= s[i] && s[i] <= 'Z' {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// foldedLeaf compares an ASCII value that has upper-case letters with folded text, without
// building the folded value.
func foldedLeaf(op Op, v, text string) bool {
	switch op {
	case Co:
		for i := 0; i+len(text) <= len(v); i++ {
			if compareFolded(v[i:i+len(text)], text) == 0 {
				return true
			}
		}
		return false
	case Sw:
		return len(v) >= len(text) && compareFolded(v[:len(text)], text) == 0
	case Ew:
		return len(v) >= len(text) && compareFolded(v[len(v)-len(text):], text) == 0
	}
	return holds(op, compareFolded(v, text))
}

func compareFolded(v, text string) int {
	for i := range min(len(v), len(text)) {
		c := v[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != text[i] {
			if c < text[i] {
				return -1
			}
			return 1
		}
	}
	return len(v) - len(text)
}

func holds(op Op, order int) bool {
	switch op {
	case Eq:
		return order == 0
	case Ne:
		return order != 0
	case Gt:
		return order > 0
	case Ge:
		return order >= 0
	case Lt:
		return order < 0
	case Le:
		return order <= 0
	}
	return false
}

// compareNumbers compares JSON numbers by value: integers exactly, others as float64.
func compareNumbers(a, b string) int {
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	if errX == nil && errY == nil {
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	}
	if !strings.ContainsAny(a, ".eE") && !strings.ContainsAny(b, ".eE") {
		p, okP := new(big.Int).SetString(a, 10)
		q, okQ := new(big.Int).SetString(b, 10)
		if okP && okQ {
			return p.Cmp(q)
		}
	}
	f, _ := strconv.ParseFloat(a, 64)
	g, _ := strconv.ParseFloat(b, 64)
	switch {
	case f < g:
		return -1
	case f > g:
		return 1
	}
	return 0
}
