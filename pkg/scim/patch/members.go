package patch

import (
	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// edges collects what the operations do to members. The last operation on an id decides.
type edges struct {
	clear bool
	where []*filter.Path
	order []string          // ids, in order of first use
	add   map[string]Member // ids that become members
	gone  map[string]bool   // ids that do not stay members
}

func (e *edges) seen(id string) {
	if e.add == nil {
		e.add, e.gone = map[string]Member{}, map[string]bool{}
	}
	if _, ok := e.add[id]; !ok && !e.gone[id] {
		e.order = append(e.order, id)
	}
}

func (e *edges) put(m Member) {
	e.seen(m.ID)
	e.add[m.ID] = m
	delete(e.gone, m.ID)
}

func (e *edges) drop(id string) {
	e.seen(id)
	delete(e.add, id)
	e.gone[id] = true
}

func (e *edges) dropAll() { *e = edges{clear: true} }

func (e *edges) dropWhere(p *filter.Path) {
	for id, m := range e.add {
		if p.MatchElement(map[string]any{"value": m.ID, "type": m.Type}) {
			delete(e.add, id)
			e.gone[id] = true
		}
	}
	e.where = append(e.where, p)
}

func (e *edges) result() Members {
	out := Members{Clear: e.clear, RemoveWhere: e.where}
	for _, id := range e.order {
		if m, ok := e.add[id]; ok {
			out.Add = append(out.Add, m)
		} else if !e.clear {
			out.Remove = append(out.Remove, id)
		}
	}
	return out
}

// writeMembers records what an operation does to members (M-19, T-26, T-27, L-04).
func (s *state) writeMembers(kind opKind, st *step) error {
	if st.path.HasFilter() {
		return s.selectedMembers(kind, st.path, st.value)
	}
	if st.members == nil {
		s.members.dropAll()
		return nil
	}
	s.notes = append(s.notes, st.members.notes...)
	if st.members.err != nil {
		return st.members.err
	}
	given := st.members.members
	switch {
	case kind == opRemove:
		s.note("remove of members with a value was read as removal of the given members")
		for _, m := range given {
			s.members.drop(m.ID)
		}
		return nil
	case kind == opReplace && (s.o.Strict || len(given) != 1):
		s.members.dropAll()
	case kind == opReplace && s.o.EntraMembers:
		s.note("replace of members with one element was read as add")
	case kind == opReplace: // wrong for Entra only, so the log has to show it
		s.note("replace of members with one element was read as the whole list")
		s.members.dropAll()
	}
	for _, m := range given {
		s.members.put(m)
	}
	return nil
}

// selectedMembers handles members[…]. A member can only be added or removed as a whole.
func (s *state) selectedMembers(kind opKind, path *filter.Path, v any) error {
	eq := path.Equalities()
	id, _ := eq["value"].(string)
	if kind == opRemove && path.Ref.Sub == nil {
		if id != "" && len(eq) == 1 {
			s.members.drop(id)
		} else {
			s.members.dropWhere(path)
		}
		return nil
	}
	if id == "" {
		return noTarget("the filter in path must select a member by its value")
	}
	given := id
	switch v := v.(type) {
	case string:
		given = v
	case map[string]any:
		if other, ok := schema.Field(v, "value").(string); ok {
			given = other
		}
	}
	if kind == opRemove || given != id || path.Ref.Sub != nil && path.Ref.Sub.Name != "value" {
		return mutability("a member cannot be changed; remove it and add another")
	}
	typ, _ := eq["type"].(string)
	s.members.put(Member{ID: id, Type: typ})
	return nil
}

// MemberIDs returns the ids of the members that the request may add, without duplicates, so that
// a caller can look them up before it applies the request. Lists that Apply will refuse are
// skipped. A nil request has no ids.
func (r *Request) MemberIDs() []string {
	if r == nil {
		return nil
	}
	var ids []string
	seen := map[string]bool{}
	for _, op := range r.ops {
		for _, st := range op.steps {
			if op.kind == opRemove || st.members == nil || st.members.err != nil {
				continue
			}
			for _, m := range st.members.members {
				if !seen[m.ID] {
					seen[m.ID] = true
					ids = append(ids, m.ID)
				}
			}
		}
	}
	return ids
}
