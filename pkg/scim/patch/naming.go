package patch

import (
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// naming is what the value of a remove names of a list. The identities of the names are made once, and each element is
// looked up if they are many. The zero value names nothing.
type naming struct {
	attr  *schema.Attribute
	given []any
	keys  [][2]string // the identities of given

	ids       map[[2]string]bool // if they are many: elements by their Identity
	values    map[string]bool    // elements of any type by their value
	valueless []any              // elements by what they have, see contains
}

// manyNames is how many names are looked up.
const manyNames = 8

// newNaming reads names; room is memory for a few of them.
func newNaming(a *schema.Attribute, given []any, room [][2]string) naming {
	n := naming{attr: a, given: given, keys: room[:0]}
	for _, e := range given {
		key, _ := a.Identity(e)
		n.keys = append(n.keys, key)
	}
	if len(given) > manyNames {
		n.ids, n.values, n.valueless = indexNames(a, given, n.keys)
	}
	return n
}

// indexNames is no method, so that keys can be on the stack of the caller.
func indexNames(a *schema.Attribute, given []any, keys [][2]string) (ids map[[2]string]bool, values map[string]bool, empty []any) {
	ids, values = make(map[[2]string]bool, len(given)), map[string]bool{}
	for i, key := range keys {
		ids[key] = true
		if valueless(a, given[i]) {
			empty = append(empty, given[i])
		} else if key[1] == "" {
			values[key[0]] = true
		}
	}
	return ids, values, empty
}

// has reports whether an element is named: by its value, and its type if given; or, without a value, by all that is
// given.
func (n *naming) has(e any) bool {
	key, _ := n.attr.Identity(e)
	if n.ids != nil {
		return n.ids[key] || n.values[key[0]] || slices.ContainsFunc(n.valueless, func(g any) bool { return contains(n.attr, e, g) })
	}
	for i, k := range n.keys {
		switch loose := !valueless(n.attr, n.given[i]); {
		case k == key, loose && k[1] == "" && k[0] == key[0], !loose && contains(n.attr, e, n.given[i]):
			return true
		}
	}
	return false
}

// testsAll is how many names each element is compared with.
func (n *naming) testsAll() int {
	if n.ids == nil {
		return len(n.keys)
	}
	return len(n.valueless)
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
func contains(a *schema.Attribute, have, given any) bool {
	h, _ := have.(map[string]any)
	g, _ := given.(map[string]any)
	for name, v := range g {
		sub, is := a.Sub(name), h[name]
		if sub == nil || is == nil || !schema.Equal(is, v) && (sub.MultiValued || !equal(sub, is, v)) {
			return false
		}
	}
	return len(g) > 0
}
