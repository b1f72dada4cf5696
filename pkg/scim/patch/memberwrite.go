package patch

import (
	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// writeMembers records what an operation does to members (M-19, T-26, T-27, L-04).
func (s *state) writeMembers(kind opKind, st *step) error {
	switch ref := st.path.Ref; {
	case st.path.HasFilter():
		return s.selectedMembers(kind, st.path, st.value)
	case ref.Sub != nil:
		return schema.NewFault(schema.FaultPath, "%s does not say which element; select one with a filter in brackets", ref)
	case st.members == nil:
		s.members(MembersClear, nil)
		return nil
	}
	s.notes = schema.AppendNotes(s.notes, st.members.notes...)
	if st.members.err != nil {
		return st.members.err
	}
	given := st.members.members
	switch {
	case kind == opRemove:
		return s.removeMembers(st.path.Ref, given)
	case kind == opReplace && st.members.unread:
		s.note("no element of members names a member; they were left as they are")
		return nil
	case kind == opReplace && (s.o.Strict || len(given) != 1):
		s.members(MembersClear, nil)
	case kind == opReplace && s.o.EntraMembers:
		s.note("replace of members with one element was read as add")
	case kind == opReplace: // wrong for Entra only, so the log has to show it
		s.note("replace of members with one element was read as the whole list")
		s.members(MembersClear, nil)
	case len(given) == 0:
		s.note("members: there is no value to add")
	}
	if len(given) > 0 {
		s.members(MembersAdd, given)
	}
	return nil
}

func (s *state) members(kind MemberStepKind, list []Member) {
	s.steps = append(s.steps, MemberStep{Kind: kind, Members: list})
}

// removeMembers removes the members that the value of a remove names, and no other.
func (s *state) removeMembers(ref schema.Ref, given []Member) error {
	if err := s.honours(ref); err != nil {
		return err
	}
	if len(given) == 0 {
		s.note("the value of remove names no member; nothing was removed")
		return nil
	}
	if !s.mode.Strict {
		s.note("remove of members with a value was read as removal of the given members")
	}
	s.members(MembersRemove, given)
	return nil
}

// selectedMembers handles members[…]. A member can only be added or removed as a whole; removing
// its value removes it.
func (s *state) selectedMembers(kind opKind, path *filter.Path, v any) error {
	eq := path.Equalities()
	id, _ := eq["value"].(string)
	only := path.Ref.Sub == nil || path.Ref.Sub.Name == "value"
	must := kind == opReplace && !s.mode.Allows(schema.MissingElement)
	if kind == opReplace && v == nil {
		kind = opRemove
	}
	switch {
	case kind == opRemove && only:
		if must {
			s.held(path, eq)
		}
		return s.removeSelected(path, eq, v)
	case kind == opAdd && v == nil:
		s.note("members: there is no value to add")
		return nil
	case kind != opRemove && !only && !s.mode.Strict: // type and $ref only repeat what the member is
		s.note("%s says what a member is, which nothing can change; it was ignored", path.Ref)
		return nil
	case id == "":
		return noTarget("the filter in path must select a member by its value")
	}
	given, ok := s.memberValue(path, v, id)
	switch {
	case !ok:
		return invalid("%s must be the id of the member that the filter selects", path.Ref)
	case kind == opRemove, given != id, !only:
		return mutability("a member cannot be changed; remove it and add another")
	}
	if must { // the member stays as it is
		s.held(path, eq)
		return nil
	}
	typ, _ := eq["type"].(string)
	s.members(MembersAdd, []Member{{ID: id, Type: typ}})
	return nil
}

// held makes the PATCH fail if a filter selects no member; eq is what the filter requires (RFC 7644 §3.5.2.3).
func (s *state) held(path *filter.Path, eq map[string]any) {
	if id, _ := eq["value"].(string); id != "" && len(eq) == 1 {
		s.members(MembersHeld, []Member{{ID: id}})
		return
	}
	s.steps = append(s.steps, MemberStep{Kind: MembersHeld, Where: path})
}

// memberValue returns the id in a value after a filter: a string, an object, or a list of one.
func (s *state) memberValue(path *filter.Path, v any, id string) (string, bool) {
	if list, ok := v.([]any); ok && len(list) == 1 && s.mode.Allows(schema.ListOfOne) {
		s.note("%s: a list of one was read as its element", path.Ref)
		v = list[0]
	}
	switch v := v.(type) {
	case string:
		return v, true
	case map[string]any:
		if path.Ref.Sub != nil {
			return "", false
		}
		if other, given := schema.Field(v, "value").(string); given {
			return other, true
		}
		return id, schema.Field(v, "value") == nil
	}
	return "", path.Ref.Sub != nil && path.Ref.Sub.Name != "value"
}

// removeSelected removes the members that a filter selects; eq is what the filter requires. With a value
// that is not empty, those of them that the value names.
func (s *state) removeSelected(path *filter.Path, eq map[string]any, v any) error {
	if !nothing(v) {
		return s.removeSelectedNamed(path, eq, v)
	}
	if id, _ := eq["value"].(string); id != "" && len(eq) == 1 {
		s.members(MembersRemove, []Member{{ID: id}})
		return nil
	}
	s.steps = append(s.steps, MemberStep{Kind: MembersWhere, Where: path})
	return nil
}

// removeSelectedNamed removes a member that the filter selects by its value, if the value of the
// remove names it too.
func (s *state) removeSelectedNamed(path *filter.Path, eq map[string]any, v any) error {
	if err := s.honours(path.Ref); err != nil {
		return err
	}
	id, _ := eq["value"].(string)
	p := preparer{rt: s.rt, mode: s.mode}
	l := p.memberList(path.Ref.Attr, v)
	s.notes = schema.AppendNotes(s.notes, l.notes...)
	switch {
	case l.err != nil:
		return l.err
	case id == "":
		return syntax("remove of members takes a filter or a value, not both")
	}
	for _, m := range l.members {
		if m.ID == id {
			return s.removeSelected(path, eq, nil)
		}
	}
	s.note("the value of remove does not name the member that the filter selects; nothing was removed")
	return nil
}
