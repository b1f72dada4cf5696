package patch

import (
	"fmt"
	"maps"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Apply runs the operations on a canonical document, which it does not change. Operations run
// in order, each on the result of the one before; the first error ends the PATCH. Errors are
// *schema.Fault. (RFC 7644 §3.5.2, Table 9)
func (r *Request) Apply(doc map[string]any) (*Result, error) {
	s := &state{rt: r.rt, o: r.o, mode: r.mode, doc: maps.Clone(doc)}
	s.mode.Notes = &s.notes
	for i, op := range r.ops {
		if err := s.run(op); err != nil {
			return nil, numbered(err, i, len(r.ops))
		}
	}
	r.rt.FixSchemas(s.doc)
	return &Result{
		Doc: s.doc, Changed: !schema.Equal(doc, s.doc), Members: s.members.result(),
		Requested: s.requested, Notes: s.notes,
	}, nil
}

// state is the document under change. Values in doc are replaced, never changed, because
// they are shared with the document before and with the request.
type state struct {
	rt        *schema.ResourceType
	o         Options
	mode      schema.Mode
	doc       map[string]any
	members   edges
	requested []string
	notes     []string
}

func (s *state) note(format string, args ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

func (s *state) run(op operation) error {
	for i := range op.steps {
		st := &op.steps[i]
		if st.note != "" {
			s.notes = append(s.notes, st.note)
		}
		if st.err != nil {
			return st.err
		}
		if st.path == nil {
			continue
		}
		if err := s.write(op.kind, st); err != nil {
			return err
		}
	}
	return nil
}

// write passes a step to the method for its kind of attribute.
func (s *state) write(kind opKind, st *step) error {
	ref, v := st.path.Ref, st.value
	if ref.Attr == nil {
		return s.container(kind, ref.Container, v)
	}
	if readOnly(ref) {
		return mutability("%s is read-only", ref)
	}
	s.requested = append(s.requested, ref.Attr.Name)
	if applies, err := s.selects(st.path); !applies {
		return err
	}
	switch {
	case ref.Container == "" && ref.Attr.Name == "schemas":
		return s.schemas(kind, st.path, v)
	case ref.Attr.MultiValued && ref.Sub != nil && !st.path.HasFilter():
		return schema.NewFault(schema.FaultPath, "%s does not say which element; select one with a filter in brackets", ref)
	case isMembers(ref):
		return s.writeMembers(kind, st)
	case st.path.HasFilter() && !st.path.Single():
		return s.selected(kind, st.path, v)
	case ref.Attr.MultiValued:
		return s.list(kind, ref, v)
	case ref.Sub != nil:
		return s.part(kind, ref, v)
	case ref.Attr.Type == schema.Complex:
		return s.complex(kind, ref, v)
	}
	return s.simple(kind, ref, v)
}

// get returns the current value of an attribute.
func (s *state) get(ref schema.Ref) any {
	if ref.Container == "" {
		return s.doc[ref.Attr.Name]
	}
	ext, _ := s.doc[ref.Container].(map[string]any)
	return ext[ref.Attr.Name]
}

// put sets an attribute or, with nil, unassigns it, after the checks that apply to every write.
func (s *state) put(kind opKind, ref schema.Ref, v any) error {
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
