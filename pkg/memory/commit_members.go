package memory

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// changesMembers reports whether a change of edges has any effect.
func (tn *tenant) changesMembers(c *scim.Change) bool {
	g := tn.members[c.ID]
	if g == nil {
		return len(c.AddMembers) > 0
	}
	for _, m := range c.AddMembers {
		if _, ok := g.byID[m.ID]; !ok {
			return true
		}
	}
	for _, id := range c.RemoveMembers {
		if _, ok := g.byID[id]; ok {
			return true
		}
	}
	if !c.ClearMembers {
		return false
	}
	named := make(map[string]struct{}, len(c.AddMembers)) // all of them are members, some perhaps named twice
	for _, m := range c.AddMembers {
		named[m.ID] = struct{}{}
	}
	return len(g.byID) > len(named)
}

// checkMembers returns a *scim.MissingError if a member that joins does not exist. The caller's own
// look at it may be outdated: only what is asked under the lock still holds when the edge is written.
func (tn *tenant) checkMembers(c *scim.Change) error {
	var missing []string
	g := tn.members[c.ID]
	for _, m := range c.AddMembers {
		if tn.kind(m.Type).number(m.ID) != noOne {
			continue
		}
		if g != nil {
			if _, already := g.byID[m.ID]; already {
				continue
			}
		}
		missing = append(missing, m.ID)
	}
	if missing != nil {
		slices.Sort(missing)
		return &scim.MissingError{IDs: slices.Compact(missing)}
	}
	return nil
}

// changeMembers applies the edges of a change, and returns for the feed who has joined and left.
func (tn *tenant) changeMembers(c *scim.Change) (joined, left []scim.Member) {
	if !c.ClearMembers && len(c.AddMembers) == 0 && len(c.RemoveMembers) == 0 {
		return nil, nil
	}
	kept := tn.feed.kept()
	g := tn.members[c.ID]
	if g == nil {
		g = &group{id: strings.Clone(c.ID), byID: map[string]scim.Member{}}
		tn.members[g.id] = g
	}
	drop := func(id string) {
		if m, ok := g.byID[id]; ok {
			g.order.remove(id)
			delete(g.byID, id)
			leave(tn.groups, id, c.ID)
			if kept {
				left = append(left, m)
			}
		}
	}
	if c.ClearMembers {
		keep := make(map[string]bool, len(c.AddMembers))
		for _, m := range c.AddMembers {
			keep[m.ID] = true
		}
		for id := range g.byID {
			if !keep[id] {
				drop(id)
			}
		}
	}
	for _, id := range c.RemoveMembers {
		drop(id)
	}
	for _, m := range c.AddMembers {
		if _, ok := g.byID[m.ID]; ok {
			continue
		}
		if s := tn.kind(m.Type).of(m.ID); s != nil {
			m.Display = cmp.Or(string(s.display()), m.Display)
		}
		tn.nested = tn.nested || m.Type != "User"
		g.byID[m.ID] = m
		g.order.insert(m.ID)
		join(tn.groups, m.ID, &g.id)
		if kept {
			joined = append(joined, m)
		}
	}
	if len(left) > 1 {
		slices.SortFunc(left, func(a, b scim.Member) int { return strings.Compare(a.ID, b.ID) })
	}
	return joined, left
}

// groupsOf appends the groups that a resource is a direct member of, ascending.
func (tn *tenant) groupsOf(list []string, id string) []string {
	tn.groups[id].each(func(g string) { list = append(list, g) })
	return list
}

// rename shows the new display name of a resource wherever it is a member. A state has the name for those
// groups that get it as a member later: their caller may have read the one before. That of a new resource
// need not have it.
func (tn *tenant) rename(old, next state, c *scim.Change) {
	if old == nil || bytes.Equal(next.display(), old.display()) {
		return
	}
	name, o := string(next.display()), tn.groups[c.ID]
	o.each(func(groupID string) {
		g := tn.members[groupID]
		if m := g.byID[c.ID]; m.Type == c.Type {
			m.Display = name
			g.byID[c.ID] = m
		}
	})
}
