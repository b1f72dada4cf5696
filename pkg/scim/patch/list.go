package patch

import (
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// list writes a multi-valued attribute, or a multi-valued sub-attribute of a singular one, without
// a value filter (M-13, M-14).
func (s *state) list(kind opKind, ref schema.Ref, v any) error {
	if kind == opRemove && v == nil {
		return s.remove(ref)
	}
	if kind == opRemove {
		if err := s.honours(ref); err != nil {
			return err
		}
	}
	a, mode := ref.Leaf(), s.mode
	mode.Unchecked = kind == opRemove
	out, err := ref.Coerce(v, mode)
	if err != nil {
		return err
	}
	given, _ := out.([]any)
	s.work += perWrite * len(given)
	switch {
	case kind == opRemove:
		return s.removeNamed(ref, given)
	case kind == opAdd && len(given) == 0:
		s.note("%s: there is no value to add", ref)
		return nil
	case kind == opAdd:
		if l := s.live(ref, len(given)); l != nil {
			l.add(given)
			return s.wrote(kind, l)
		}
		old, _ := s.get(ref).([]any)
		s.charge(old)
		s.charge(given)
		next, err := appendNew(a, old, given)
		if err != nil {
			return err
		}
		return s.putList(kind, ref, next)
	}
	return s.replaceList(ref, v, given)
}

// appendNew adds new elements, and merges elements that exist already (T-18, T-20). A new
// primary element replaces the old one as primary (T-16).
func appendNew(a *schema.Attribute, old, given []any) ([]any, error) {
	next := slices.Clone(old)
	var room [8][2]string
	keys := room[:0] // the identities of next: each is made once
	for _, e := range old {
		key, _ := a.Identity(e)
		keys = append(keys, key)
	}
	for _, e := range given {
		key, _ := a.Identity(e)
		at := find(a, next, keys, e, key)
		if at < 0 {
			at = len(next)
			next, keys = append(next, e), append(keys, key)
		} else {
			m := repeated(a, next[at], e)
			if err := frozen(a, next[at], m); err != nil {
				return nil, err
			}
			next[at] = m
			keys[at], _ = a.Identity(m)
		}
		for _, i := range onlyPrimary(next, at) {
			keys[i], _ = a.Identity(next[i])
		}
	}
	return next, nil
}

// find returns the index of the element that an added one is, by their identities, or -1: the one with its
// type and value (schema.Attribute.SameElement) or, if it has no type, the first with its value. One without a
// value is the one with equal parts.
func find(a *schema.Attribute, list []any, keys [][2]string, e any, key [2]string) int {
	at := slices.IndexFunc(keys, func(k [2]string) bool {
		return k == key || a.AnyType() && k[0] == key[0] && (k[1] == "" || key[1] == "")
	})
	switch {
	case at >= 0:
	case valueless(a, e):
		at = slices.IndexFunc(list, func(have any) bool { return alike(a, have, e) })
	case key[1] == "":
		at = slices.IndexFunc(keys, func(k [2]string) bool { return k[0] == key[0] })
	}
	return at
}

// alike reports whether two complex values have the same parts, and equal ones.
func alike(a *schema.Attribute, x, y any) bool {
	p, _ := x.(map[string]any)
	q, _ := y.(map[string]any)
	return len(p) == len(q) && contains(a, x, q)
}

// repeated is merged for a value that an add repeats. What is equal to what is there, but for case, is no
// change: the value exists already (RFC 7644 §3.5.2.1).
func repeated(a *schema.Attribute, have, given any) any {
	g, isMap := given.(map[string]any)
	h, ok := have.(map[string]any)
	if !ok || !isMap {
		return have
	}
	next := maps.Clone(h)
	for name, v := range g {
		if sub := a.Sub(name); sub == nil || h[name] == nil || sub.MultiValued || !equal(sub, h[name], v) {
			addPart(a, next, name, v)
		}
	}
	return next
}

// merged returns have with the sub-attributes of given. A simple value is replaced.
func merged(a *schema.Attribute, have, given any) any {
	h, ok := have.(map[string]any)
	g, isMap := given.(map[string]any)
	if !ok || !isMap {
		return given
	}
	return addParts(a, maps.Clone(h), g)
}

// addParts adds the sub-attributes of given to those of m, which it changes and returns. Values of
// a multi-valued sub-attribute are appended (RFC 7644 §3.5.2.1).
func addParts(a *schema.Attribute, m, given map[string]any) map[string]any {
	for name, v := range given {
		addPart(a, m, name, v)
	}
	return m
}

func addPart(a *schema.Attribute, m map[string]any, name string, v any) {
	more, isList := v.([]any)
	have, _ := m[name].([]any)
	if sub := a.Sub(name); isList && sub != nil && len(have) > 0 {
		v = unique(sub, append(slices.Clone(have), more...))
	}
	m[name] = v
}

// unique merges elements with the type and value of an earlier one, as a POST does (A-48; RFC
// 7643 §2.4): an operation may have made two elements equal. It may change the list, but not
// its elements.
func unique(a *schema.Attribute, list []any) []any {
	if len(list) < 2 {
		return list
	}
	at := make(map[[2]string]int, len(list))
	out := list[:0]
	for _, e := range list {
		key, ok := a.Identity(e)
		i, seen := at[key]
		switch {
		case !ok:
			out = append(out, e)
		case !seen:
			at[key] = len(out)
			out = append(out, e)
		default:
			out[i] = both(a, out[i], e)
		}
	}
	return out
}

// both merges two elements with one identity. The later one counts, except that the result is
// primary if one of them is.
func both(a *schema.Attribute, first, later any) any {
	m, ok := merged(a, first, later).(map[string]any)
	if !ok {
		return first
	}
	if f, _ := first.(map[string]any); f["primary"] == true {
		m["primary"] = true
	}
	return m
}

// onlyPrimary makes the element at an index the only primary one, if it is primary. It changes
// the list, but not the elements, which may be shared, and returns the indexes of those it has replaced.
func onlyPrimary(list []any, at int) (replaced []int) {
	m, _ := list[at].(map[string]any)
	if m["primary"] != true {
		return nil
	}
	for i, e := range list {
		if m, ok := e.(map[string]any); ok && i != at && m["primary"] == true {
			m = maps.Clone(m)
			m["primary"] = false
			list[i] = m
			replaced = append(replaced, i)
		}
	}
	return replaced
}

// putList stores a list, which it takes over. An empty list is unassigned.
func (s *state) putList(kind opKind, ref schema.Ref, list []any) error {
	list = unique(ref.Leaf(), list)
	if len(list) == 0 && s.get(ref) == nil {
		return nil
	}
	return s.put(kind, ref, asValue(list))
}
