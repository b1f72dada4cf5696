package overlay

import (
	"context"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Members implements scim.Store. Total is -1 for a group whose members the overlay has changed.
func (s *Store) Members(ctx context.Context, t scim.TenantID, groupID string, page scim.Page) (scim.MemberList, error) {
	if err := usable(ctx, t); err != nil {
		return scim.MemberList{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	list, err := s.members(ctx, t, groupID, page)
	list.Group, list.Missing = nil, false // they are those of the base
	if l := s.of(t); len(l.docs) > 0 {
		list.Members = l.named(list.Members)
	}
	return list, err
}

// named shows the members that the overlay has renamed under their new names.
func (l *layer) named(members []scim.Member) []scim.Member {
	out := slices.Clone(members) // the base may share it
	for i, m := range out {
		if st := l.docs[scim.Ref{Type: m.Type, ID: m.ID}]; st != nil && st.display != "" {
			out[i].Display = st.display
		}
	}
	return out
}

func (s *Store) members(ctx context.Context, t scim.TenantID, groupID string, page scim.Page) (scim.MemberList, error) {
	own := s.of(t).edges[groupID]
	if len(own) == 0 {
		return s.base.Members(ctx, t, groupID, page)
	}
	wide := scim.Page{After: page.After, Limit: page.Offset + page.Limit + len(own) + 1}
	list, err := s.base.Members(ctx, t, groupID, wide)
	if err != nil {
		return list, err
	}
	all := make([]scim.Member, 0, len(list.Members)+len(own))
	for _, m := range list.Members {
		if _, changed := own[m.ID]; !changed {
			all = append(all, m)
		}
	}
	for id, m := range own {
		if m != nil && id > page.After {
			all = append(all, *m)
		}
	}
	slices.SortFunc(all, func(a, b scim.Member) int { return strings.Compare(a.ID, b.ID) })
	out := scim.MemberList{Total: -1}
	out.Members, out.More = cut(all, page)
	out.More = out.More || list.More
	return out, nil
}

// pageSize is how many members are read at a time where all are needed.
const pageSize = 1000

// everyMember reads all members of a group. More than Limit and spare together are ErrLimit.
func (s *Store) everyMember(ctx context.Context, t scim.TenantID, groupID string, spare int) ([]scim.Member, error) {
	page := scim.Page{Limit: pageSize}
	if s.Limit > 0 {
		page.Limit = min(pageSize, s.Limit+spare+1)
	}
	var all []scim.Member
	for {
		list, err := s.members(ctx, t, groupID, page)
		if err != nil {
			return nil, err
		}
		all = append(all, list.Members...)
		if s.Limit > 0 && len(all) > s.Limit+spare {
			return nil, ErrLimit
		}
		if !list.More || len(list.Members) == 0 {
			return all, nil
		}
		page.After = all[len(all)-1].ID
	}
}

// IsMember implements scim.Store.
func (s *Store) IsMember(ctx context.Context, t scim.TenantID, groupID string, ids []string) (map[string]bool, error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.isMember(ctx, t, groupID, ids)
}

func (s *Store) isMember(ctx context.Context, t scim.TenantID, groupID string, ids []string) (map[string]bool, error) {
	is, err := s.base.IsMember(ctx, t, groupID, ids)
	if err != nil {
		return nil, err
	}
	own := s.of(t).edges[groupID]
	out := map[string]bool{}
	for _, id := range ids {
		in := is[id]
		if m, changed := own[id]; changed {
			in = m != nil
		}
		if in {
			out[id] = true
		}
	}
	return out, nil
}

// MemberOf implements scim.Store.
func (s *Store) MemberOf(ctx context.Context, t scim.TenantID, ids []string) (map[string][]string, error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.memberOf(ctx, t, ids)
}

func (s *Store) memberOf(ctx context.Context, t scim.TenantID, ids []string) (map[string][]string, error) {
	of, err := s.base.MemberOf(ctx, t, ids)
	l := s.of(t)
	if err != nil || len(l.edges) == 0 {
		return of, err
	}
	out := map[string][]string{}
	for _, id := range ids {
		if groups := l.groups(id, of[id]); len(groups) > 0 {
			out[id] = groups
		}
	}
	return out, nil
}

// groups applies the overlay's edges to the groups that a resource has in the base.
func (l *layer) groups(id string, inBase []string) []string {
	groups := slices.Clone(inBase)
	for g, members := range l.edges {
		m, changed := members[id]
		at, in := slices.BinarySearch(groups, g)
		switch {
		case changed && m == nil && in:
			groups = slices.Delete(groups, at, at+1)
		case changed && m != nil && !in:
			groups = slices.Insert(groups, at, g)
		}
	}
	return groups
}
