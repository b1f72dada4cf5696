package patch

import (
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// put sets an attribute, or a sub-attribute of a singular one, or unassigns it with nil. It makes
// the checks that apply to every write.
func (s *state) put(kind opKind, ref schema.Ref, v any) error {
	if ref.Sub != nil {
		return s.putPart(kind, ref, v)
	}
	a, old := ref.Attr, s.get(ref)
	if v == nil && a.Required {
		if kind == opRemove {
			return mutability("%s is required and cannot be removed", ref)
		}
		return invalid("%s is required and cannot be empty", ref)
	}
	if a.Mutability == schema.Immutable && old != nil && !schema.Equal(old, v) {
		return mutability("%s cannot be changed once it is set", ref)
	}
	if err := frozen(a, old, v); err != nil {
		return err
	}
	if err := complete(a, v); err != nil {
		return err
	}
	if err := s.mode.CheckAll(ref, v); err != nil {
		return err
	}
	if s.lives != nil {
		s.drop(ref)
		s.settle(ref.Container, nil)
	}
	if ref.Container == "" {
		s.set(a.Name, v)
		return nil
	}
	ext, _ := s.doc[ref.Container].(map[string]any)
	ext = s.rest.Clone(ext)
	set(ext, a.Name, v)
	if len(ext) == 0 {
		if e, ok := s.rt.Extension(ref.Container); ok && e.Required {
			return mutability("the extension %s is required", ref.Container)
		}
		s.set(ref.Container, nil)
		return nil
	}
	s.set(ref.Container, ext)
	return nil
}

// putPart is put for a sub-attribute of a singular complex attribute.
func (s *state) putPart(kind opKind, ref schema.Ref, v any) error {
	parent := schema.Ref{Container: ref.Container, Attr: ref.Attr}
	old, _ := s.get(parent).(map[string]any)
	if v == nil {
		if ref.Sub.Required && kind == opRemove {
			return mutability("%s is required and cannot be removed", ref)
		}
		if old[ref.Sub.Name] == nil {
			return nil
		}
	}
	next := s.rest.Clone(old)
	set(next, ref.Sub.Name, v)
	follow(ref, old, next)
	return s.putParts(kind, parent, next)
}

// follow makes the value of a reference, such as manager, that of a $ref that is written alone: it says who it is, as it
// does in a whole value without one (schema.Attribute.Coerce). A value that was given apart from the $ref is kept.
func follow(ref schema.Ref, old, next map[string]any) {
	if ref.Sub.Name != "$ref" || ref.Attr.Sub("value") == nil {
		return
	}
	was, _ := old["$ref"].(string)
	is, _ := next["$ref"].(string)
	if id := schema.RefID(is); id != "" && (old["value"] == nil || old["value"] == schema.RefID(was)) {
		next["value"] = id
	}
}

// putParts stores a changed singular complex value. A $ref to the old value is dropped, and an
// empty value is unassigned. It takes next over.
func (s *state) putParts(kind opKind, ref schema.Ref, next map[string]any) error {
	old, _ := s.get(ref).(map[string]any)
	if old["value"] != nil && !schema.Equal(old["value"], next["value"]) && schema.Equal(old["$ref"], next["$ref"]) {
		delete(next, "$ref")
	}
	if len(next) == 0 {
		if old == nil {
			return nil
		}
		return s.put(kind, ref, nil)
	}
	return s.put(kind, ref, next)
}

func set(m map[string]any, name string, v any) {
	if v == nil {
		delete(m, name)
	} else {
		m[name] = v
	}
}

// replaceList replaces a list that was sent as v, unless no element of it can be read.
func (s *state) replaceList(ref schema.Ref, v any, given []any) error {
	if s.unreadable(ref.Leaf(), ref.String(), v, asValue(given)) {
		return nil
	}
	return s.putList(opReplace, ref, given)
}

// unreadable reports, and notes, that a list has elements and that none of them says anything. It
// changes nothing, as a client that means "no value" sends [] or null.
func (s *state) unreadable(a *schema.Attribute, path string, v, out any) bool {
	if !a.Unreadable(v, out) {
		return false
	}
	s.note("no element of %s has a value; it was left as it is", path)
	return true
}

// frozen returns a fault if a value loses or changes an immutable sub-attribute, whatever the path
// that was written: the sub-attribute, its parent, the list, or a container (RFC 7643 §2.2; the rule
// is that of schema.Attribute.Lost).
func frozen(a *schema.Attribute, old, next any) error {
	if name := a.Lost(old, next); name != "" {
		return mutability("%s.%s cannot be changed or removed once it is set", a.Name, name)
	}
	return nil
}

// complete checks the required sub-attributes of a complex value.
func complete(a *schema.Attribute, v any) error {
	switch v := v.(type) {
	case map[string]any:
		for _, sub := range a.SubAttributes {
			if sub.Required && sub.Mutability != schema.ReadOnly && (v[sub.Name] == nil || v[sub.Name] == "") {
				return invalid("%s.%s is required", a.Name, sub.Name)
			}
		}
	case []any:
		for _, e := range v {
			if m, ok := e.(map[string]any); ok {
				if err := complete(a, m); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
