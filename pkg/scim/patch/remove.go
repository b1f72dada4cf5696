package patch

import (
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// A remove with a value removes what the value names, and never more: elements of a list, values
// of a multi-valued sub-attribute, or a singular value that is equal (T-27). RFC 7644 §3.5.2.2
// gives the value no meaning; ConnId, Entra ID, Google, JumpCloud and authentik send it.

// remove unassigns an attribute or a sub-attribute. Removing an unassigned one succeeds.
func (s *state) remove(ref schema.Ref) error {
	if s.get(ref) == nil {
		if ref.Leaf().Required && ref.Sub == nil {
			return mutability("%s is required and cannot be removed", ref)
		}
		return nil
	}
	return s.put(opRemove, ref, nil)
}

// honours refuses the value of a remove for tenants that do not read it.
func (s *state) honours(ref schema.Ref) error {
	if s.mode.Strict || s.mode.Allows(schema.RemoveNamed) {
		return nil
	}
	return syntax("remove of %s takes no value; select what to remove with a filter in path", ref)
}

// removeSingle removes a singular value. With a value that is not empty, only what is equal to it is
// removed.
func (s *state) removeSingle(ref schema.Ref, v any) error {
	if s.kept(ref) {
		return nil
	}
	if nothing(v) || s.get(ref) == nil {
		return s.remove(ref)
	}
	if err := s.honours(ref); err != nil {
		return err
	}
	a := ref.Leaf()
	given, err := ref.Coerce(v, s.mode)
	switch {
	case err != nil:
		return err
	case a.Type == schema.Complex:
		return s.removeParts(ref, given)
	case equal(a, s.get(ref), given):
		return s.remove(ref)
	}
	s.note("%s was not removed: it does not have the value that remove names", ref)
	return nil
}

// equal compares two simple values as filters do.
func equal(a *schema.Attribute, x, y any) bool {
	p, _ := a.Identity(x)
	q, _ := a.Identity(y)
	return p == q
}

// removeParts removes a singular complex value with the "value" of given, or those of its
// sub-attributes that are equal in given.
func (s *state) removeParts(ref schema.Ref, v any) error {
	a := ref.Attr
	have, _ := s.get(ref).(map[string]any)
	given, _ := v.(map[string]any)
	next := maps.Clone(have)
	if id := given["value"]; id != nil {
		if have["value"] != nil && equal(a.Sub("value"), have["value"], id) {
			return s.remove(ref)
		}
		given = nil
	}
	for name, v := range given {
		sub := a.Sub(name)
		if list, ok := have[name].([]any); ok {
			named, _ := v.([]any)
			set(next, name, asValue(without(sub, list, named)))
		} else if have[name] != nil && equal(sub, have[name], v) {
			delete(next, name)
		}
	}
	if schema.Equal(have, next) {
		s.note("%s was not removed: it does not have the value that remove names", ref)
		return nil
	}
	return s.putParts(opRemove, ref, next)
}

// removeNamed removes the elements of a list that a value names.
func (s *state) removeNamed(ref schema.Ref, given []any) error {
	if len(given) == 0 {
		s.note("the value of remove names no element of %s; nothing was removed", ref)
		return nil
	}
	if l := s.live(ref, len(given)); l != nil {
		if l.removeNamed(given) {
			return s.wrote(opRemove, l)
		}
		return nil // none of them is there
	}
	old, _ := s.get(ref).([]any)
	next := without(ref.Leaf(), old, given)
	if len(next) == len(old) {
		return nil // none of them is there
	}
	return s.putList(opRemove, ref, next)
}

// without returns the elements of a list that none of given names.
func without(a *schema.Attribute, list, given []any) []any {
	next := slices.Clone(list)
	if len(given) > manyWrites && len(list) > manyValues {
		l := newLive(schema.Ref{Attr: a}, next)
		l.removeNamed(given)
		return slices.DeleteFunc(next, func(e any) bool { return e == nil })
	}
	return slices.DeleteFunc(next, func(have any) bool { return named(a, have, given) })
}

// named reports whether one of given names an element: by its value, and its type if given; or,
// without a value, by all that is given.
func named(a *schema.Attribute, have any, given []any) bool {
	return slices.ContainsFunc(given, func(e any) bool {
		h, _ := a.Identity(have)
		g, _ := a.Identity(e)
		if m, ok := e.(map[string]any); ok && valueless(a, e) {
			return h == g || contains(a, have, m)
		}
		return h == g || g[1] == "" && h[0] == g[0]
	})
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

// asValue is a list as the value of an attribute: nil if it is empty.
func asValue(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list
}
