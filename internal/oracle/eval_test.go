package oracle

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// holds evaluates a filter for a resource as a client sees it, or for an element of a list.
func (n *node) holds(o object) bool {
	switch n.op {
	case "and":
		return n.left.holds(o) && n.right.holds(o)
	case "or":
		return n.left.holds(o) || n.right.holds(o)
	case "no":
		return false
	case "not":
		return !n.left.holds(o)
	case "[":
		return slices.ContainsFunc(elements(o, n.path), func(e any) bool { return n.left.holds(e.(object)) })
	}
	values := n.path.values(o)
	present := slices.ContainsFunc(n.path.stored(o), assigned)
	if n.op == "pr" && n.path.sub == nil && n.path.attr.Type == "complex" {
		present = slices.ContainsFunc(elements(o, n.path), filled)
	}
	switch {
	case n.op == "pr", n.op == "ne" && n.literal == nil:
		return present
	case n.op == "eq" && n.literal == nil:
		return !present
	case n.op == "ne" && len(values) == 0:
		return true // F-22
	}
	a := n.path.leaf()
	if n.op == "ne" && a != n.path.attr && a.Name != "primary" {
		without := func(e any) bool { return e.(object)[a.Name] == nil }
		if slices.ContainsFunc(elements(o, n.path), without) {
			return true // F-22, of one element
		}
	}
	return slices.ContainsFunc(values, func(v any) bool { return compared(a, n.op, v, n.literal) })
}

// container is the object that has the attribute of a path.
func container(o object, at path) object {
	if at.urn == "" {
		return o
	}
	in, _ := o[at.urn].(object)
	return in
}

// elements are the values of the attribute of a path: all of a list.
func elements(o object, at path) []any {
	switch v := container(o, at)[at.attr.Name].(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

// values are what a comparison compares: an element without primary is not the primary one.
func (at path) values(o object) []any {
	out := at.stored(o)
	if at.sub == nil && at.attr.Name == "primary" && out == nil {
		return []any{false}
	}
	if at.sub != nil && at.sub.Name == "primary" && len(out) < len(elements(o, at)) {
		out = append(out, false)
	}
	return out
}

// stored are the values that are there.
func (at path) stored(o object) []any {
	list := elements(o, at)
	sub := at.sub
	if sub == nil && at.leaf() != at.attr {
		sub = find(at.attr.Sub, "value")
	}
	if sub == nil {
		return list
	}
	var out []any
	for _, e := range list {
		switch v := e.(object)[sub.Name].(type) {
		case nil:
		case []any:
			out = append(out, v...)
		default:
			out = append(out, v)
		}
	}
	return out
}

// assigned reports whether a value is present (F-21).
func assigned(v any) bool { return v != nil && v != "" }

// filled reports whether a part of a complex value is present: a strict tenant stores {"value":""} (F-21).
func filled(e any) bool {
	for _, v := range e.(object) {
		if l, many := v.([]any); many && slices.ContainsFunc(l, assigned) || !many && assigned(v) {
			return true
		}
	}
	return false
}

// folded is a string as an attribute compares it (F-16).
func folded(a *attr, s string) string {
	switch {
	case a.Exact:
		return s
	case a.Unique == "server":
		return norm.NFC.String(strings.ToLower(norm.NFC.String(s))) // RFC 8265 §3.3 keeps ß apart from ss
	}
	return foldedPart(s)
}

// foldedPart is a part of a string, which co, sw and ew compare.
func foldedPart(s string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(s)))
}

func compared(a *attr, op string, value, literal any) bool {
	if a.Type == "binary" {
		return (decoded(literal) != nil && bytes.Equal(decoded(value), decoded(literal))) == (op == "eq")
	}
	if s, ok := literal.(string); ok && a.Type == "boolean" {
		literal = strings.EqualFold(s, "true")
	}
	if want, ok := literal.(bool); ok {
		return (value == want) == (op == "eq")
	}
	if s, ok := value.(string); ok && a.Type != "dateTime" {
		x, y := s, literal.(string)
		if !a.Exact {
			x, y = foldedPart(x), foldedPart(y)
		}
		switch op {
		case "co":
			return strings.Contains(x, y)
		case "sw":
			return strings.HasPrefix(x, y)
		case "ew":
			return strings.HasSuffix(x, y)
		}
	}
	c := order(a, value, literal)
	if value == "" && op != "eq" && op != "ne" {
		return false // what is not present has no order
	}
	switch op {
	case "eq":
		return c == 0
	case "ne":
		return c != 0
	case "gt":
		return c > 0
	case "ge":
		return c >= 0
	case "lt":
		return c < 0
	}
	return c <= 0
}

func decoded(v any) []byte {
	b, err := base64.StdEncoding.DecodeString(v.(string))
	if err != nil {
		return nil
	}
	return b
}

// order compares two values of an attribute (F-20, O-03).
func order(a *attr, x, y any) int {
	switch a.Type {
	case "integer", "decimal":
		return number(x.(json.Number)).Cmp(number(y.(json.Number)))
	case "dateTime":
		s, _ := instant(x.(string))
		t, _ := instant(y.(string))
		return s.Compare(t)
	case "boolean":
		if x == y {
			return 0
		}
		if x == false {
			return -1
		}
		return 1
	}
	return strings.Compare(folded(a, x.(string)), folded(a, y.(string)))
}
