package engine

import (
	"context"
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// eventsOf makes the events of a change: that of its resource, then those of the groups that lose it.
// Each call makes new ones, so that nothing of an attempt that lost a race is left.
func (p *Provider) eventsOf(ctx context.Context, w *write) ([]*scim.Event, error) {
	c := &w.change
	e := &scim.Event{Tenant: w.Tenant, Type: w.Type, Before: c.Prior, After: c.Put, Rehearsal: p.rehearsal, Attempt: w.attempt}
	if c.Put == nil && !c.Remove {
		e.After = c.Prior
	}
	var err error
	if e.Joined, e.Left, err = p.moved(ctx, w); err != nil || !c.Remove {
		return []*scim.Event{e}, err
	}
	groups, err := p.memberOf(ctx, w.Tenant, []string{c.ID})
	if err != nil {
		return nil, err
	}
	found, err := p.groupsNamed(ctx, w, groups[c.ID])
	events := []*scim.Event{e}
	for _, g := range found {
		lost := &scim.Event{Tenant: w.Tenant, Type: w.Tenant.Types.ByName(g.Type), Before: g, After: g, Rehearsal: p.rehearsal, Attempt: w.attempt,
			Left: []scim.Member{{ID: c.ID, Type: c.Type, Display: displayOf(c.Prior)}}, Cause: &scim.Ref{Type: c.Type, ID: c.ID}}
		events = append(events, lost)
	}
	return events, err
}

// groupsNamed reads groups of whatever type.
func (p *Provider) groupsNamed(ctx context.Context, w *write, ids []string) (out []*scim.Resource, err error) {
	for _, rt := range w.Tenant.Types.List {
		if !rt.HasMembers() || len(ids) == 0 {
			continue
		}
		found, err := p.getMany(ctx, w.Tenant, rt.Name, ids)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// losers completes the events of the groups that have lost a deleted resource. One that cannot be read
// again is shown as it was.
func (p *Provider) losers(ctx context.Context, w *write, events []*scim.Event) []*scim.Event {
	if len(events) == 1 {
		return events
	}
	ids := make([]string, len(events)-1)
	for i, e := range events[1:] {
		ids[i] = e.ID()
	}
	now, _ := p.groupsNamed(ctx, w, ids)
	for _, g := range now {
		for _, e := range events[1:] {
			if e.After.ID == g.ID && e.After.Type == g.Type {
				e.After = g
			}
		}
	}
	return events
}

// moved is whom a group gains and loses by a change.
func (p *Provider) moved(ctx context.Context, w *write) (joined, left []scim.Member, err error) {
	c := &w.change
	if !w.Type.HasMembers() || !movesMembers(c) {
		return nil, nil, nil
	}
	if c.If == scim.IfAbsent {
		return c.AddMembers, nil, nil
	}
	have, err := p.membersBefore(ctx, w)
	if err != nil {
		return nil, nil, err
	}
	stays := make(map[string]bool, len(c.AddMembers))
	for _, m := range c.AddMembers {
		if _, member := have[m.ID]; !member && !stays[m.ID] {
			joined = append(joined, m)
		}
		stays[m.ID] = true
	}
	gone := slices.Clone(c.RemoveMembers)
	if c.Remove || c.ClearMembers {
		gone = slices.Collect(maps.Keys(have))
	}
	slices.Sort(gone)
	for _, id := range slices.Compact(gone) {
		if m, member := have[id]; member && !stays[id] {
			left = append(left, m)
		}
	}
	return joined, left, nil
}

// movesMembers reports whether a change of a group may be one of its members.
func movesMembers(c *scim.Change) bool {
	return c.Remove || c.ClearMembers || len(c.AddMembers)+len(c.RemoveMembers) > 0
}

// membersBefore are the members of a group before a change: all of them, or those that the change names.
func (p *Provider) membersBefore(ctx context.Context, w *write) (map[string]scim.Member, error) {
	c := &w.change
	switch {
	case c.Remove || c.ClearMembers && w.have == nil:
		have := map[string]scim.Member{}
		err := p.eachMember(ctx, w.Tenant, w.ID, func(m scim.Member) { have[m.ID] = m })
		return have, err
	case w.have == nil:
		return p.membersAmong(ctx, w)
	}
	return w.have, nil
}

// membersAmong finds those of the ids that a change adds or removes that are members already. Those to
// remove get their types and names.
func (p *Provider) membersAmong(ctx context.Context, w *write) (map[string]scim.Member, error) {
	c := &w.change
	ids := slices.Clone(c.RemoveMembers)
	for _, m := range c.AddMembers {
		ids = append(ids, m.ID)
	}
	slices.Sort(ids)
	is, err := p.store.IsMember(ctx, w.Tenant.ID, w.ID, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	have := make(map[string]scim.Member, len(is))
	for id, member := range is {
		if member {
			have[id] = scim.Member{ID: id}
		}
	}
	gone := slices.DeleteFunc(slices.Clone(c.RemoveMembers), func(id string) bool { return !is[id] })
	slices.Sort(gone)
	gone = slices.Compact(gone)
	for _, rt := range w.Tenant.Types.List {
		if len(gone) == 0 {
			break
		}
		found, err := p.getMany(ctx, w.Tenant, rt.Name, gone)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			have[r.ID] = scim.Member{ID: r.ID, Type: r.Type, Display: displayOf(r)}
		}
		gone = slices.DeleteFunc(gone, func(id string) bool { return have[id].Type != "" })
	}
	return have, nil
}
