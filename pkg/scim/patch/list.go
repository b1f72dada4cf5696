package patch

import (
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// list writes a multi-valued attribute without a value filter (M-13, M-14).
func (s *state) list(kind opKind, ref schema.Ref, v any) error {
	old, _ := s.get(ref).([]any)
	if kind == opRemove && (v == nil || !s.mode.Allows(schema.RemoveNamed)) {
		return s.remove(ref)
	}
	out, err := ref.Attr.Coerce(v, s.mode, ref.String())
	if err != nil {
		return err
	}
	given, _ := out.([]any)
	switch kind {
	case opRemove: // only the given elements
		next := slices.Clone(old)
		for _, e := range given {
			next = slices.DeleteFunc(next, func(have any) bool { return same(ref.Attr, have, e) })
		}
		return s.putList(kind, ref, next)
	case opAdd:
		if len(given) == 0 {
			return nil
		}
		return s.putList(kind, ref, appendNew(ref.Attr, old, given))
	}
	return s.putList(kind, ref, given)
}

// same compares two elements by value, and by type if the client sent one.
func same(a *schema.Attribute, have, given any) bool {
	h, _ := a.Identity(have)
	g, _ := a.Identity(given)
	return h == g || g[1] == "" && h[0] == g[0]
}

// appendNew adds new elements, and merges elements that exist already (T-18, T-20). A new
// primary element replaces the old one as primary (T-16).
func appendNew(a *schema.Attribute, old, given []any) []any {
	next := slices.Clone(old)
	for _, e := range given {
		at := slices.IndexFunc(next, func(have any) bool { return a.SameElement(have, e) })
		if at < 0 {
			at = len(next)
			next = append(next, e)
		} else {
			next[at] = merged(next[at], e)
		}
		next = onlyPrimary(next, at)
	}
	return next
}

// merged returns have with the sub-attributes of given. A simple value is replaced.
func merged(have, given any) any {
	h, ok := have.(map[string]any)
	g, isMap := given.(map[string]any)
	if !ok || !isMap {
		return given
	}
	out := maps.Clone(h)
	maps.Copy(out, g)
	return out
}

// onlyPrimary makes the element at an index the only primary one, if it is primary. It changes
// the list, but not the elements, which may be shared.
func onlyPrimary(list []any, at int) []any {
	m, _ := list[at].(map[string]any)
	if m["primary"] != true {
		return list
	}
	for i, e := range list {
		if m, ok := e.(map[string]any); ok && i != at && m["primary"] == true {
			m = maps.Clone(m)
			m["primary"] = false
			list[i] = m
		}
	}
	return list
}

func (s *state) putList(kind opKind, ref schema.Ref, list []any) error {
	if len(list) == 0 {
		if s.get(ref) == nil {
			return nil
		}
		return s.put(kind, ref, nil)
	}
	return s.put(kind, ref, list)
}

// selected writes the elements that a value filter selects, or one of their sub-attributes
// (M-15 to M-18).
func (s *state) selected(kind opKind, path *filter.Path, v any) error {
	ref := path.Ref
	value, err := s.elementValue(kind, path, v)
	if err != nil {
		return err
	}
	if value == nil {
		if kind == opAdd {
			return nil
		}
		kind = opRemove // replace with an unassigned value
	}
	old, _ := s.get(ref).([]any)
	next := make([]any, 0, len(old)+1)
	last := -1 // index of the last element written
	hits := 0
	for _, e := range old {
		if !path.MatchElement(e) {
			next = append(next, e)
			continue
		}
		hits++
		changed, err := s.change(kind, path, e, value)
		if err != nil {
			return err
		}
		if changed == nil {
			continue
		}
		last = len(next)
		next = append(next, changed)
	}
	if hits == 0 && kind != opRemove {
		e, err := s.newElement(kind, path, value)
		if err != nil {
			return err
		}
		last = len(next)
		next = append(next, e)
	}
	if last >= 0 {
		onlyPrimary(next, last) // M-28
	}
	return s.putList(kind, ref, next)
}

// elementValue returns the canonical form of the value to write into an element.
func (s *state) elementValue(kind opKind, path *filter.Path, v any) (any, error) {
	if kind == opRemove {
		return nil, nil
	}
	ref := path.Ref
	if ref.Sub != nil {
		return ref.Sub.Coerce(v, s.mode, ref.String())
	}
	if list, ok := v.([]any); ok && len(list) <= 1 && s.mode.Allows(schema.ListOfOne) {
		if len(list) == 0 {
			return nil, nil
		}
		s.note("%s: a list of one was read as its element", ref)
		v = list[0]
	}
	if v == nil {
		return nil, nil
	}
	return ref.Attr.CoerceElement(v, s.mode, ref.String())
}

// change returns the new form of a selected element, or nil if the element is removed.
func (s *state) change(kind opKind, path *filter.Path, e, value any) (any, error) {
	sub := path.Ref.Sub
	m, isMap := e.(map[string]any)
	switch {
	case sub == nil && kind == opRemove:
		return nil, nil
	case sub == nil && kind == opAdd:
		return merged(e, value), nil
	case sub == nil:
		return s.complete(path, value), nil
	case !isMap:
		return e, nil
	}
	if sub.Mutability == schema.Immutable && m[sub.Name] != nil && !schema.Equal(m[sub.Name], value) {
		return nil, mutability("%s cannot be changed once it is set", path.Ref)
	}
	if kind == opRemove && (sub.Name == "value" || len(m) == 1 && m[sub.Name] != nil) {
		return nil, nil // an element without its value is empty
	}
	m = maps.Clone(m)
	set(m, sub.Name, value)
	return m, nil
}

// complete adds what the filter requires to a replaced element, unless the client sent another
// value: emails[type eq "work"] stays a work address.
func (s *state) complete(path *filter.Path, value any) any {
	m, ok := value.(map[string]any)
	if !ok || !s.mode.Allows(schema.MissingElement) {
		return value
	}
	out := path.Equalities()
	if out == nil {
		return value
	}
	maps.Copy(out, m)
	return out
}

// newElement creates the element that the client expects to exist, from its filter (AM-07; AM-08
// in tolerant mode).
func (s *state) newElement(kind opKind, path *filter.Path, value any) (any, error) {
	parts := path.Equalities()
	if parts == nil || kind == opReplace && !s.mode.Allows(schema.MissingElement) {
		return nil, noTarget("the filter in path selects no element of %s", path.Ref.Attr.Name)
	}
	if kind == opReplace {
		s.note("the filter on %s selected no element; one was created from the filter", path.Ref.Attr.Name)
	}
	if path.Ref.Attr.Type != schema.Complex {
		return value, nil
	}
	if path.Ref.Sub != nil {
		parts[path.Ref.Sub.Name] = value
	} else if m, ok := value.(map[string]any); ok {
		maps.Copy(parts, m)
	}
	return parts, nil
}
