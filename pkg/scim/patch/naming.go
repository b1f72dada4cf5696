package patch

import (
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// naming is what the value of a remove names of a list, so that each element is looked up and not compared with each
// of the names.
type naming struct {
	attr      *schema.Attribute
	ids       map[[2]string]bool // elements by their Identity
	values    map[string]bool    // elements of any type by their value
	valueless []map[string]any   // elements by what they have, see contains
}

func newNaming(a *schema.Attribute, given []any) *naming {
	n := &naming{attr: a, ids: make(map[[2]string]bool, len(given))}
	for _, e := range given {
		key, _ := a.Identity(e)
		n.ids[key] = true
		if m, ok := e.(map[string]any); ok && valueless(a, e) {
			n.valueless = append(n.valueless, m)
		} else if key[1] == "" {
			if n.values == nil {
				n.values = make(map[string]bool, len(given))
			}
			n.values[key[0]] = true
		}
	}
	return n
}

// has reports whether an element is named: by its value, and its type if given; or, without a value, by all that is
// given.
func (n *naming) has(e any) bool {
	key, _ := n.attr.Identity(e)
	return n.ids[key] || n.values[key[0]] ||
		slices.ContainsFunc(n.valueless, func(m map[string]any) bool { return contains(n.attr, e, m) })
}

// without returns the elements of a list that are not named.
func (n *naming) without(list []any) []any {
	return slices.DeleteFunc(slices.Clone(list), n.has)
}

// part reports whether the named attribute of a complex value has something that is named.
func (n *naming) part(m map[string]any) bool {
	v := m[n.attr.Name]
	if list, ok := v.([]any); ok {
		return slices.ContainsFunc(list, n.has)
	}
	return v != nil && n.has(v)
}

// valueless reports whether an element is an object without the sub-attribute value.
func valueless(a *schema.Attribute, e any) bool {
	m, ok := e.(map[string]any)
	return ok && (m["value"] == nil || a.Sub("value") == nil)
}

// contains reports whether an element has all sub-attributes of another one.
func contains(a *schema.Attribute, have any, given map[string]any) bool {
	h, _ := have.(map[string]any)
	for name, v := range given {
		sub, is := a.Sub(name), h[name]
		if sub == nil || is == nil || !schema.Equal(is, v) && (sub.MultiValued || !equal(sub, is, v)) {
			return false
		}
	}
	return len(given) > 0
}
