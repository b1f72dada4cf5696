package overlay

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Commit implements scim.Store: it checks what a store checks and returns the version that the
// base would give, but writes to the overlay only. Everything is checked before anything changes.
func (s *Store) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ref := scim.Ref{Type: c.Type, ID: c.ID}
	st, err := s.state(ctx, t, ref)
	if err != nil {
		return nil, err
	}
	old := s.of(t).now(st)
	if err := checkVersion(c.If, old); err != nil {
		return nil, err
	}
	if c.Remove {
		return nil, s.remove(ctx, t, &c, st)
	}
	if err := c.CheckSize(scim.MaxResource); err != nil {
		return nil, err
	}
	if err := s.checkKeys(ctx, t, &c); err != nil {
		return nil, err
	}
	m, err := s.moves(ctx, t, &c)
	if err != nil {
		return nil, err
	}
	if c.Put == nil && len(m.add)+len(m.drop) == 0 {
		return old, nil
	}
	l, err := s.reserve(t, c.ID)
	if err != nil {
		return nil, err
	}
	for _, id := range m.drop {
		l.edge(c.ID, id, nil)
	}
	for _, member := range m.add {
		l.edge(c.ID, member.ID, &member)
	}
	st.after, st.touches, st.keyed = next(&c, old), l.touches[c.ID].n, st.keyed || c.Put != nil
	if c.Put != nil && c.Display != "" {
		st.display = c.Display
	}
	l.docs[ref] = st
	return st.after, nil
}

// checkVersion checks what a change expects of the resource.
func checkVersion(version int64, old *scim.Resource) error {
	switch {
	case version == scim.IfAbsent && old != nil:
		return scim.ErrVersion
	case version != scim.IfAbsent && old == nil:
		return scim.ErrNotFound
	case version > 0 && old.Version != version:
		return scim.ErrVersion
	}
	return nil
}

// checkKeys checks that no other resource holds a unique key of the change.
func (s *Store) checkKeys(ctx context.Context, t scim.TenantID, c *scim.Change) error {
	if c.Put == nil {
		return nil
	}
	for _, key := range c.Keys {
		if !key.Unique {
			continue
		}
		list, err := s.lookup(ctx, t, c.Type, key, scim.Page{Limit: 2})
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

// next is the resource after a change.
func next(c *scim.Change, old *scim.Resource) *scim.Resource {
	var r scim.Resource
	if c.Put != nil {
		r = *c.Put
		r.Keys = c.Keys
	} else {
		r = *old
	}
	r.Type, r.ID, r.LastModified, r.Version = c.Type, c.ID, c.Now, 1
	if old != nil {
		r.Created, r.Version = old.Created, old.Version+1
	}
	return &r
}

// reserve marks resources as changed, unless there are too many then, and returns the layer to
// change them in.
func (s *Store) reserve(t scim.TenantID, ids ...string) (*layer, error) {
	l := s.tenants[t]
	if l == nil {
		l = newLayer()
	}
	n := len(l.changed)
	for _, id := range ids {
		if _, already := l.changed[id]; !already {
			n++
		}
	}
	if s.Limit > 0 && n > s.Limit {
		return nil, ErrLimit
	}
	for _, id := range ids {
		l.changed[id] = struct{}{}
	}
	s.tenants[t] = l
	return l, nil
}

// remove deletes a resource with its edges. The groups that lose it get a new version.
func (s *Store) remove(ctx context.Context, t scim.TenantID, c *scim.Change, st *state) error {
	of, err := s.memberOf(ctx, t, []string{c.ID})
	if err != nil {
		return err
	}
	groups := of[c.ID]
	members, err := s.everyMember(ctx, t, c.ID, 0)
	if err != nil {
		return err
	}
	l, err := s.reserve(t, append([]string{c.ID}, groups...)...)
	if err != nil {
		return err
	}
	for _, g := range groups {
		l.edge(g, c.ID, nil)
		l.touches[g] = touches{n: l.touches[g].n + 1, last: c.Now}
	}
	for _, m := range members {
		l.edge(c.ID, m.ID, nil)
	}
	st.after, st.keyed = nil, true
	l.docs[scim.Ref{Type: c.Type, ID: c.ID}] = st
	return nil
}
