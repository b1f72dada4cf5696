package filter

import "github.com/scimstack/scimstack/pkg/scim/schema"

// Comparisons returns how many comparisons the filter of the path makes of one element at most.
func (p *Path) Comparisons() int { return p.elem.comparisons() }

func (n *node) comparisons() int {
	switch {
	case n == nil:
		return 0
	case n.kind == kindCompare, n.kind == kindConstant:
		return 1
	}
	return n.left.comparisons() + n.right.comparisons()
}

// RequiredValue is Required for the sub-attribute value alone: the one that tells the members of a group apart.
func (p *Path) RequiredValue() (value *schema.Attribute, form string, ok bool) {
	if p.elem == nil {
		return nil, "", false
	}
	return p.elem.requiredValue()
}

func (n *node) requiredValue() (value *schema.Attribute, form string, ok bool) {
	if n.kind == kindAnd {
		if value, form, ok = n.left.requiredValue(); ok {
			return value, form, ok
		}
		return n.right.requiredValue()
	}
	if value, form, ok = n.required(); !ok || value == nil || value.Name != "value" {
		return nil, "", false
	}
	return value, form, true
}
