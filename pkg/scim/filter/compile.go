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
	kindNothing // an attribute the type lacks, in a root query: it has no value
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
			return &node{kind: kindNothing}, nil
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
	if !ok {
		if c.loose {
			return nothing(e), nil
		}
		return nil, unknown(e.Attr)
	}
	n := &node{kind: kindCompare, ref: ref, op: e.Op, inElement: c.elem != nil}
	leaf := ref.Leaf()
	if leaf == nil || leaf.Type == schema.Complex && e.Op != Pr && !ref.Attr.MultiValued && leaf.Sub("$ref") == nil {
		if e.Op != Pr {
			return nil, fault("%s cannot be compared; name one of its parts", e.Attr)
		}
		return n, nil
	}
	if leaf.Returned == schema.Never || ref.Attr.Returned == schema.Never {
		return nil, fault("%s cannot be filtered", e.Attr)
	}
	if c.elem == nil {
		c.see(ref)
	}
	if leaf.Type == schema.Complex && e.Op != Pr { // emails co "x", manager eq "x": its value (F-25)
		if n.ref.Sub = leaf.Sub("value"); n.ref.Sub == nil {
			return nil, fault("%s cannot be compared; name one of its parts", e.Attr)
		}
		leaf = n.ref.Sub
	}
	n.typ, n.exact = leaf.Type, leaf.CaseExact
	if leaf.Type == schema.Boolean && schema.SameName(leaf.Name, "primary") {
		n.missing = false
	}
	if e.Op == Pr {
		return n, nil
	}
	return c.literal(n, e, leaf)
}

// literal fits the value of a comparison to the type of the attribute.
func (c *compiler) literal(n *node, e *Comparison, leaf *schema.Attribute) (*node, error) {
	if e.Value.Kind == Null {
		return nullNode(n, e)
	}
	isText := leaf.Type == schema.String || leaf.Type == schema.Reference
	switch e.Op {
	case Co, Sw, Ew:
		if !isText {
			return nil, fault("%s does not apply to %s, which is a %s", e.Op, e.Attr, leaf.Type)
		}
	case Gt, Ge, Lt, Le:
		if leaf.Type == schema.Boolean || leaf.Type == schema.Binary {
			return nil, fault("%s does not apply to %s, which is a %s", e.Op, e.Attr, leaf.Type)
		}
	}
	bad := fault("the value for %s must be a %s", e.Attr, leaf.Type)
	switch leaf.Type {
	case schema.String, schema.Reference, schema.Binary:
		if e.Value.Kind != Text {
			return nil, bad
		}
		n.text = e.Value.Text
		switch {
		case leaf.Type == schema.Binary:
			n.text = strings.TrimRight(n.text, "=")
		case !n.exact:
			n.text = schema.Fold(n.text)
		}
	case schema.Boolean:
		switch e.Value.Kind {
		case True, False:
			n.boolean = e.Value.Kind == True
		case Text:
			b, ok := schema.ParseBool(e.Value.Text) // Entra: primary eq "True"
			if !ok {
				return nil, bad
			}
			n.boolean = b
		default:
			return nil, bad
		}
	case schema.Integer, schema.Decimal:
		if e.Value.Kind != Number {
			return nil, bad
		}
		n.text = e.Value.Text
	case schema.DateTime:
		t, ok := schema.ParseTime(e.Value.Text)
		if e.Value.Kind != Text || !ok {
			return nil, bad
		}
		n.time = t
	}
	return n, nil
}

// nothing compares an attribute that has no value: ne holds, and so does eq null.
func nothing(e *Comparison) *node {
	op := e.Op
	if e.Value.Kind == Null && (op == Eq || op == Ne) { // pr has no literal
		op = Eq + Ne - op
	}
	return &node{kind: kindNothing, op: op}
}

// nullNode turns eq null into not present and ne null into present (F-24).
func nullNode(n *node, e *Comparison) (*node, error) {
	op := n.op
	n.op = Pr
	switch op {
	case Eq:
		return &node{kind: kindNot, left: n}, nil
	case Ne:
		return n, nil
	}
	return nil, fault("%s null has no meaning", e.Op)
}
