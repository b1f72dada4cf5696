package filter

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

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
		return nil, fault("%s does not apply to %s, which is of type %s", e.Op, e.Attr, leaf.Type)
	case !n.setLiteral(e.Value):
		return nil, fault("the value for %s must be of type %s", e.Attr, leaf.Type)
	}
	return n, nil
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
		if n.str = v.Text; !n.exact {
			n.str = schema.Fold(v.Text)
		}
		return v.Kind == String
	case schema.Binary:
		n.str = strings.TrimRight(v.Text, "=")
		return v.Kind == String
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
		return v.Kind == Number
	case schema.DateTime:
		t, ok := schema.ParseTime(v.Text)
		n.time = t
		return ok && v.Kind == String
	}
	return true
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

// compareNull compiles "eq null" as not present, and "ne null" as present (F-24).
func compareNull(n *node, e *Comparison) (*node, error) {
	n.op = Pr
	switch e.Op {
	case Eq:
		return &node{kind: kindNot, left: n}, nil
	case Ne:
		return n, nil
	}
	return nil, fault("%s does not apply to null", e.Op)
}
