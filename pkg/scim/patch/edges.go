package patch

import (
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/filter"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// edges is the state between steps: what has been said of ids. An id without a word is a member
// if have says so and the list was not cleared. A step takes the time of what it names, not that of the group: only a
// filter that does not ask for a value looks at each member.
type edges struct {
	have    map[string]*Member // those present, or nil if that is not known
	order   []string           // ids, in order of first use
	last    map[string]*Member // the member, or nil for an id that is no member
	cleared bool

	added  []string            // ids that were put since the list was cleared, if have is known
	byForm map[string][]string // ids of present and put members by the comparison form of value, once it is needed
	value  *schema.Attribute   // whose form that is
}

func (e *edges) say(id string, m *Member) {
	if e.last == nil {
		e.last = map[string]*Member{}
	}
	before, ok := e.last[id]
	if !ok {
		e.order = append(e.order, id)
	}
	e.last[id] = m
	if m != nil && before == nil && e.have != nil {
		e.added = append(e.added, id)
		if e.byForm != nil && !ok && e.have[id] == nil {
			e.learn(id)
		}
	}
}

func (e *edges) put(list []Member) {
	for i := range list {
		e.say(list[i].ID, &list[i])
	}
}

func (e *edges) drop(list []Member) {
	for _, m := range list {
		e.say(m.ID, nil)
	}
}

// clear drops all members.
func (e *edges) clear() {
	e.cleared = true
	for _, id := range e.added {
		e.last[id] = nil
	}
	e.added = e.added[:0]
}

// member returns the member with an id, or nil.
func (e *edges) member(id string) *Member {
	if m, said := e.last[id]; said || e.cleared {
		return m
	}
	return e.have[id]
}

// dropWhere drops the members that a filter selects: those present before all steps and
// not dropped since, and those that steps have put.
func (e *edges) dropWhere(present []Member, where *filter.Path, element func(Member) any) {
	for _, id := range e.candidates(present, where) {
		if m := e.member(id); m != nil && where.MatchElement(element(*m)) {
			e.say(id, nil)
		}
	}
}

// holds reports whether what a step of the kind MembersHeld asks for is a member.
func (e *edges) holds(present []Member, st MemberStep, element func(Member) any) bool {
	if st.Where == nil {
		return slices.ContainsFunc(st.Members, func(m Member) bool { return e.member(m.ID) != nil })
	}
	return slices.ContainsFunc(e.candidates(present, st.Where), func(id string) bool {
		m := e.member(id)
		return m != nil && st.Where.MatchElement(element(*m))
	})
}

// candidates are the ids that a filter may select: those with the value that it asks for, or all of which steps have not
// said that they are no members.
func (e *edges) candidates(present []Member, where *filter.Path) []string {
	if value, form, ok := where.RequiredValue(); ok {
		return e.withValue(present, value, form)
	}
	ids := make([]string, 0, len(present)+len(e.added))
	for i := range present {
		if _, said := e.last[present[i].ID]; !said {
			ids = append(ids, present[i].ID)
		}
	}
	return append(ids, e.added...)
}

// withValue are the ids with a comparison form.
func (e *edges) withValue(present []Member, value *schema.Attribute, form string) []string {
	if e.byForm == nil {
		e.byForm, e.value = make(map[string][]string, len(present)), value
		for i := range present {
			e.learn(present[i].ID)
		}
		for _, id := range e.order {
			if e.have[id] == nil {
				e.learn(id)
			}
		}
	}
	return e.byForm[form]
}

func (e *edges) learn(id string) {
	form := e.value.Fold(id)
	e.byForm[form] = append(e.byForm[form], id)
}

func (e *edges) split() (add []Member, remove []string) {
	for _, id := range e.order {
		if m := e.last[id]; m != nil {
			add = append(add, *m)
		} else {
			remove = append(remove, id)
		}
	}
	return add, remove
}

func (e *edges) net(present []Member) (add []Member, remove []string) {
	for _, id := range e.order {
		if m := e.last[id]; m != nil && e.have[id] == nil {
			add = append(add, *m)
		}
	}
	for _, m := range present {
		if last, said := e.last[m.ID]; last == nil && (said || e.cleared) {
			remove = append(remove, m.ID)
		}
	}
	return add, remove
}

// CheckWork returns a *schema.Fault if the steps compare too much with the members that there are: each filter that
// does not ask for a value looks at all of them. text is the length of their names in bytes. One such filter may
// look at any number.
func (m Members) CheckWork(members, text int) error {
	if text > shortText*members {
		text *= perRune
	}
	each, work := members*perWrite+text, 0
	scans := map[MemberStepKind]int{} // a replace by a filter has a step of two kinds
	for _, st := range m.Steps {
		if st.Where == nil {
			continue
		}
		if _, _, ok := st.Where.RequiredValue(); ok {
			continue
		}
		if scans[st.Kind]++; scans[st.Kind] > 1 {
			work += st.Where.Comparisons() * each
		}
		if work > maxWork {
			return tooMuchWork()
		}
	}
	return nil
}
