package patch

import (
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
	test := func(id string) {
		if m := e.member(id); m != nil && where.MatchElement(element(*m)) {
			e.say(id, nil)
		}
	}
	if value, form, ok := where.RequiredValue(); ok {
		for _, id := range e.withValue(present, value, form) {
			test(id)
		}
		return
	}
	for i := range present {
		if _, said := e.last[present[i].ID]; !said {
			test(present[i].ID)
		}
	}
	for _, id := range e.added {
		test(id)
	}
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
	scans := 0
	for _, st := range m.Steps {
		if st.Kind != MembersWhere {
			continue
		}
		if _, _, ok := st.Where.RequiredValue(); ok {
			continue
		}
		if scans++; scans > 1 {
			work += st.Where.Comparisons() * each
		}
		if work > maxWork {
			return tooMuchWork()
		}
	}
	return nil
}
