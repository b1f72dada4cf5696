package filter

import (
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

type kind uint8

const (
	kindAnd kind = iota
	kindOr
	kindNot
	kindElement // a value path: one element must meet left
	kindCompare
	kindConstant // the field boolean is the answer for every document
)

// node is one step of evaluation.
type node struct {
	kind        kind
	left, right *node
	ref         schema.Ref
	op          Op
	typ         schema.Type
	exact       bool              // compare strings as they are
	attr        *schema.Attribute // holds the values that are compared
	whole       bool              // compare whole strings, in the form of attr
	missing     any               // the value of an unassigned attribute (primary: false), or nil
	str         string
	time        time.Time
	boolean     bool
	inElement   bool // compare in the element instead of the document
}

// Compile resolves the names of a filter, and checks that operators and literals fit the types
// of the attributes. Errors are *schema.Fault with the code FaultFilterName or
// FaultFilterType. (RFC 7644 §3.4.2.2; F-15, F-18, F-19, F-24 to F-26, F-29)
func Compile(e Expr, rt *schema.ResourceType) (*Filter, error) { return compile(e, rt, false) }

// CompileLoose is Compile for a query over several resource types: an attribute that this type
// does not have is unassigned, and no error.
func CompileLoose(e Expr, rt *schema.ResourceType) (*Filter, error) { return compile(e, rt, true) }

func compile(e Expr, rt *schema.ResourceType, loose bool) (*Filter, error) {
	c := compiler{rt: rt, loose: loose}
	root, err := c.expr(e)
	if err != nil {
		return nil, err
	}
	f := &Filter{root: root, uses: c.uses}
	f.collect(root, root.kind == kindCompare || root.kind == kindElement && root.left.kind == kindCompare)
	return f, nil
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
	uses  []string    // each once; a list, because it is short
	elem  *schema.Ref // inside brackets: the list attribute
	path  bool        // inside the brackets of a path
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
	return nil, fault("the expression is empty")
}

func (c *compiler) valuePath(e *ValuePath) (*node, error) {
	ref, ok := c.rt.ResolveName(e.Attr)
	if !ok {
		if c.loose {
			return &node{kind: kindConstant}, nil
		}
		return nil, unknown(e.Attr)
	}
	if ref.Attr == nil || ref.Sub != nil || ref.Attr.Type != schema.Complex && !ref.Attr.MultiValued && !e.Loose {
		return nil, fault("%s cannot be followed by brackets", e.Attr)
	}
	inner := *c
	inner.elem = &ref
	left, err := inner.expr(e.Filter)
	if err != nil {
		return nil, err
	}
	c.uses = inner.uses
	c.see(ref)
	return &node{kind: kindElement, ref: ref, left: left}, nil
}

func (c *compiler) see(ref schema.Ref) {
	if ref.Container == "" && ref.Attr != nil {
		if !slices.Contains(c.uses, ref.Attr.Name) {
			c.uses = append(c.uses, ref.Attr.Name)
		}
	}
}

// resolve returns the attribute of a comparison. Inside brackets it is a part of the element.
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
