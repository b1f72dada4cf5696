package filter

import (
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Filter is a filter bound to one resource type. Immutable; safe for concurrent use.
type Filter struct {
	root  *node
	terms []Term
	uses  map[string]bool
}

// Term is a comparison that every match must fulfil, in a form an index understands.
type Term struct {
	Ref schema.Ref
	// Attr is the canonical path with the default sub-attribute added: "userName",
	// "emails.value", "urn:…:User:manager.value".
	Attr  string
	Op    Op
	Value string // comparison form: folded unless the attribute is caseExact
	Exact bool   // the whole filter is this one term
}

type kind uint8

const (
	kindAnd kind = iota
	kindOr
	kindNot
	kindElement // value path: left is tested against one element
	kindCompare
	kindConstant // the answer is boolean, whatever the document says
)

// node is one step of evaluation.
type node struct {
	kind        kind
	left, right *node
	ref         schema.Ref
	op          Op
	typ         schema.Type
	exact       bool // compare strings as they are
	missing     any  // what an absent value counts as (primary: false), or nil
	text        string
	time        time.Time
	boolean     bool
	inElement   bool // ref.Sub is looked up in the element instead of the document
}

// Compile resolves the names of a filter and checks that operators, literals and types go
// together (RFC 7644 §3.4.2.2; F-15, F-18, F-19, F-24 to F-26, F-29). Faults are invalidFilter.
func Compile(e Expr, rt *schema.ResourceType) (*Filter, error) { return compile(e, rt, false) }

// CompileLoose is Compile for a query over several types: an attribute this type lacks has
// no value instead of being an error.
func CompileLoose(e Expr, rt *schema.ResourceType) (*Filter, error) { return compile(e, rt, true) }

func compile(e Expr, rt *schema.ResourceType, loose bool) (*Filter, error) {
	c := compiler{rt: rt, loose: loose, uses: map[string]bool{}}
	root, err := c.expr(e)
	if err != nil {
		return nil, err
	}
	f := &Filter{root: root, uses: c.uses}
	f.collect(root, root.kind == kindCompare || root.kind == kindElement && root.left.kind == kindCompare)
	return f, nil
}

// Match evaluates the filter against a canonical document. It does not change or keep it.
func (f *Filter) Match(doc map[string]any) bool { return f.root.match(doc, nil) }

// Terms are the equality terms joined by "and" at the top, value paths looked through.
func (f *Filter) Terms() []Term { return f.terms }

// Uses tells whether a core or common attribute is looked at.
func (f *Filter) Uses(attr string) bool { return f.uses[attr] }

// Equals gives the values that a list attribute is compared with, if the filter asks for
// nothing of it but whether an element's value equals one of them. Then a caller needs to
// know only these elements, however many there are.
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
		*values = append(*values, n.text)
		return true
	case kindElement:
		if mine && n.left.kind != kindCompare {
			return false
		}
		return n.left.equals(attr, values)
	}
	return n.left.equals(attr, values) && n.right.equals(attr, values)
}

func (f *Filter) collect(n *node, exact bool) {
	switch {
	case n.kind == kindAnd:
		f.collect(n.left, false)
		f.collect(n.right, false)
	case n.kind == kindElement:
		f.collect(n.left, exact)
	case n.kind == kindCompare && n.op == Eq && (n.typ == schema.String || n.typ == schema.Reference):
		f.terms = append(f.terms, Term{Ref: n.ref, Attr: n.ref.String(), Op: Eq, Value: n.text, Exact: exact})
	}
}

func unknown(name string) error {
	return schema.NewFault(schema.FaultFilterName, "filter: unknown attribute %s", name).About(schema.NameOnly(name))
}

func fault(format string, args ...any) error {
	return schema.NewFault(schema.FaultFilterType, "filter: "+format, args...)
}

type compiler struct {
	rt    *schema.ResourceType
	loose bool
	uses  map[string]bool
	elem  *schema.Ref // inside brackets: the list attribute
}

func (c *compiler) expr(e Expr) (*node, error) {
	switch e := e.(type) {
	case *Logical:
		left, err := c.expr(e.Left)
		if err != nil {
			return nil, err
		}
		right, err := c.expr(e.Right)
		if err != nil {
			return nil, err
		}
		k := kindOr
		if e.And {
			k = kindAnd
		}
		return &node{kind: k, left: left, right: right}, nil
	case *Not:
		x, err := c.expr(e.X)
		if err != nil {
			return nil, err
		}
		return &node{kind: kindNot, left: x}, nil
	case *ValuePath:
		return c.valuePath(e)
	case *Comparison:
		return c.comparison(e)
	}
	return nil, fault("empty")
}

func (c *compiler) valuePath(e *ValuePath) (*node, error) {
	ref, ok := c.rt.ResolveName(e.Attr)
	if !ok {
		if c.loose {
			return &node{kind: kindConstant}, nil
		}
		return nil, unknown(e.Attr)
	}
	if ref.Attr == nil || ref.Sub != nil || ref.Attr.Type != schema.Complex && !ref.Attr.MultiValued {
		return nil, fault("%s has no elements to select from", e.Attr)
	}
	inner := *c
	inner.elem = &ref
	left, err := inner.expr(e.Filter)
	if err != nil {
		return nil, err
	}
	c.see(ref)
	return &node{kind: kindElement, ref: ref, left: left}, nil
}

