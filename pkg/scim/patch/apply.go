package patch

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Apply runs the operations on doc, which stays as it is. Errors are *schema.Fault with the
// scimTypes of RFC 7644 Table 9.
func Apply(rt *schema.ResourceType, doc map[string]any, ops []Operation, o Options) (*Result, error) {
	s := newState(rt, o)
	s.doc = maps.Clone(doc)
	for i, op := range ops {
		if err := s.operation(op); err != nil {
			return nil, numbered(err, i, len(ops))
		}
	}
	rt.FixSchemas(s.doc)
	return &Result{
		Doc: s.doc, Changed: !schema.Equal(doc, s.doc), Members: s.members.result(),
		Requested: s.requested, Notes: s.notes,
	}, nil
}

// state is the document under change. Values in doc are replaced, never changed, because
// they are shared with the document that went in.
type state struct {
	rt        *schema.ResourceType
	o         Options
	mode      schema.Mode
	doc       map[string]any
	members   edges
	requested []string
	notes     []string
}

func newState(rt *schema.ResourceType, o Options) *state {
	s := &state{rt: rt, o: o, mode: rt.Mode(o.Strict)}
	s.mode.Notes = &s.notes
	return s
}

func (s *state) note(format string, args ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

func (s *state) operation(op Operation) error {
	if !op.HasPath {
		value, ok := op.Value.(map[string]any)
		if !ok {
			return invalid("without a path the value must be an object")
		}
		return s.keys(op.Kind, "", value)
	}
	path, err := s.path(op.Path)
	if err != nil {
		if f, ok := err.(*schema.Fault); ok && f.Code == schema.FaultPathName && s.mode.Allows(schema.UnknownNames) { //nolint:errorlint // never wrapped
			s.note("unknown attribute %q in path was ignored", f.Attribute)
			return nil
		}
		return err
	}
	return s.write(op.Kind, path, op.Value, op.HasValue)
}

// path parses a path or a key. Only a tolerant reading finds an extension's attribute without
// the extension's URN (RFC 7644 §3.10).
func (s *state) path(text string) (*filter.Path, error) {
	path, err := filter.ParsePath(text, s.rt)
	if err != nil || path.Ref.Container == "" || schema.IsURN(text) {
		return path, err
	}
	if !s.mode.Allows(schema.BareExtension) {
		return nil, schema.NewFault(schema.FaultPathName, "path names an attribute of %s without that URN: %s", path.Ref.Container, path.Ref.Attr.Name).
			About(path.Ref.Attr.Name)
	}
	s.note("%s was read without its schema", path.Ref.Attr.Name)
	return path, nil
}

func shorten(s string) string { return strings.ToValidUTF8(s[:min(len(s), 100)], "") }

// keys writes every key of a value without a path, as if it were one: names, dotted names,
// names behind a URN, and whole containers (T-23). Read-only keys are ignored (T-13).
func (s *state) keys(kind Kind, urn string, value map[string]any) error {
	names := slices.Sorted(maps.Keys(value))
	for _, k := range names {
		text := k
		if urn != "" {
			text = urn + ":" + k
		}
		if schema.SameName(k, s.rt.Schema.ID) || urn == "" && schema.SameName(k, "schemas") {
			inner, _ := value[k].(map[string]any)
			if err := s.keys(kind, "", inner); err != nil {
				return err
			}
			continue
		}
		path, err := s.path(text)
		if err != nil {
			if !s.mode.Allows(schema.UnknownNames) {
				return schema.NewFault(schema.FaultUnknown, "unknown attribute %q", shorten(text)).About(schema.NameOnly(text))
			}
			s.note("unknown attribute %q was ignored", schema.NameOnly(text))
			continue
		}
		if readOnly(path.Ref) {
			continue
		}
		if err := s.write(kind, path, value[k], true); err != nil {
			return err
		}
	}
	return nil
}

func readOnly(ref schema.Ref) bool {
	return ref.Attr != nil && (ref.Attr.Mutability == schema.ReadOnly || ref.Leaf().Mutability == schema.ReadOnly)
}

// write sends one write to the place that knows its kind of attribute.
func (s *state) write(kind Kind, path *filter.Path, v any, hasValue bool) error {
	ref := path.Ref
	if ref.Attr == nil {
		return s.container(kind, ref.Container, v)
	}
	if readOnly(ref) {
		return mutability("%s is read-only", ref)
	}
	s.requested = append(s.requested, ref.Attr.Name)
	isMembers := ref.Container == "" && ref.Attr.Name == "members" && ref.Attr.MultiValued && ref.Attr.Type == schema.Complex
	switch {
	case ref.Container == "" && ref.Attr.Name == "schemas":
		return s.schemas(kind, path, v)
	case ref.Attr.MultiValued && ref.Sub != nil && !path.HasFilter():
		return schema.NewFault(schema.FaultPath, "%s does not say which element; select one with a filter in brackets", ref)
	case isMembers:
		return s.writeMembers(kind, path, v, hasValue)
	case path.HasFilter():
		return s.selected(kind, path, v)
	case ref.Attr.MultiValued:
		return s.list(kind, ref, v)
	case ref.Sub != nil:
		return s.part(kind, ref, v)
	case ref.Attr.Type == schema.Complex:
		return s.complex(kind, ref, v)
	}
	return s.simple(kind, ref, v)
}

// get is the current value of an attribute.
func (s *state) get(ref schema.Ref) any {
	if ref.Container == "" {
		return s.doc[ref.Attr.Name]
	}
	ext, _ := s.doc[ref.Container].(map[string]any)
	return ext[ref.Attr.Name]
}

// put sets or, with nil, unassigns an attribute, after the checks that hold for every write.
func (s *state) put(kind Kind, ref schema.Ref, v any) error {
	a, old := ref.Attr, s.get(ref)
	if v == nil && a.Required {
		if kind == Remove {
			return mutability("%s is required and cannot be removed", ref)
		}
		return invalid("%s is required and cannot be empty", ref)
	}
	if a.Mutability == schema.Immutable && old != nil && !schema.Equal(old, v) {
		return mutability("%s cannot be changed once it is set", ref)
	}
	if err := complete(a, v); err != nil {
		return err
	}
	if ref.Container == "" {
		set(s.doc, a.Name, v)
		return nil
	}
	ext, _ := s.doc[ref.Container].(map[string]any)
	if ext = maps.Clone(ext); ext == nil {
		ext = map[string]any{}
	}
	set(ext, a.Name, v)
	if len(ext) == 0 {
		if e, ok := s.rt.Extension(ref.Container); ok && e.Required {
			return mutability("the extension %s is required", ref.Container)
		}
		delete(s.doc, ref.Container)
		return nil
	}
	s.doc[ref.Container] = ext
	return nil
}

func set(m map[string]any, name string, v any) {
	if v == nil {
		delete(m, name)
	} else {
		m[name] = v
	}
}

// complete checks the required parts of a complex value.
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
