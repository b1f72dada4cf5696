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
	g := tn.members[groupID]
	if g == nil {
		return scim.MemberList{}, nil
	}
	l := scim.MemberList{Total: g.order.n}
	l.More = g.order.page(page.After, page.Offset, page.Limit, func(id string) {
		l.Members = append(l.Members, g.byID[id])
	})
	return l, nil
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
	for _, id := range ids {
		if o := tn.groups[id]; o.size() > 0 {
			if out == nil {
				out = map[string][]string{}
			}
			list := make([]string, 0, o.size())
			o.each(func(g string) { list = append(list, g) })
			out[id] = list
		}
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
