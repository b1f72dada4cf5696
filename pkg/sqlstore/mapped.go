package sqlstore

import (
	"context"
	"errors"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Mapped is a scim.Store whose resources of some types are rows of the application's tables. All others,
// groups among them unless they are mapped, are in the tables of this package, and groups have rows as members. It
// is safe for concurrent use; see Database.Map.
//
// A row shows what the application writes, at once: in look-ups, filters and the ETag, which is made
// from the content. Rows that the application inserts need nothing of SCIM's. Rows that it deletes leave
// their groups at the next Sweep.
type Mapped struct {
	db    *Database
	own   *Store
	types map[string]*mapping
	edges *edges // of groups that are rows; nil if there are none
}

var (
	_ scim.Store       = (*Mapped)(nil)
	_ scim.BatchGetter = (*Mapped)(nil)
	_ scim.Nester      = (*Mapped)(nil)
)

// Get implements scim.Store.
func (s *Mapped) Get(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, error) {
	m := s.types[typ]
	if m == nil {
		return s.own.Get(ctx, t, typ, id)
	}
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	return m.get(ctx, s.db, t, id)
}

// GetMany implements scim.BatchGetter.
func (s *Mapped) GetMany(ctx context.Context, t scim.TenantID, refs []scim.Ref) ([]*scim.Resource, error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	var rest []scim.Ref
	by := map[*mapping][]string{}
	for _, ref := range refs {
		if m := s.types[ref.Type]; m != nil {
			by[m] = append(by[m], ref.ID)
		} else {
			rest = append(rest, ref)
		}
	}
	out, err := s.own.GetMany(ctx, t, rest)
	for m, ids := range by {
		if err != nil {
			return nil, err
		}
		var some []*scim.Resource
		some, err = m.getMany(ctx, s.db, t, ids)
		out = append(out, some...)
	}
	return out, err
}

// List implements scim.Store. Its total counts the rows of the tenant, if the page does not follow
// another one.
func (s *Mapped) List(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, error) {
	m := s.types[typ]
	if m == nil {
		return s.own.List(ctx, t, typ, page)
	}
	if err := usable(ctx, t); err != nil {
		return scim.List{}, err
	}
	return m.list(ctx, t, page)
}

// Lookup implements scim.Store. It costs the size of its whole answer, not of the page.
func (s *Mapped) Lookup(ctx context.Context, t scim.TenantID, typ string, key scim.IndexKey, page scim.Page) (scim.List, error) {
	m := s.types[typ]
	if m == nil {
		return s.own.Lookup(ctx, t, typ, key, page)
	}
	if err := usable(ctx, t); err != nil {
		return scim.List{}, err
	}
	all, err := m.lookup(ctx, s.db, t, key)
	if err != nil {
		return scim.List{}, err
	}
	return cut(all, page), nil
}

// cut is a page of all resources that a query holds, which are in order.
func cut(all []*scim.Resource, page scim.Page) scim.List {
	l := scim.List{Total: len(all)}
	from := min(page.Offset, len(all))
	for page.After != "" && from < len(all) && all[from].ID <= page.After {
		from++
	}
	to := min(from+page.Limit, len(all))
	l.Resources, l.More = all[from:to], to < len(all)
	return l
}

// Members implements scim.Store.
func (s *Mapped) Members(ctx context.Context, t scim.TenantID, groupID string, page scim.Page) (scim.MemberList, error) {
	if err := usable(ctx, t); err != nil {
		return scim.MemberList{}, err
	}
	if s.edges != nil {
		if l, known, err := s.edges.list(ctx, t, groupID, page); known || err != nil {
			return l, err
		}
	}
	l, err := s.own.Members(ctx, t, groupID, page)
	if err == nil {
		err = s.nameRows(ctx, t, l.Members)
	}
	return l, err
}

// nameRows gives members that are rows their present names, which the application may have changed since they joined.
func (s *Mapped) nameRows(ctx context.Context, t scim.TenantID, members []scim.Member) error {
	for typ, m := range s.types {
		var ids []string
		for _, member := range members {
			if member.Type == typ {
				ids = append(ids, member.ID)
			}
		}
		rows, err := m.getMany(ctx, s.db, t, ids)
		if err != nil {
			return err
		}
		names := make(map[string]string, len(rows))
		for _, r := range rows {
			names[r.ID] = nameIn(r)
		}
		for i, member := range members {
			if name, ok := names[member.ID]; ok && member.Type == typ {
				members[i].Display = name
			}
		}
	}
	return nil
}

// IsMember implements scim.Store.
func (s *Mapped) IsMember(ctx context.Context, t scim.TenantID, groupID string, ids []string) (map[string]bool, error) {
	out, err := s.own.IsMember(ctx, t, groupID, ids)
	if err != nil || s.edges == nil {
		return out, err
	}
	found, err := s.edges.among(ctx, s.db, t, groupID, ids)
	for _, id := range found {
		out[id] = true
	}
	return out, err
}

// MemberOf implements scim.Store.
func (s *Mapped) MemberOf(ctx context.Context, t scim.TenantID, ids []string) (map[string][]string, error) {
	out, err := s.own.MemberOf(ctx, t, ids)
	if err != nil || s.edges == nil {
		return out, err
	}
	found, err := s.edges.groupsOf(ctx, s.db, t, ids)
	for id, groups := range out {
		found[id] = slices.Sorted(slices.Values(append(found[id], groups...)))
	}
	return found, err
}

// Nested implements scim.Nester.
func (s *Mapped) Nested(ctx context.Context, t scim.TenantID) (bool, error) {
	return s.own.Nested(ctx, t)
}

// Commit implements scim.Store.
func (s *Mapped) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	m := s.types[c.Type]
	if m == nil {
		return s.own.commit(ctx, t, c, s.types)
	}
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	if m.has == nil && (c.ClearMembers || len(c.AddMembers)+len(c.RemoveMembers) > 0) {
		return nil, errors.New("sqlstore: a row of the application has no members")
	}
	var out *scim.Resource
	err := s.db.Write(ctx, t, func(tx *Tx) (err error) {
		w := &rowCommit{commit: commit{Tx: tx, tenant: t.String(), c: &c, t: t}, m: m}
		if out, err = w.run(ctx); err != nil {
			return err
		}
		return w.writeEntries(ctx)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
