package engine

import (
	"sort"

	"github.com/scimstack/scimstack/pkg/scim"
)

// roster is the list of members of a group while steps change it.
type roster struct {
	base    map[string]scim.Member // before the first step; nil if no step depends on it
	cleared bool                   // base is gone
	moved   map[string]*scim.Member
	order   []string // ids in moved, in order of first use; nil in moved are those that left
}

// play carries out one step. exists are the resources that may join; element is how filters see a
// member.
func (r *roster) play(s memberStep, exists map[string]scim.Member, element func(scim.Member) any) {
	switch {
	case s.clear:
		r.cleared, r.order = true, nil
		clear(r.moved)
	case s.where != nil:
		r.dropWhere(func(m scim.Member) bool { return s.where(element(m)) })
	}
	for _, id := range s.remove {
		r.move(id, nil)
	}
	for _, want := range s.add {
		m, ok := exists[want.ID]
		if !ok {
			m, ok = r.base[want.ID]
		}
		if ok {
			r.move(m.ID, &m)
		}
	}
}

func (r *roster) move(id string, m *scim.Member) {
	if _, seen := r.moved[id]; !seen {
		r.order = append(r.order, id)
	}
	r.moved[id] = m
}

func (r *roster) dropWhere(match func(scim.Member) bool) {
	for id, m := range r.moved {
		if m != nil && match(*m) {
			r.moved[id] = nil
		}
	}
	if r.cleared {
		return
	}
	var gone []string
	for id, m := range r.base {
		if _, moved := r.moved[id]; !moved && match(m) {
			gone = append(gone, id)
		}
	}
	sort.Strings(gone)
	for _, id := range gone {
		r.move(id, nil)
	}
}

// delta is what has changed.
func (r *roster) delta() delta {
	d := delta{blind: !r.cleared} // the store knows who is a member already
	kept := false
	for _, id := range r.order {
		_, was := r.base[id]
		switch m := r.moved[id]; {
		case m != nil:
			kept = true
			if !was {
				d.add = append(d.add, *m)
			}
		case !r.cleared && (was || r.base == nil):
			d.remove = append(d.remove, id)
		}
	}
	if !r.cleared {
		return d
	}
	if !kept {
		d.clear = len(r.base) > 0
		return d
	}
	for id := range r.base {
		if r.moved[id] == nil {
			d.remove = append(d.remove, id)
		}
	}
	sort.Strings(d.remove)
	return d
}
