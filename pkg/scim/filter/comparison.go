package filter

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

func (c *compiler) comparison(e *Comparison) (*node, error) {
	ref, ok := c.resolve(e.Attr)
	if !ok {
		return c.unresolved(e)
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
	n.attr, n.typ, n.exact = leaf, leaf.Type, leaf.CaseExact
	if leaf.Type == schema.Boolean && schema.SameName(leaf.Name, "primary") {
		n.missing = false
	}
	switch {
	case e.Op == Pr:
		return n, nil
	case e.Value.Kind == Null && (!e.Value.Loose || !n.nullIsText(e.Op)):
		return n.compareNull(e)
	case !applies(e.Op, leaf.Type):
		return nil, fault("%s does not apply to %s, which is of type %s", e.Op, e.Attr, leaf.Type)
	case !n.setLiteral(e.Value):
		return nil, fault("the value for %s must be of type %s", e.Attr, leaf.Type)
	}
	return n, nil
}

// unresolved compiles a comparison with a name that the schema does not have.
func (c *compiler) unresolved(e *Comparison) (*node, error) {
	switch {
	case c.loose:
		return absent(e), nil
	case c.path && !c.elem.Attr.MultiValued && plural(e.Attr):
		return &node{kind: kindConstant, boolean: e.Op == Eq || e.Op == Pr}, nil
	}
	return nil, unknown(e.Attr)
}

// plural reports whether a name is a default sub-attribute of multi-valued attributes that says
// which element is meant. Of a single value there is no choice: name[type eq "work"].
func plural(name string) bool {
	return schema.SameName(name, "type") || schema.SameName(name, "primary")
}

// operand returns the attribute whose values are compared. For a complex attribute it is the
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
	return fault("%s is complex and cannot be compared; name a sub-attribute", e.Attr)
}

// applies reports whether an operator is defined for values of a type (RFC 7644 Table 3).
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
		n.setText(v.Text)
		return v.Kind == String || v.Loose
	case schema.Binary:
		n.str = strings.TrimRight(v.Text, "=")
		return v.Kind == String || v.Loose
	case schema.Boolean:
		if v.Kind == String {
			b, ok := schema.ParseBool(v.Text) // Entra: primary eq "True"
			n.boolean = b
			return ok
		}
		n.boolean = v.Kind == True
		return v.Kind == True || v.Kind == False
	case schema.Integer, schema.Decimal:
		n.str = v.Text
		if v.Kind == String && v.Loose {
			number, ok := schema.ParseNumber(v.Text)
			n.str = string(number)
			return ok
		}
		return v.Kind == Number
	case schema.DateTime:
		t, ok := schema.ParseTime(v.Text)
		if !ok && v.Loose {
			t, ok = schema.ParseDate(v.Text)
		}
		n.time = t
		return ok && v.Kind == String
	}
	return true
}

// setText sets the string that the node compares with. Parts of a string have no form of their own
// in which blanks at the ends could be left out.
func (n *node) setText(text string) {
	switch {
	case n.exact:
		n.str = text
	case n.op == Co || n.op == Sw || n.op == Ew:
		n.str = schema.Fold(text)
	default:
		n.whole, n.str = true, n.attr.Fold(text)
	}
}

// nullIsText reports whether null, written without quotes, can only be a string: of a required one, which is
// never unassigned, or a part of one. Nothing is above or below null (F-24).
func (n *node) nullIsText(op Op) bool {
	switch op {
	case Eq, Ne:
		return n.typ == schema.String && n.attr.Required
	case Co, Sw, Ew:
		return n.typ == schema.String
	}
	return false
}

// absent compiles a comparison with an attribute that the type does not have. The attribute is
// unassigned in every document, so "eq null" and "ne" with a value are true.
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

// compareNull compiles "eq null" as not present, and "ne null" as present (F-24). If null can be
// a string, too, "eq null" also selects that string.
func (n *node) compareNull(e *Comparison) (*node, error) {
	text := *n
	n.op = Pr
	switch e.Op {
	case Eq:
		unassigned := &node{kind: kindNot, left: n}
		if n.typ != schema.String || !e.Value.Loose {
			return unassigned, nil
		}
		text.setText(e.Value.Text)
		return &node{kind: kindOr, left: unassigned, right: &text}, nil
	case Ne:
		return n, nil
	}
	return nil, fault("%s does not apply to null", e.Op)
}
