package patch

import (
	"maps"

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
	given, err := ref.Coerce(s.unlisted(ref, v), s.mode)
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
			names := newNaming(sub, named, nil)
			set(next, name, asValue(names.without(list)))
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
	s.charge(old)
	var room [2][2]string
	names := newNaming(ref.Leaf(), given, room[:0])
	next := names.without(old)
	if len(next) == len(old) {
		return nil // none of them is there
	}
	return s.putList(opRemove, ref, next)
}

// asValue is a list as the value of an attribute: nil if it is empty.
func asValue(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list
}
