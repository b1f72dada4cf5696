package memory

import (
	"context"
	"strings"
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
	n, old := kind.number(c.ID), state(nil)
	if n != noOne {
		old = kind.state(n)
	}
	if err := kind.check(&c, n, old); err != nil {
		return nil, err
	}
	if c.Remove {
		tn.remove(kind, n, &c)
		return nil, nil
	}
	if err := tn.checkMembers(&c); err != nil {
		return nil, err
	}
	if c.Put == nil && !tn.changesMembers(&c) {
		return kind.one(c.ID, old), nil
	}
	if old == nil {
		kind = tn.made(c.Type)
	}
	next := kind.next(old, &c)
	if old == nil {
		kind.add(next)
	} else {
		kind.put(n, next)
	}
	if c.Put != nil {
		tn.rename(old, next, &c)
	}
	joined, left := tn.changeMembers(&c)
	if tn.feed.kept() {
		e := scim.Entry{Time: c.Now, Own: c.Put != nil, Joined: joined, Left: left, Actor: c.Actor}
		if e.Own {
			tn.feed.groups = tn.groupsOf(tn.feed.groups[:0], c.ID)
			e.Groups = tn.feed.groups
		} else {
			old = nil
		}
		tn.feed.add(kind, old, next, e)
	}
	if c.Put != nil {
		return kind.known(c.ID, c.Put.ExternalID, next.fields()), nil
	}
	return kind.one(c.ID, next), nil
}

// made returns the resources of a type, for one that is about to be added.
func (tn *tenant) made(typ string) *kind {
	k := tn.kinds[typ]
	if k == nil {
		k = &kind{name: strings.Clone(typ), hasher: tn.hasher}
		tn.kinds[k.name] = k
	}
	return k
}

// check returns the error of a change that must not be applied to a resource, which has the number noOne if it is new.
func (k *kind) check(c *scim.Change, n uint32, old state) error {
	switch {
	case c.If == scim.IfAbsent && old != nil:
		return scim.ErrVersion
	case c.If != scim.IfAbsent && old == nil:
		return scim.ErrNotFound
	case c.If > 0 && old.fields().version != c.If:
		return scim.ErrVersion
	}
	if c.Put == nil {
		return nil
	}
	if err := c.CheckSize(scim.MaxResource); err != nil {
		return err
	}
	if old == nil {
		k.fetch(c.Keys)
	}
	for _, key := range c.Keys {
		if !key.Unique {
			continue
		}
		if holder := k.holder(key, n); holder != "" {
			return &scim.TakenError{Attr: key.Attr, ID: holder}
		}
	}
	return nil
}

// remove deletes a resource with its keys and edges. Groups that lose it as a member get a new version.
func (tn *tenant) remove(k *kind, n uint32, c *scim.Change) {
	id, last := c.ID, k.state(n)
	k.drop(n)
	e := scim.Entry{Time: c.Now, Own: true, Actor: c.Actor}
	if g := tn.members[id]; g != nil {
		if tn.feed.kept() {
			e.Left = make([]scim.Member, 0, g.order.n)
			g.order.page("", 0, g.order.n, func(member string) { e.Left = append(e.Left, g.byID[member]) })
		}
		for member := range g.byID {
			leave(tn.groups, member, id)
		}
		delete(tn.members, id)
	}
	o := tn.groups[id]
	delete(tn.groups, id)
	o.each(func(groupID string) {
		g := tn.members[groupID]
		lost := g.byID[id]
		g.order.remove(id)
		delete(g.byID, id)
		if k, group := tn.touch(groupID, c.Now); group != nil && tn.feed.kept() {
			tn.feed.add(k, nil, group, scim.Entry{
				Time: c.Now, Left: []scim.Member{lost}, Cause: scim.Ref{Type: c.Type, ID: id}, Actor: c.Actor,
			})
		}
	})
	if tn.feed.kept() {
		tn.feed.add(k, last, nil, e)
	}
}

// touch sets a new version of a group, which may be of any resource type, and returns both.
func (tn *tenant) touch(groupID string, now time.Time) (*kind, state) {
	for _, k := range tn.kinds {
		if n := k.number(groupID); n != noOne {
			next := k.state(n).touched(now)
			k.put(n, next)
			return k, next
		}
	}
	return nil, nil
}
