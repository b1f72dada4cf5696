package memory

import (
	"context"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Commit implements scim.Store. It checks everything before it changes anything.
func (s *Store) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	if err := usable(ctx, t); err != nil {
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
		tn.remove(kind, e, &c)
		return nil, nil
	}
	if err := tn.checkMembers(c); err != nil {
		return nil, err
	}
	if c.Put == nil && !tn.changesMembers(c) {
		return e.resource, nil
	}
	if e == nil {
		e = tn.insert(c.Type, c.ID)
		kind = tn.kinds[c.Type]
	}
	old := e.resource
	if c.Put != nil {
		kind.reindex(e, c.Keys)
	}
	kind.change(e, c)
	if c.Put != nil {
		tn.rename(e, c)
	}
	joined, left := tn.changeMembers(c)
	if tn.feed.kept() {
		entry := scim.Entry{Time: c.Now, Type: c.Type, ID: e.id, Own: c.Put != nil, After: e.resource, Joined: joined, Left: left, Actor: c.Actor}
		if entry.Own {
			entry.Before, entry.Groups = old, tn.groupsOf(e.id)
		}
		tn.feed.add(entry)
	}
	return e.resource, nil
}

// insert adds the entry of a new resource, still without content.
func (tn *tenant) insert(typ, id string) *entry {
	k := tn.kinds[typ]
	if k == nil {
		k = &kind{entries: map[string]*entry{}, index: newIndex(), hasher: tn.hasher}
		tn.kinds[typ] = k
	}
	e := &entry{id: id}
	e.number = k.index.one.add(e)
	k.entries[id] = e
	k.order.insert(id)
	return e
}

// change sets the next state of the resource. States returned before remain as they are.
func (k *kind) change(e *entry, c scim.Change) {
	old := e.resource
	next := *orOld(c.Put, old)
	next.ExternalID = k.own(e, next.ExternalID)
	next.Type, next.ID, next.LastModified, next.Version = c.Type, e.id, c.Now, 1
	if old != nil {
		next.Created, next.Version = old.Created, old.Version+1
	}
	e.resource = &next
}

func orOld(put, old *scim.Resource) *scim.Resource {
	if put != nil {
		return put
	}
	return old
}

// check returns the error of a change that must not be applied.
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
	if err := c.CheckSize(scim.MaxResource); err != nil {
		return err
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

// remove deletes a resource with its keys and edges. Groups that lose it as a member get a new version.
func (tn *tenant) remove(k *kind, e *entry, c *scim.Change) {
	id := e.id
	delete(tn.names, id)
	k.reindex(e, nil)
	k.index.one.drop(e.number)
	delete(k.entries, id)
	k.order.remove(id)
	entry := scim.Entry{Time: c.Now, Type: c.Type, ID: id, Own: true, Before: e.resource, Actor: c.Actor}
	if g := tn.members[id]; g != nil {
		if tn.feed.kept() {
			entry.Left = make([]scim.Member, 0, g.order.n)
			g.order.page("", 0, g.order.n, func(member string) { entry.Left = append(entry.Left, g.byID[member]) })
		}
		for member := range g.byID {
			leave(tn.groups, member, id)
		}
		delete(tn.members, id)
	}
	o := tn.groups[id]
	delete(tn.groups, id)
	o.page("", 0, o.size(), func(groupID string) {
		g := tn.members[groupID]
		lost := g.byID[id]
		g.order.remove(id)
		delete(g.byID, id)
		if group := tn.touch(groupID, c.Now); group != nil && tn.feed.kept() {
			tn.feed.add(scim.Entry{Time: c.Now, Type: group.Type, ID: groupID, After: group, Left: []scim.Member{lost},
				Cause: scim.Ref{Type: c.Type, ID: id}, Actor: c.Actor})
		}
	})
	if tn.feed.kept() {
		tn.feed.add(entry)
	}
}

// touch sets a new version of a group, which may be of any resource type, and returns it.
func (tn *tenant) touch(groupID string, now time.Time) *scim.Resource {
	for _, k := range tn.kinds {
		if e := k.entries[groupID]; e != nil {
			next := *e.resource
			next.Version++
			next.LastModified = now
			e.resource = &next
			return &next
		}
	}
	return nil
}
