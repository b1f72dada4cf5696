package patch

import (
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/filter"
)

// Member identifies a member as the client did. Type and Ref may be empty.
type Member struct{ ID, Type, Ref string }

// Members is a change of membership. Steps is the change: what each operation does to members, in
// the order of the operations. Each step acts on the result of the one before, so that a member
// added in one operation can be removed by a filter in the next (RFC 7644 §3.5.2). ByID and Net
// carry the steps out. The zero value changes nothing.
type Members struct {
	Steps []MemberStep
}

// MemberStepKind says what a step does.
type MemberStepKind uint8

// The kinds of steps.
const (
	MembersAdd    MemberStepKind = iota // Members are members after the step
	MembersRemove                       // Members, by id, are no members after the step
	MembersWhere                        // no member that Where selects is left
	MembersClear                        // no member is left
	MembersHeld                         // one of Members, or one that Where selects, is a member, or the PATCH fails
)

// MemberStep is one step of a change of membership.
type MemberStep struct {
	Kind    MemberStepKind
	Members []Member     // of MembersAdd, MembersRemove and MembersHeld
	Where   *filter.Path // of MembersWhere and MembersHeld
}

// ReplaceMembers is the change that makes a list the members, as a PUT does.
func ReplaceMembers(list []Member) Members {
	steps := []MemberStep{{Kind: MembersClear}}
	if len(list) > 0 {
		steps = append(steps, MemberStep{Kind: MembersAdd, Members: list})
	}
	return Members{Steps: steps}
}

// Empty reports whether there is no step.
func (m Members) Empty() bool { return len(m.Steps) == 0 }

// Added returns the references that steps make members, without repetitions, in the order of the
// steps. A caller looks them up before it calls Net, whose filters see them as resources.
func (m Members) Added() []Member {
	if st, ok := m.one(); ok && st.Kind == MembersAdd {
		return st.Members
	}
	var out []Member
	seen := map[string]bool{}
	for _, st := range m.Steps {
		if st.Kind != MembersAdd {
			continue
		}
		for _, x := range st.Members {
			if !seen[x.ID] {
				seen[x.ID] = true
				out = append(out, x)
			}
		}
	}
	return out
}

// one returns the step of a change that adds or removes one member, which is the usual one and needs no maps.
func (m Members) one() (st MemberStep, ok bool) {
	if len(m.Steps) != 1 || len(m.Steps[0].Members) != 1 {
		return st, false
	}
	st = m.Steps[0]
	st.Members = st.Members[:1:1]
	return st, st.Kind == MembersAdd || st.Kind == MembersRemove
}

// ByID returns the change if it does not depend on who is a member now: add are to be members,
// remove are not to be, whether they are at present or not. No id is in both. ok is false if a step
// has a filter, clears the list or wants a member; then the caller reads the members and calls Net.
func (m Members) ByID() (add []Member, remove []string, ok bool) {
	if st, ok := m.one(); ok {
		if st.Kind == MembersAdd {
			return st.Members, nil, true
		}
		return nil, []string{st.Members[0].ID}, true
	}
	var e edges
	for _, st := range m.Steps {
		switch st.Kind {
		case MembersAdd:
			e.put(st.Members)
		case MembersRemove:
			e.drop(st.Members)
		default:
			return nil, nil, false
		}
	}
	add, remove = e.split()
	return add, remove, true
}

// Named returns the ids that the steps name. ok reports that no other member matters to Net.
func (m Members) Named() (ids []string, ok bool) {
	for _, st := range m.Steps {
		if st.Where != nil || st.Kind == MembersClear {
			return nil, false
		}
		for _, x := range st.Members {
			ids = append(ids, x.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), true
}

// Net carries the steps out on the present members, and returns who becomes and who ceases to be
// a member: the difference between the lists before and after all steps. add is in the order in
// which the steps first name them, remove in the order of present.
//
// element builds the element that filters see: the value of the attribute members for one member,
// with value, type, display and $ref, as a GET and a filter of a search see it. It must be the one
// builder of the service. For a reference that is no resource it returns nil, and the reference
// does not become a member. It is called for present members only if there is a filter.
//
// err is a *schema.Fault if a step wants a member that there is not.
func (m Members) Net(present []Member, element func(Member) any) (add []Member, remove []string, err error) {
	e := edges{have: make(map[string]*Member, len(present))}
	for i := range present {
		e.have[present[i].ID] = &present[i]
	}
	for _, st := range m.Steps {
		switch st.Kind {
		case MembersAdd:
			for i := range st.Members {
				if x := st.Members[i]; e.have[x.ID] != nil || element(x) != nil {
					e.put(st.Members[i : i+1])
				}
			}
		case MembersRemove:
			e.drop(st.Members)
		case MembersClear:
			e.clear()
		case MembersWhere:
			e.dropWhere(present, st.Where, element)
		case MembersHeld:
			if !e.holds(present, st, element) {
				return nil, nil, noTarget("the filter in path selects no element of members")
			}
		}
	}
	add, remove = e.net(present)
	return add, remove, nil
}
