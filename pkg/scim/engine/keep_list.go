package engine

import "github.com/scimstack/scimstack/pkg/scim/schema"

// elements keeps parts of the elements of a list: of those that are still there. An element that is
// left out is removed as a whole, unless the client cannot have seen any of it.
func (k *keeper) elements(a *schema.Attribute, was, is []any, path string) ([]any, error) {
	taken := make([]bool, len(is))
	out := is
	var rest []map[string]any
	for _, e := range was {
		m, _ := e.(map[string]any)
		switch i := find(is, taken, func(n map[string]any) bool { return schema.Equal(without(a, m, unread), without(a, n, unread)) }); {
		case m == nil:
		case len(without(a, m, unread)) == 0:
			out = append(out[:len(out):len(out)], m)
		case i >= 0:
			if err := k.element(a, m, is, i, taken, path); err != nil {
				return nil, err
			}
		default:
			rest = append(rest, m)
		}
	}
	for _, m := range rest {
		i := find(is, taken, func(n map[string]any) bool { return same(a, m, n) })
		if i < 0 {
			continue
		}
		if err := k.element(a, m, is, i, taken, path); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// element keeps parts of an element in the i-th of the new list, which is the same.
func (k *keeper) element(a *schema.Attribute, was map[string]any, is []any, i int, taken []bool, path string) error {
	taken[i] = true
	next, _ := is[i].(map[string]any)
	return k.level(a.SubAttributes, was, next, path+".")
}

// find is the first element that is not taken and matches, or -1.
func find(list []any, taken []bool, match func(map[string]any) bool) int {
	for i, e := range list {
		if m, ok := e.(map[string]any); ok && !taken[i] && match(m) {
			return i
		}
	}
	return -1
}

// same reports whether an element is a new state of another: by its value and type, or without a
// value by all that can change, where it says nothing about the rest.
func same(a *schema.Attribute, was, is map[string]any) bool {
	key, ok := a.Identity(was)
	other, okToo := a.Identity(is)
	if ok || okToo {
		return ok && okToo && key == other
	}
	fixed := func(s *schema.Attribute) bool { return s.Mutability == schema.Immutable || unread(s) }
	rest := without(a, is, fixed)
	return len(rest) == len(is) && len(rest) > 0 && schema.Equal(without(a, was, fixed), rest)
}
