package memory

import (
	"context"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Commit implements scim.Store. Everything is checked before anything is changed.
func (s *Store) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	tn := s.tenant(t)
	tn.mu.Lock()
	defer tn.mu.Unlock()
	kind := tn.kind(c.Type)
	e := kind.entries[c.ID]
	if err := kind.check(c, e); err != nil {
		return nil, err
	}
	if c.Remove {
		tn.remove(kind, e, c.Now)
		return nil, nil
	}
	if c.Put == nil && !tn.changesMembers(c) {
		return e.resource, nil
	}
	if e == nil {
		e = tn.insert(c.Type, c.ID)
		kind = tn.kinds[c.Type]
	}
	e.change(c)
	if c.Put != nil {
		kind.reindex(e, c.Keys)
	}
	tn.changeMembers(c)
	return e.resource, nil
}

// insert makes the place of a new resource.
func (tn *tenant) insert(typ, id string) *entry {
	k := tn.kinds[typ]
	if k == nil {
		k = &kind{entries: map[string]*entry{}, index: map[hash]set{}, hasher: tn.hasher}
		tn.kinds[typ] = k
	}
	e := &entry{id: id}
	k.entries[id] = e
	k.order.insert(id)
	return e
}

// change gives the resource its next state. What was handed out before stays as it was.
func (e *entry) change(c scim.Change) {
	old := e.resource
	next := *cond(c.Put, old)
	next.Type, next.ID, next.LastModified, next.Version = c.Type, e.id, c.Now, 1
	if old != nil {
		next.Created, next.Version = old.Created, old.Version+1
	}
	e.resource = &next
}

func cond(put, old *scim.Resource) *scim.Resource {
	if put != nil {
		return put
	}
	return old
}

func (k *kind) check(c scim.Change, old *entry) error {
	switch {
	case c.If == scim.IfAbsent && old != nil:
		return scim.ErrVersion
	case c.If != scim.IfAbsent && old == nil:
		return scim.ErrNotFound
	case c.If > 0 && old.resource.Version != c.If:
		return scim.ErrVersion
	}
	if c.Put == nil {
		return nil
	}
	for _, key := range c.Keys {
		if !key.Unique {
			continue
		}
		if holder := k.holder(key, c.ID); holder != "" {
			return &scim.TakenError{Attr: key.Attr, ID: holder}
		}
	}
	return nil
}

// remove deletes a resource with its keys and edges; groups that lost it get a new version.
func (tn *tenant) remove(k *kind, e *entry, now time.Time) {
	id := e.id
	k.reindex(e, nil)
	delete(k.entries, id)
	k.order.remove(id)
	if g := tn.members[id]; g != nil {
		for member := range g.byID {
			leave(tn.groups, member, id)
		}
		delete(tn.members, id)
	}
	o := tn.groups[id]
	delete(tn.groups, id)
	o.page("", 0, o.size(), func(groupID string) {
		g := tn.members[groupID]
		g.order.remove(id)
		delete(g.byID, id)
		tn.touch(groupID, now)
	})
}

// touch gives a group a new version, whatever resource type it has.
func (tn *tenant) touch(groupID string, now time.Time) {
	for _, k := range tn.kinds {
		if e := k.entries[groupID]; e != nil {
			next := *e.resource
			next.Version++
			next.LastModified = now
			e.resource = &next
		}
	}
}

// changesMembers tells whether a change of edges has any effect.
func (tn *tenant) changesMembers(c scim.Change) bool {
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
	return c.ClearMembers && len(g.byID) > len(c.AddMembers)
}

func (tn *tenant) changeMembers(c scim.Change) {
	if !c.ClearMembers && len(c.AddMembers) == 0 && len(c.RemoveMembers) == 0 {
		return
	}
	g := tn.members[c.ID]
	if g == nil {
		g = &group{id: c.ID, byID: map[string]scim.Member{}}
		tn.members[c.ID] = g
	}
	drop := func(id string) {
		if _, ok := g.byID[id]; ok {
			g.order.remove(id)
			delete(g.byID, id)
			leave(tn.groups, id, c.ID)
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
		g.byID[m.ID] = m
		g.order.insert(m.ID)
		join(tn.groups, m.ID, &g.id)
	}
}
