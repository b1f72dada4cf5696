package memory

import (
	"context"
	"slices"
	"strings"
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
	at := place{c.Type, c.ID}
	old := tn.entries[at]
	if err := tn.check(c, old); err != nil {
		return nil, err
	}
	if c.Remove {
		tn.remove(at, old, c.Now)
		return nil, nil
	}
	if c.Put == nil && !tn.changesMembers(c) {
		return old.resource, nil
	}
	next := *cond(c.Put, old)
	next.Type, next.ID, next.LastModified, next.Version = c.Type, c.ID, c.Now, 1
	keys := c.Keys
	if old != nil {
		next.Created, next.Version = old.resource.Created, old.resource.Version+1
		if c.Put == nil {
			keys = old.keys
		}
	}
	if c.Put != nil {
		keys = tn.reindex(at, old, keys)
	}
	tn.entries[at] = &entry{resource: &next, keys: keys}
	if old == nil {
		if tn.types[c.Type] == nil {
			tn.types[c.Type] = &order{}
		}
		tn.types[c.Type].insert(c.ID)
	}
	tn.changeMembers(c)
	return &next, nil
}

func cond(put *scim.Resource, old *entry) *scim.Resource {
	if put != nil {
		return put
	}
	return old.resource
}

func (tn *tenant) check(c scim.Change, old *entry) error {
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
	for _, k := range c.Keys {
		if !k.Unique {
			continue
		}
		o := tn.index[attribute{c.Type, k.Attr}][k.Value]
		holder := ""
		o.page("", 0, 2, func(id string) {
			if id != c.ID {
				holder = id
			}
		})
		if holder != "" {
			return &scim.TakenError{Attr: k.Attr, ID: holder}
		}
	}
	return nil
}

// join puts an id into the set under a key.
func join[K comparable](m map[K]set, k K, id string) { m[k] = m[k].with(id) }

// leave takes it out; an empty set goes.
func leave[K comparable](m map[K]set, k K, id string) {
	s, ok := m[k]
	if !ok {
		return
	}
	if s = s.without(id); s.size() == 0 {
		delete(m, k)
	} else {
		m[k] = s
	}
}

// reindex moves a resource from its old keys to the new ones. It gives the new keys with
// values of their own: those that come in may be slices of a whole request body.
func (tn *tenant) reindex(at place, old *entry, keys []scim.IndexKey) []scim.IndexKey {
	var had []scim.IndexKey
	if old != nil {
		had = old.keys
	}
	for _, k := range had {
		if !slices.Contains(keys, k) {
			leave(tn.index[attribute{at.typ, k.Attr}], k.Value, at.id)
		}
	}
	own := make([]scim.IndexKey, len(keys))
	for i, k := range keys {
		if j := slices.Index(had, k); j >= 0 {
			own[i] = had[j]
			continue
		}
		k.Value = strings.Clone(k.Value)
		own[i] = k
		values := tn.index[attribute{at.typ, k.Attr}]
		if values == nil {
			values = map[string]set{}
			tn.index[attribute{at.typ, k.Attr}] = values
		}
		join(values, k.Value, at.id)
	}
	return own
}

// remove deletes a resource with its keys and edges; groups that lost it get a new version.
func (tn *tenant) remove(at place, old *entry, now time.Time) {
	tn.reindex(at, old, nil)
	delete(tn.entries, at)
	tn.types[at.typ].remove(at.id)
	if g := tn.members[at.id]; g != nil {
		for id := range g.byID {
			leave(tn.groups, id, at.id)
		}
		delete(tn.members, at.id)
	}
	o := tn.groups[at.id]
	delete(tn.groups, at.id)
	o.page("", 0, o.size(), func(groupID string) {
		g := tn.members[groupID]
		g.order.remove(at.id)
		delete(g.byID, at.id)
		tn.touch(groupID, now)
	})
}

// touch gives a group a new version, whatever resource type it has.
func (tn *tenant) touch(groupID string, now time.Time) {
	for typ := range tn.types {
		e := tn.entries[place{typ, groupID}]
		if e == nil {
			continue
		}
		next := *e.resource
		next.Version++
		next.LastModified = now
		tn.entries[place{typ, groupID}] = &entry{resource: &next, keys: e.keys}
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
		g = &group{byID: map[string]scim.Member{}}
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
		join(tn.groups, m.ID, c.ID)
	}
}
