package patch

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// checkEvery is the number of operations after which Apply asks whether the request still runs.
const checkEvery = 32

// Apply runs the operations on a canonical document, which it does not change. Operations run
// in order, each on the result of the one before; the first error ends the PATCH. No operation
// ends silently: it has changed something, left a note, found its end state, or failed. Errors
// are *schema.Fault. (RFC 7644 §3.5.2, Table 9)
func (r *Request) Apply(doc map[string]any) (*Result, error) {
	return r.ApplyContext(context.Background(), doc)
}

// ApplyContext is Apply. It ends early, with the error of ctx, when ctx ends.
func (r *Request) ApplyContext(ctx context.Context, doc map[string]any) (*Result, error) {
	return r.apply(ctx, copied(doc), nil)
}

// apply is ApplyContext, but changes doc, which is a part of a document if there is a rest.
func (r *Request) apply(ctx context.Context, doc map[string]any, rest *schema.Stored) (*Result, error) {
	s := r.o.Room.newState()
	*s = state{rt: r.rt, o: r.o, mode: r.mode, ops: r.ops, doc: doc, rest: rest}
	s.mode.Notes, s.mode.Stored = &s.notes, s
	s.before, s.steps = s.room.before[:0], s.room.steps[:0]
	s.notes = append(s.notes, r.notes...)
	for i, op := range r.ops {
		if i%checkEvery == checkEvery-1 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := s.run(op); err != nil {
			return nil, numbered(err, i, len(r.ops))
		}
	}
	s.settleAll()
	if err := s.fits(); err != nil {
		return nil, err
	}
	if rest == nil || !rest.Has("schemas") { // the part has the extensions
		s.fixSchemas()
	}
	s.result = Result{
		Doc: s.doc, Changed: s.changed(), Members: Members{Steps: s.steps},
		Requested: s.requested, Notes: s.notes,
	}
	return &s.result, nil
}

// state is the document under change. Values in doc are replaced, never changed, because
// they are shared with the document before and with the request.
type state struct {
	rt        *schema.ResourceType
	o         Options
	ops       []operation
	mode      schema.Mode
	doc       map[string]any // without what is in lives; see get and settle
	rest      *schema.Stored // of which doc is a part, and which lends maps for it; or nil
	before    []before       // what was written, as it was
	lives     []*live        // lists that many operations write
	steps     []MemberStep
	requested []string
	notes     []string
	result    Result            // here, because it saves an allocation
	packed    schema.JSONLimits // of strings that are read as JSON
	work      int               // see maxWork
	room      struct {          // for the usual request of one operation: it saves an allocation each
		before [1]before
		steps  [1]MemberStep
	}
}

func (s *state) note(format string, args ...any) {
	s.notes = schema.Note(s.notes, format, args...)
}

func (s *state) run(op operation) error {
	for i := range op.steps {
		st := &op.steps[i]
		if err := s.overworked(); err != nil {
			return err
		}
		if st.note != "" {
			s.notes = schema.AppendNotes(s.notes, st.note)
		}
		if st.err != nil {
			return st.err
		}
		if st.listed != nil && op.kind != opRemove {
			s.settleAll()
			s.listed(st.listed)
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

// readOnly refuses a path to a read-only attribute (T-12). The groups of a user are ignored in
// tolerant mode: connectors with an option to write them give up on an error (SAIL-05).
func (s *state) readOnly(ref schema.Ref) error {
	if ref.Container == "" && ref.Attr.Name == "groups" && s.rt.IsUser() && s.mode.Allows(schema.UserGroups) {
		s.note("groups is read-only and was ignored; change the members of the group instead")
		return nil
	}
	return mutability("%s is read-only", ref)
}

// write passes a step to the method for its kind of attribute.
func (s *state) write(kind opKind, st *step) error {
	ref, v := st.path.Ref, st.value
	s.requested = s.rt.AppendRequested(s.requested, ref, v)
	if ref.Attr == nil {
		s.settleAll()
		return s.container(kind, ref.Container)
	}
	if readOnly(ref) {
		return s.readOnly(ref)
	}
	switch {
	case ref.Container == "" && ref.Attr.Name == "schemas":
		s.settleAll()
		return s.schemas(kind, st.path, v)
	case isMembers(ref):
		return s.writeMembers(kind, st)
	case !st.path.HasFilter():
		return s.whole(kind, ref, v)
	case st.path.Of().Leaf().MultiValued:
		return s.selected(kind, st.path, v)
	}
	return s.ifSelected(kind, st.path, v)
}

// whole writes an attribute or a sub-attribute without a value filter.
func (s *state) whole(kind opKind, ref schema.Ref, v any) error {
	switch {
	case ref.Attr.MultiValued && ref.Sub != nil:
		return schema.NewFault(schema.FaultPath, "%s does not say which element; select one with a filter in brackets", ref)
	case ref.Leaf().MultiValued:
		return s.list(kind, ref, v)
	case kind == opRemove:
		return s.removeSingle(ref, v)
	case ref.Leaf().Type == schema.Complex:
		return s.complex(kind, ref, v)
	}
	return s.simple(kind, ref, v)
}

// get returns the current value of an attribute or, if ref names one, of its sub-attribute.
func (s *state) get(ref schema.Ref) any {
	if s.lives != nil {
		s.settle(ref.Container, ref.Attr)
	}
	level := s.doc
	if ref.Container != "" {
		level, _ = s.doc[ref.Container].(map[string]any)
	}
	v := level[ref.Attr.Name]
	if ref.Sub == nil {
		return v
	}
	m, _ := v.(map[string]any)
	return m[ref.Sub.Name]
}
