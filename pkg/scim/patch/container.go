package patch

import (
	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// container removes a whole extension (M-21). Parse makes steps of a value.
func (s *state) container(kind opKind, urn string) error {
	if kind == opAdd {
		s.note("%s: there is no value to add", urn)
		return nil
	}
	e, _ := s.rt.Extension(urn)
	if e.Required {
		return mutability("the extension %s is required", urn)
	}
	ext, _ := s.doc[urn].(map[string]any)
	for _, a := range e.Schema.Attributes {
		if a.Mutability == schema.Immutable && ext[a.Name] != nil {
			return mutability("%s:%s cannot be changed once it is set", urn, a.Name)
		}
		if err := frozen(a, ext[a.Name], nil); err != nil {
			return err
		}
	}
	s.set(urn, nil)
	return nil
}

// schemas writes the attribute schemas. Its value follows from the data, so removing a URN
// removes the data of the extension (T-22, M-22).
func (s *state) schemas(kind opKind, path *filter.Path, v any) error {
	keep := func(string) bool { return true }
	switch {
	case kind == opRemove && path.HasFilter():
		if v != nil {
			return syntax("remove of schemas takes a filter or a value, not both")
		}
		keep = func(urn string) bool { return !path.MatchElement(urn) }
	case kind == opRemove && v == nil:
		keep = func(string) bool { return false }
	case path.HasFilter():
		return schema.NewFault(schema.FaultPath, "schemas accepts a filter only in a remove operation")
	default:
		urns, err := s.urns(v)
		if err != nil {
			return err
		}
		switch kind {
		case opRemove:
			keep = func(urn string) bool { return !urns[schema.NameKey(urn)] }
		case opReplace:
			keep = func(urn string) bool { return urns[schema.NameKey(urn)] }
		}
		s.followed(kind, urns)
	}
	if !keep(s.rt.Schema.ID) {
		return mutability("the base schema %s cannot be removed", s.rt.Schema.ID)
	}
	for _, e := range s.rt.Extensions {
		if !keep(e.Schema.ID) {
			if err := s.container(opRemove, e.Schema.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// followed notes extensions that are added to schemas without a value of them.
func (s *state) followed(kind opKind, urns map[string]bool) {
	if len(urns) == 0 {
		s.note("schemas: the value names no schema")
	}
	for _, e := range s.rt.Extensions {
		if kind != opRemove && urns[schema.NameKey(e.Schema.ID)] && s.doc[e.Schema.ID] == nil {
			s.note("schemas lists %s when the resource has a value of it; nothing was changed", e.Schema.ID)
		}
	}
}

// listed reads the attribute schemas of a value without a path: it changes nothing.
func (s *state) listed(list []any) {
	urns := map[string]bool{}
	for _, e := range list {
		urn, _ := e.(string)
		if _, known := s.rt.Extension(urn); !known && !schema.SameName(urn, s.rt.Schema.ID) {
			s.note("unknown schema %q was ignored", schema.NameOnly(urn))
			continue
		}
		urns[schema.NameKey(urn)] = true
	}
	s.followed(opAdd, urns)
}

// urns reads a list of schemas of the type.
func (s *state) urns(v any) (map[string]bool, error) {
	list, ok := v.([]any)
	if urn, isString := v.(string); isString {
		list, ok = []any{urn}, true
	}
	out := map[string]bool{}
	for _, e := range list {
		urn, isString := e.(string)
		_, known := s.rt.Extension(urn)
		switch {
		case !isString:
			return nil, invalid("schemas must be a list of URNs")
		case known, schema.SameName(urn, s.rt.Schema.ID):
			out[schema.NameKey(urn)] = true
		case s.mode.Strict:
			return nil, schema.NewFault(schema.FaultSchemas, "%q is not a schema of %s", shorten(urn), s.rt.Name)
		default:
			return nil, invalid("%q is not a schema of %s", shorten(urn), s.rt.Name)
		}
	}
	if !ok {
		return nil, invalid("schemas must be a list of URNs")
	}
	return out, nil
}
