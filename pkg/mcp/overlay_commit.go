package mcp

import (
	"context"
	"errors"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Commit implements scim.Store: the rules of a store, and the versions that it would give, but
// nothing is stored.
func (o *overlay) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	old, err := o.Get(ctx, t, c.Type, c.ID)
	if err != nil && !errors.Is(err, scim.ErrNotFound) {
		return nil, err
	}
	if err := o.check(ctx, t, &c, old); err != nil {
		return nil, err
	}
	if c.Remove {
		return nil, o.remove(ctx, t, &c, old)
	}
	moved, err := o.moveMembers(ctx, t, &c)
	if err != nil {
		return nil, err
	}
	if c.Put == nil && !moved {
		return old, nil
	}
	next := *either(c.Put, old)
	next.Type, next.ID, next.LastModified, next.Version = c.Type, c.ID, c.Now, 1
	if old != nil {
		next.Created, next.Version = old.Created, old.Version+1
	}
	if c.Put != nil {
		next.Keys = c.Keys
	}
	return &next, o.put(ref{c.Type, c.ID}, old, &next, c.Put != nil)
}

func either(put, old *scim.Resource) *scim.Resource {
	if put != nil {
		return put
	}
	return old
}

func (o *overlay) check(ctx context.Context, t scim.TenantID, c *scim.Change, old *scim.Resource) error {
	switch {
	case c.If == scim.IfAbsent && old != nil:
		return scim.ErrVersion
	case c.If != scim.IfAbsent && old == nil:
		return scim.ErrNotFound
	case c.If > 0 && old.Version != c.If:
		return scim.ErrVersion
	case c.Put == nil:
		return nil
	}
	for _, key := range c.Keys {
		if !key.Unique {
			continue
		}
		list, err := o.Lookup(ctx, t, c.Type, key, scim.Page{Limit: 2})
		if err != nil {
			return err
		}
		for _, r := range list.Resources {
			if r.ID != c.ID {
				return &scim.TakenError{Attr: key.Attr, ID: r.ID}
			}
		}
	}
	return nil
}

// put keeps the next state of a resource.
func (o *overlay) put(k ref, before, after *scim.Resource, keyed bool) error {
	if l := o.docs[k]; l != nil {
		l.after, l.keyed = after, l.keyed || keyed
		return nil
	}
	if len(o.docs) >= o.most {
		return errTooWide
	}
	o.docs[k] = &layer{before: before, after: after, keyed: keyed}
	return nil
}

// remove takes a resource out of its groups, which move on by a version, and its members
// out of it.
func (o *overlay) remove(ctx context.Context, t scim.TenantID, c *scim.Change, old *scim.Resource) error {
	of, err := o.MemberOf(ctx, t, []string{c.ID})
	if err != nil {
		return err
	}
	for _, g := range of[c.ID] {
		group, err := o.Get(ctx, t, "Group", g)
		if errors.Is(err, scim.ErrNotFound) {
			continue // an edge may outlive its group for a moment
		}
		if err != nil {
			return err
		}
		o.edge(g, c.ID, nil)
		next := *group
		next.Version, next.LastModified = group.Version+1, c.Now
		if err := o.put(ref{"Group", g}, group, &next, false); err != nil {
			return err
		}
	}
	members, err := o.Members(ctx, t, c.ID, scim.Page{Limit: o.most + 1})
	if err != nil {
		return err
	}
	if len(members.Members) > o.most {
		return errTooWide
	}
	for _, m := range members.Members {
		o.edge(c.ID, m.ID, nil)
	}
	return o.put(ref{c.Type, c.ID}, old, nil, true)
}

func (o *overlay) edge(group, member string, m *scim.Member) {
	if o.edges[group] == nil {
		o.edges[group] = map[string]*scim.Member{}
	}
	o.edges[group][member] = m
}

// moveMembers changes the edges of a group and tells whether one did change.
func (o *overlay) moveMembers(ctx context.Context, t scim.TenantID, c *scim.Change) (bool, error) {
	gone := c.RemoveMembers
	stays := map[string]bool{}
	for _, m := range c.AddMembers {
		stays[m.ID] = true
	}
	if c.ClearMembers {
		list, err := o.Members(ctx, t, c.ID, scim.Page{Limit: o.most + len(stays) + 1})
		if err != nil {
			return false, err
		}
		if list.More {
			return false, errTooWide
		}
		gone = nil
		for _, m := range list.Members {
			if !stays[m.ID] {
				gone = append(gone, m.ID)
			}
		}
	}
	ids := make([]string, 0, len(gone)+len(stays))
	ids = append(ids, gone...)
	for _, m := range c.AddMembers {
		ids = append(ids, m.ID)
	}
	if len(ids) == 0 {
		return false, nil
	}
	is, err := o.IsMember(ctx, t, c.ID, ids)
	if err != nil {
		return false, err
	}
	moved := false
	for _, id := range gone {
		if is[id] && !stays[id] {
			o.edge(c.ID, id, nil)
			moved = true
		}
	}
	for _, m := range c.AddMembers {
		if !is[m.ID] {
			o.edge(c.ID, m.ID, &m)
			moved = true
		}
	}
	return moved, nil
}