func (c *compiler) see(ref schema.Ref) {
	if ref.Container == "" && ref.Attr != nil {
		c.uses[ref.Attr.Name] = true
	}
}

// resolve finds the attribute of a comparison, in the element when inside brackets.
func (c *compiler) resolve(name string) (schema.Ref, bool) {
	if c.elem == nil {
		return c.rt.ResolveName(name)
	}
	ref := *c.elem
	if ref.Attr.Type != schema.Complex {
		return ref, schema.SameName(name, "value")
	}
	ref.Sub = ref.Attr.Sub(name)
	return ref, ref.Sub != nil
}

func (c *compiler) comparison(e *Comparison) (*node, error) {
	ref, ok := c.resolve(e.Attr)
	switch {
	case !ok && c.loose:
		return absent(e), nil
	case !ok:
		return nil, unknown(e.Attr)
	}
	n := &node{kind: kindCompare, ref: ref, op: e.Op, inElement: c.elem != nil}
	if ref.Attr == nil { // a whole extension
		if e.Op != Pr {
			return nil, notComparable(e)
		}
		return n, nil
	}
	leaf, err := c.operand(n, e)
	if err != nil {
		return nil, err
	}
	n.typ, n.exact = leaf.Type, leaf.CaseExact
	if leaf.Type == schema.Boolean && schema.SameName(leaf.Name, "primary") {
		n.missing = false
	}
	switch {
	case e.Op == Pr:
		return n, nil
	case e.Value.Kind == Null:
		return compareNull(n, e)
	case !applies(e.Op, leaf.Type):
		return nil, fault("%s does not apply to %s, which is a %s", e.Op, e.Attr, leaf.Type)
	case !n.setLiteral(e.Value):
		return nil, fault("the value for %s must be a %s", e.Attr, leaf.Type)
	}
	return n, nil
}

// operand is the attribute whose values are compared. That of a complex attribute is its
// sub-attribute "value", as in: emails co "x", manager eq "x" (F-25).
func (c *compiler) operand(n *node, e *Comparison) (*schema.Attribute, error) {
	leaf := n.ref.Leaf()
	direct := leaf.Type != schema.Complex || e.Op == Pr
	switch {
	case !direct && !n.ref.Attr.MultiValued && leaf.Sub("$ref") == nil:
		return nil, notComparable(e)
	case leaf.Returned == schema.Never || n.ref.Attr.Returned == schema.Never:
		return nil, fault("%s cannot be filtered", e.Attr)
	}
	if c.elem == nil {
		c.see(n.ref)
	}
	if direct {
		return leaf, nil
	}
	if n.ref.Sub = leaf.Sub("value"); n.ref.Sub == nil {
		return nil, notComparable(e)
	}
	return n.ref.Sub, nil
}

func notComparable(e *Comparison) error {
	return fault("%s cannot be compared; name one of its parts", e.Attr)
}

// applies reports whether an operator has a meaning for values of a type (RFC 7644 Table 3).
func applies(op Op, t schema.Type) bool {
	switch op {
	case Co, Sw, Ew:
		return t == schema.String || t == schema.Reference
	case Gt, Ge, Lt, Le:
		return t != schema.Boolean && t != schema.Binary
	}
	return true
}

// setLiteral sets what the node compares with. It reports whether the literal fits the type
// of the attribute.
func (n *node) setLiteral(v Literal) bool {
	switch n.typ {
	case schema.String, schema.Reference:
		if n.text = v.Text; !n.exact {
			n.text = schema.Fold(v.Text)
		}
		return v.Kind == Text
	case schema.Binary:
		n.text = strings.TrimRight(v.Text, "=")
		return v.Kind == Text
	case schema.Boolean:
		if v.Kind == Text {
			b, ok := schema.ParseBool(v.Text) // Entra: primary eq "True"
			n.boolean = b
			return ok
		}
		n.boolean = v.Kind == True
		return v.Kind == True || v.Kind == False
	case schema.Integer, schema.Decimal:
		n.text = v.Text
		return v.Kind == Number
	case schema.DateTime:
		t, ok := schema.ParseTime(v.Text)
		n.time = t
		return ok && v.Kind == Text
	}
	return true
}

// absent is a comparison with an attribute that the type does not have. Its answer is the same
// for every document: without a value, "eq null" and "ne" with a value hold.
func absent(e *Comparison) *node {
	n := &node{kind: kindConstant}
	switch e.Op {
	case Eq:
		n.boolean = e.Value.Kind == Null
	case Ne:
		n.boolean = e.Value.Kind != Null
	}
	return n
}

// compareNull turns "eq null" into not present and "ne null" into present (F-24).
func compareNull(n *node, e *Comparison) (*node, error) {
	n.op = Pr
	switch e.Op {
	case Eq:
		return &node{kind: kindNot, left: n}, nil
	case Ne:
		return n, nil
	}
	return nil, fault("%s null has no meaning", e.Op)
}
