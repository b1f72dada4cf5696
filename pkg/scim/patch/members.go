package patch

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// edges gathers what operations do to members: the last word on an id counts.
type edges struct {
	clear bool
	where []*filter.Path
	order []string          // ids in the order of their first mention
	add   map[string]Member // ids that shall be members
	gone  map[string]bool   // ids that shall not
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
func (s *state) writeMembers(kind Kind, path *filter.Path, v any, hasValue bool) error {
	if path.HasFilter() {
		return s.selectedMembers(kind, path, v)
	}
	if kind == Remove && (!hasValue || v == nil || !s.mode.Allows(schema.RemoveNamed)) {
		s.members.dropAll()
		return nil
	}
	given, err := s.memberValues(path.Ref.Attr, v)
	if err != nil {
		return err
	}
	switch {
	case kind == Remove:
		s.note("remove of members with a value was read as removing these")
		for _, m := range given {
			s.members.drop(m.ID)
		}
		return nil
	case kind == Replace && (s.o.Strict || len(given) != 1):
		s.members.dropAll()
	case kind == Replace && s.o.EntraMembers:
		s.note("replace of members with one element was read as add")
	case kind == Replace: // right for all but Entra, so the log should know
		s.note("replace of members with one element was read as the whole list")
		s.members.dropAll()
	}
	for _, m := range given {
		s.members.put(m)
	}
	return nil
}

// selectedMembers handles members[…]: a member is added or removed as a whole.
func (s *state) selectedMembers(kind Kind, path *filter.Path, v any) error {
	eq := path.Equalities()
	id, _ := eq["value"].(string)
	if kind == Remove && path.Ref.Sub == nil {
		if id != "" && len(eq) == 1 {
			s.members.drop(id)
		} else {
			s.members.dropWhere(path)
		}
		return nil
	}
	if id == "" {
		return noTarget("the filter in path names no member by its value")
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
	if kind == Remove || given != id || path.Ref.Sub != nil && path.Ref.Sub.Name != "value" {
		return mutability("a member cannot be changed; remove it and add another")
	}
	typ, _ := eq["type"].(string)
	s.members.put(Member{ID: id, Type: typ})
	return nil
}

// memberValues reads the forms in which clients name members: a list of objects or ids, one
// object, or one id.
func (s *state) memberValues(a *schema.Attribute, v any) ([]Member, error) {
	out, err := a.Coerce(v, s.mode, a.Name)
	if err != nil {
		return nil, err
	}
	list, _ := out.([]any)
	members := make([]Member, 0, len(list))
	for _, e := range list {
		m, _ := e.(map[string]any)
		id, _ := m["value"].(string)
		typ, _ := m["type"].(string)
		ref, _ := m["$ref"].(string)
		if id == "" {
			if !s.mode.Allows(schema.ValuelessEntry) {
				return nil, invalid("a member needs a value")
			}
			s.note("a member without a value was left out")
			continue
		}
		members = append(members, Member{ID: strings.TrimSpace(id), Type: typ, Ref: ref})
	}
	return members, nil
}

// MemberIDs names the members that operations may add, without applying them: what a caller
// can look up ahead. Operations that fail later are passed over.
func MemberIDs(rt *schema.ResourceType, ops []Operation, o Options) []string {
	a := rt.Schema.Attribute("members")
	if a == nil {
		return nil
	}
	s := newState(rt, o)
	seen := map[string]bool{}
	var ids []string
	for _, op := range ops {
		v := op.Value
		if m, ok := v.(map[string]any); ok && !op.HasPath {
			v = schema.Field(m, a.Name)
		} else if !schema.SameName(op.Path, a.Name) {
			continue
		}
		if op.Kind == Remove || v == nil {
			continue
		}
		members, err := s.memberValues(a, v)
		if err != nil {
			continue
		}
		for _, m := range members {
			if !seen[m.ID] {
				seen[m.ID] = true
				ids = append(ids, m.ID)
			}
		}
	}
	return ids
}
