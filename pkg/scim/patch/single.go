package patch

import (
	"maps"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// simple adds or replaces a simple value of an attribute or of a sub-attribute (M-04, M-05, M-12).
func (s *state) simple(kind opKind, ref schema.Ref, v any) error {
	if nothing(v) && s.kept(ref) {
		return nil
	}
	out, err := ref.Coerce(s.unlisted(ref, v), s.mode)
	if err != nil {
		return err
	}
	if out == nil && kind == opAdd {
		s.note("%s: there is no value to add", ref) // T-24
		return nil
	}
	if out == "" && ref.Leaf().Required {
		return invalid("%s is required and cannot be empty", ref)
	}
	if out == nil && s.kept(ref) {
		return nil
	}
	return s.put(kind, ref, out)
}

// unlisted returns the value that was sent for a simple single value in a list of one (OKTA-22), or as the value of an
// object, alone or in such a list: older connections of Entra ID send every value in the shape of multi-valued
// attributes, as [{"$ref":null,"value":"False"}]. Anything else is v.
func (s *state) unlisted(ref schema.Ref, v any) any {
	if a := ref.Leaf(); a.MultiValued || a.Type == schema.Complex || !s.mode.Allows(schema.ListOfOne) {
		return v
	}
	if list, ok := v.([]any); ok && len(list) == 1 {
		s.note("%s: a list of one was read as its element", ref)
		v = list[0]
	}
	if m, ok := v.(map[string]any); ok && onlyValue(m) {
		s.note("%s: an object was read as its value", ref)
		v = schema.Field(m, "value")
	}
	return v
}

// onlyValue reports whether an object has a value, and nothing else but members without one.
func onlyValue(m map[string]any) bool {
	has := false
	for k, v := range m {
		switch {
		case schema.SameName(k, "value"):
			has = true
		case !nothing(v):
			return false
		}
	}
	return has
}

// kept reports whether unassigning an attribute changes nothing for this tenant
// (schema.ResourceType.Kept), and notes it.
func (s *state) kept(ref schema.Ref) bool {
	if s.mode.Strict || ref.Container != "" || ref.Sub != nil || !s.rt.Kept(ref.Attr) {
		return false
	}
	s.note("%s keeps its value: it cannot be unassigned", ref)
	return true
}

// nothing reports whether a value is a spelling of no value: null, blanks, or a list or an object
// that has nothing else.
func nothing(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !nothing(e) })
	case map[string]any:
		for _, e := range v {
			if !nothing(e) {
				return false
			}
		}
		return true
	}
	return false
}

// complex merges an object into a singular complex attribute. In strict mode, replace replaces
// the whole value (M-10, AM-06).
func (s *state) complex(kind opKind, ref schema.Ref, v any) error {
	a := ref.Attr
	out, err := ref.Coerce(v, s.mode)
	if err != nil {
		return err
	}
	given, _ := out.(map[string]any)
	raw, _ := v.(map[string]any)
	if list, ok := v.([]any); ok && len(list) == 1 { // ListOfOne: Coerce has refused the others
		raw, _ = list[0].(map[string]any)
	}
	named := s.writable(ref, raw)
	if given == nil && kind == opAdd {
		s.note("%s: there is no value to add", ref)
		return nil
	}
	if given == nil && len(raw) > 0 && len(named) == 0 {
		return nil // only what was ignored, with a note
	}
	old, _ := s.get(ref).(map[string]any)
	switch {
	case given == nil && len(raw) == 0 && old == nil:
		return nil // unassigned already
	case given == nil && len(raw) == 0, kind == opReplace && s.o.Strict:
		return s.put(kind, ref, out)
	}
	next := s.rest.Clone(old)
	if kind == opReplace { // a sub-attribute that was sent empty is cleared
		for _, name := range named {
			if sub := a.Sub(name); !s.unreadable(sub, ref.String()+"."+name, schema.Field(raw, name), given[name]) {
				delete(next, name)
			}
		}
		maps.Copy(next, given)
	} else {
		next = addParts(a, next, given)
	}
	return s.putParts(kind, ref, next)
}

// writable lists the sub-attributes that an object names and a client may write, and notes those
// that are read-only.
func (s *state) writable(ref schema.Ref, raw map[string]any) []string {
	var names []string
	for k := range raw {
		switch sub := ref.Attr.Sub(k); {
		case sub == nil:
		case sub.Mutability == schema.ReadOnly:
			s.note("%s.%s is read-only and was ignored", ref, sub.Name)
		default:
			names = append(names, sub.Name)
		}
	}
	return names
}

// ifSelected writes a singular attribute with a value filter: its value counts as a list of one.
// Without a value, add and replace write as if the filter had selected one.
func (s *state) ifSelected(kind opKind, path *filter.Path, v any) error {
	have := s.get(path.Of())
	if have != nil && !path.MatchElement(have) {
		s.note("the filter in path does not select the value of %s; it was kept", path.Of())
		return nil
	}
	return s.whole(kind, path.Ref, v)
}
