package patch

import (
	"maps"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// selects reports whether the filter on a single value selects it, so that the operation applies.
func (s *state) selects(path *filter.Path) (bool, error) {
	if path.OnSub() {
		return false, schema.NewFault(schema.FaultPath, "path has a filter on the sub-attribute %s", path.Ref)
	}
	if path.Single() && !path.MatchElement(s.get(path.Ref)) {
		s.note("the filter in path does not select the value of %s; it was kept", path.Ref)
		return false, nil
	}
	return true, nil
}

// simple writes an attribute that holds one simple value (M-04, M-05).
func (s *state) simple(kind opKind, ref schema.Ref, v any) error {
	if kind == opRemove {
		return s.remove(ref)
	}
	out, err := ref.Attr.Coerce(v, s.mode, ref.String())
	if err != nil || out == nil && kind == opAdd {
		return err // adding an unassigned value has no effect (T-24)
	}
	if out == "" && ref.Attr.Required {
		return invalid("%s is required and cannot be empty", ref)
	}
	return s.put(kind, ref, out)
}

// remove unassigns an attribute. Removing an unassigned attribute succeeds.
func (s *state) remove(ref schema.Ref) error {
	if s.get(ref) == nil {
		if ref.Attr.Required {
			return mutability("%s is required and cannot be removed", ref)
		}
		return nil
	}
	return s.put(opRemove, ref, nil)
}

// complex merges an object into a singular complex attribute. In strict mode, replace replaces
// the whole value (M-10, AM-06).
func (s *state) complex(kind opKind, ref schema.Ref, v any) error {
	if kind == opRemove {
		return s.remove(ref)
	}
	out, err := ref.Attr.Coerce(v, s.mode, ref.String())
	if err != nil {
		return err
	}
	given, _ := out.(map[string]any)
	raw, _ := v.(map[string]any)
	if given == nil && (kind == opAdd || len(raw) > 0 && len(writable(ref.Attr, raw)) == 0) {
		return nil // there is nothing to write
	}
	if given == nil && len(raw) == 0 || kind == opReplace && s.o.Strict {
		return s.put(kind, ref, out)
	}
	old, _ := s.get(ref).(map[string]any)
	next := maps.Clone(old)
	if next == nil {
		next = map[string]any{}
	}
	if kind == opReplace { // a sub-attribute that was sent empty is cleared
		for _, name := range writable(ref.Attr, raw) {
			delete(next, name)
		}
	}
	maps.Copy(next, given)
	return s.putParts(kind, ref, old, next)
}

// writable lists the sub-attributes that an object names and a client may write.
func writable(a *schema.Attribute, raw map[string]any) []string {
	var names []string
	for k := range raw {
		if sub := a.Sub(k); sub != nil && sub.Mutability != schema.ReadOnly {
			names = append(names, sub.Name)
		}
	}
	return names
}

// part writes one sub-attribute of a singular complex attribute (M-12).
func (s *state) part(kind opKind, ref schema.Ref, v any) error {
	var out any
	if kind != opRemove {
		var err error
		if out, err = ref.Sub.Coerce(v, s.mode, ref.String()); err != nil || out == nil && kind == opAdd {
			return err
		}
	}
	old, _ := s.get(ref).(map[string]any)
	if out == nil && old[ref.Sub.Name] == nil {
		return nil
	}
	next := maps.Clone(old)
	if next == nil {
		next = map[string]any{}
	}
	set(next, ref.Sub.Name, out)
	if ref.Sub.Required && out == nil && kind == opRemove {
		return mutability("%s is required and cannot be removed", ref)
	}
	return s.putParts(kind, ref, old, next)
}

// putParts stores a changed singular complex value. Immutable sub-attributes stay, a $ref to the
// old value is dropped, and an empty value is unassigned.
func (s *state) putParts(kind opKind, ref schema.Ref, old, next map[string]any) error {
	for _, sub := range ref.Attr.SubAttributes {
		was := old[sub.Name]
		if sub.Mutability == schema.Immutable && was != nil && !schema.Equal(was, next[sub.Name]) {
			return mutability("%s.%s cannot be changed once it is set", ref.Attr.Name, sub.Name)
		}
	}
	if old["value"] != nil && !schema.Equal(old["value"], next["value"]) && schema.Equal(old["$ref"], next["$ref"]) {
		delete(next, "$ref")
	}
	if len(next) == 0 {
		return s.put(kind, ref, nil)
	}
	return s.put(kind, ref, next)
}

// container removes a whole extension (M-21).
func (s *state) container(kind opKind, urn string, v any) error {
	switch {
	case kind != opRemove && v != nil: // Parse makes steps of an object
		return invalid("%s must be an object", urn)
	case kind == opAdd:
		return nil
	}
	if e, _ := s.rt.Extension(urn); e.Required {
		return mutability("the extension %s is required", urn)
	}
	delete(s.doc, urn)
	return nil
}

// schemas writes the attribute schemas. Its value follows from the data, so removing a URN
// removes the data of the extension (T-22, M-22).
func (s *state) schemas(kind opKind, path *filter.Path, v any) error {
	keep := func(string) bool { return true }
	switch {
	case kind == opRemove:
		keep = func(urn string) bool { return path.HasFilter() && !path.MatchElement(urn) }
	case path.HasFilter():
		return schema.NewFault(schema.FaultPath, "schemas accepts a filter only in a remove operation")
	default:
		urns, err := s.urns(v)
		if err != nil {
			return err
		}
		if kind == opReplace {
			keep = func(urn string) bool { return urns[schema.NameKey(urn)] }
		}
	}
	if !keep(s.rt.Schema.ID) {
		return mutability("the base schema %s cannot be removed", s.rt.Schema.ID)
	}
	for _, e := range s.rt.Extensions {
		if !keep(e.Schema.ID) {
			if err := s.container(opRemove, e.Schema.ID, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *state) urns(v any) (map[string]bool, error) {
	list, ok := v.([]any)
	if urn, isString := v.(string); isString {
		list, ok = []any{urn}, true
	}
	out := map[string]bool{}
	for _, e := range list {
		urn, isString := e.(string)
		_, known := s.rt.Extension(urn)
		if !isString || !known && !schema.SameName(urn, s.rt.Schema.ID) {
			return nil, invalid("%q is not a schema of %s", shorten(urn), s.rt.Name)
		}
		out[schema.NameKey(urn)] = true
	}
	if !ok {
		return nil, invalid("schemas must be a list of URNs")
	}
	return out, nil
}
