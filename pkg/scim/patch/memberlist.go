package patch

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// memberList is the canonical form of a list of members, or the reason why there is none.
type memberList struct {
	members []Member
	unread  bool // there are elements, and none of them names a member
	notes   []string
	err     error
}

// memberList reads the forms in which clients name members: a list of objects or ids, one
// object, or one id.
func (p *preparer) memberList(a *schema.Attribute, v any) *memberList {
	l := &memberList{}
	mode := p.mode
	mode.Notes, mode.MaxValues, mode.MaxBytes = &l.notes, 0, 0 // members are edges, with a limit of their own
	out, err := a.Coerce(l.present(v, mode), mode, a.Name)
	if err != nil {
		l.err = err
		return l
	}
	list, _ := out.([]any)
	l.read(list, mode)
	l.unread = len(l.members) == 0 && a.Unreadable(v, nil)
	return l
}

// read reads canonical elements. The id is the value of an element or, if it has none, the end of
// its $ref.
func (l *memberList) read(list []any, mode schema.Mode) {
	l.members = make([]Member, 0, len(list))
	for _, e := range list {
		m, _ := e.(map[string]any)
		id, _ := m["value"].(string)
		typ, _ := m["type"].(string)
		ref, _ := m["$ref"].(string)
		if id == "" {
			id = schema.RefID(ref)
		}
		if id = strings.TrimSpace(id); id == "" {
			if !mode.Allows(schema.ValuelessEntry) {
				l.err = invalid("a member needs a value")
				return
			}
			l.notes = schema.Note(l.notes, "a member without a value was left out")
			continue
		}
		l.members = append(l.members, Member{ID: id, Type: typ, Ref: ref})
	}
}

// ReadMembers reads the canonical elements of the attribute members, as those of a POST or PUT.
// Elements without an id are refused in strict mode, and otherwise left out with a note.
func ReadMembers(list []any, mode schema.Mode) (members []Member, notes []string, err error) {
	var l memberList
	l.read(list, mode)
	return l.members, l.notes, l.err
}

// present returns a list of members without null and empty objects. It does not change the list.
func (l *memberList) present(v any, mode schema.Mode) any {
	list, ok := v.([]any)
	if !ok || !mode.Allows(schema.ValuelessEntry) {
		return v
	}
	out := list
	for i, e := range list {
		if m, isMap := e.(map[string]any); e == nil || isMap && len(m) == 0 {
			if len(out) == len(list) {
				out = append(make([]any, 0, len(list)), list[:i]...)
			}
			l.notes = schema.Note(l.notes, "a member without a value was left out")
		} else if len(out) < len(list) {
			out = append(out, e)
		}
	}
	return out
}

// isMembers reports whether a reference is the whole attribute members of a group.
func isMembers(ref schema.Ref) bool {
	a := ref.Attr
	return ref.Container == "" && a != nil && a.Name == "members" && a.MultiValued && a.Type == schema.Complex
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
