package filter

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Filter is a filter compiled for one resource type. Immutable; safe for concurrent use.
type Filter struct {
	root  *node
	terms []Term
	uses  []string
}

// Term is a comparison that every match meets, in a form that an index can answer: an equality, a prefix of
// a string (Sw), or a bound of a string or time (Gt, Ge, Lt, Le).
type Term struct {
	Ref schema.Ref
	// Attr is the canonical name with the default sub-attribute: "userName",
	// "emails.value", "urn:…:User:manager.value".
	Attr string
	Op   Op
	// Value is the comparison form of the attribute (schema.Attribute.Key); with Sw that of a part of a
	// string (schema.Fold), unless the attribute is caseExact.
	Value string
	Exact bool // the whole filter is this one term
}

// Match reports whether a canonical document meets the filter. It neither changes nor keeps
// the document.
func (f *Filter) Match(doc map[string]any) bool { return f.root.match(doc, nil, &forms{}) }

// Terms returns the comparisons that every match meets: those joined by "and" at the top, also
// inside value paths. The caller must not change the list.
func (f *Filter) Terms() []Term { return f.terms }

// Choices returns each "or" among what every match meets, as the terms of its sides: a match meets all terms
// of one side. A side of which nothing is known has no terms.
func (f *Filter) Choices() [][][]Term { return f.root.choices(nil) }

func (n *node) choices(out [][][]Term) [][][]Term {
	switch n.kind {
	case kindAnd:
		return n.right.choices(n.left.choices(out))
	case kindElement:
		return n.left.choices(out)
	case kindOr:
		return append(out, n.sides(nil))
	}
	return out
}

func (n *node) sides(out [][]Term) [][]Term {
	if n.kind == kindOr {
		return n.right.sides(n.left.sides(out))
	}
	var side Filter
	side.collect(n, false)
	return append(out, side.terms)
}

// Uses reports whether the filter looks at a core or common attribute.
func (f *Filter) Uses(attr string) bool { return slices.Contains(f.uses, attr) }

// Equals returns the values that the filter compares a multi-valued attribute with. If only is
// true, the filter asks nothing else about the attribute than whether an element has one of
// these values; a caller then needs to load only those elements.
func (f *Filter) Equals(attr string) (values []string, only bool) {
	only = f.root.equals(attr, &values)
	return values, only
}

func (n *node) equals(attr string, values *[]string) bool {
	if n == nil {
		return true
	}
	mine := n.ref.Container == "" && n.ref.Attr != nil && n.ref.Attr.Name == attr
	switch n.kind {
	case kindCompare:
		if !mine {
			return true
		}
		if n.op != Eq || n.ref.Sub == nil || n.ref.Sub.Name != "value" {
			return false
		}
		*values = append(*values, n.str)
		return true
	case kindElement:
		if mine && n.left.kind != kindCompare {
			return false
		}
		return n.left.equals(attr, values)
	}
	return n.left.equals(attr, values) && n.right.equals(attr, values)
}

// key returns what the node compares with in the form of schema.Attribute.Key. A number with a
// fraction or an exponent has none: 1e1 equals 10.
func (n *node) key() (string, bool) {
	switch n.typ {
	case schema.DateTime:
		return n.time.UTC().Format(time.RFC3339Nano), true
	case schema.Integer:
		key, ok := n.attr.Key(json.Number(n.str))
		return key, ok && !strings.Contains(key, ".")
	case schema.Decimal:
		return n.attr.Key(json.Number(n.str))
	}
	return n.str, true
}

func (f *Filter) collect(n *node, exact bool) {
	switch {
	case n.kind == kindAnd:
		f.collect(n.left, false)
		f.collect(n.right, false)
	case n.kind == kindElement:
		f.collect(n.left, exact)
	case n.kind == kindCompare && n.indexable() && n.attr.Enforceable():
		if key, ok := n.key(); ok {
			f.terms = append(f.terms, Term{Ref: n.ref, Attr: n.ref.String(), Op: n.op, Value: key, Exact: exact})
		}
	}
}

// indexable reports whether an index can answer the operator: of strings in their order, of numbers equality
// only, because their keys do not sort as they do.
func (n *node) indexable() bool {
	switch n.op {
	case Eq:
		return true
	case Sw:
		return n.typ == schema.String || n.typ == schema.Reference
	case Gt, Ge, Lt, Le:
		return n.typ == schema.String || n.typ == schema.Reference || n.typ == schema.DateTime
	}
	return false
}
