package memory

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Members implements scim.Store.
func (s *Store) Members(ctx context.Context, t scim.TenantID, groupID string, page scim.Page) (scim.MemberList, error) {
	tn, err := s.read(ctx, t)
	if err != nil {
		return scim.MemberList{}, err
	}
	defer tn.mu.RUnlock()
	l := scim.MemberList{Group: tn.groupOf(groupID)}
	l.Missing = l.Group == nil
	g := tn.members[groupID]
	if g == nil {
		return l, nil
	}
	l.Total = g.order.n
	l.More = g.order.page(page.After, page.Offset, page.Limit, func(id string) {
		l.Members = append(l.Members, g.byID[id])
	})
	return l, nil
}

// groupOf is a group, which may be of any resource type, or nil.
func (tn *tenant) groupOf(id string) *scim.Resource {
	for _, k := range tn.kinds {
		if state := k.of(id); state != nil {
			return k.one(id, state)
		}
	}
	return nil
}

// IsMember implements scim.Store.
func (s *Store) IsMember(ctx context.Context, t scim.TenantID, groupID string, ids []string) (map[string]bool, error) {
	tn, err := s.read(ctx, t)
	if err != nil {
		return nil, err
	}
	defer tn.mu.RUnlock()
	out := map[string]bool{}
	if g := tn.members[groupID]; g != nil {
		for _, id := range ids {
			if _, ok := g.byID[id]; ok {
				out[id] = true
			}
		}
	}
	return out, nil
}

// MemberOf implements scim.Store.
func (s *Store) MemberOf(ctx context.Context, t scim.TenantID, ids []string) (map[string][]string, error) {
	tn, err := s.read(ctx, t)
	if err != nil {
		return nil, err
	}
	defer tn.mu.RUnlock()
	var out map[string][]string
	var all []string // the lists, one after the other: alone they were 107 of the 148 allocations of a page of 100 users
	for i, id := range ids {
		o := tn.groups[id]
		if o.size() == 0 {
			continue
		}
		if out == nil { // where one is in a group, most of those after it are, too
			out, all = make(map[string][]string, len(ids)-i), make([]string, 0, len(ids)-i)
		}
		from := len(all)
		o.each(func(g string) { all = append(all, g) })
		out[id] = all[from:len(all):len(all)]
	}
	return out, nil
}

// Nested implements scim.Nester.
func (s *Store) Nested(ctx context.Context, t scim.TenantID) (bool, error) {
	tn, err := s.read(ctx, t)
	if err != nil {
		return false, err
	}
	defer tn.mu.RUnlock()
	return tn.nested, nil
}
