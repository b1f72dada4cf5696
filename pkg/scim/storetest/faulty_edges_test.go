package storetest_test

import (
	"context"
	"errors"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

func (s *faulty) Members(ctx context.Context, t scim.TenantID, groupID string, page scim.Page) (scim.MemberList, error) {
	if err := s.enter(ctx, t, "reads"); err != nil {
		return scim.MemberList{}, err
	}
	defer s.mu.Unlock()
	return s.members(t, groupID, page, "Members crosses tenants"), nil
}

func (s *faulty) members(t scim.TenantID, groupID string, page scim.Page, crossing string) scim.MemberList {
	var all []scim.Member
	for _, d := range s.reach(t, crossing) {
		for _, m := range d.edges[groupID] {
			if name := d.names[m.ID]; name != "" && !s.is("members not renamed") {
				m.Display = name
			}
			if s.is("rename crosses tenants") {
				for _, o := range s.tenants {
					if name := o.names[m.ID]; name != "" {
						m.Display = name
					}
				}
			}
			if s.is("type of members lost") {
				m.Type = "User"
			}
			if s.is("display of members lost") {
				m.Display = ""
			}
			all = append(all, m)
		}
	}
	if s.is("members unordered") {
		slices.Reverse(all)
	}
	if own := s.of(t).edges[groupID]; len(own) <= page.Limit && s.is("returned members change when one joins") {
		all = own
	}
	l := s.stateOf(t, groupID)
	l.Members, l.Total, l.More = cut(s, all, page, func(m scim.Member) string { return m.ID })
	return l
}

func (s *faulty) IsMember(ctx context.Context, t scim.TenantID, groupID string, ids []string) (map[string]bool, error) {
	if err := s.enter(ctx, t, "reads"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	if len(ids) == 0 && s.is("IsMember of no ids is an error") {
		return nil, errors.New("syntax error")
	}
	if s.is("IsMember of a hundred ids at most") {
		ids = ids[:min(len(ids), 100)]
	}
	out := map[string]bool{}
	for _, d := range s.reach(t, "IsMember crosses tenants") {
		for _, id := range ids {
			if s.is("IsMember says false of others") && !out[id] {
				out[id] = false
			}
			if s.in(d, groupID, id) || s.is("IsMember of any group") && len(s.groups(d, id)) > 0 {
				out[id] = true
			}
		}
	}
	return out, nil
}

func (s *faulty) in(d *data, groupID, id string) bool {
	return slices.ContainsFunc(d.edges[groupID], func(m scim.Member) bool { return m.ID == id })
}

func (s *faulty) MemberOf(ctx context.Context, t scim.TenantID, ids []string) (map[string][]string, error) {
	if err := s.enter(ctx, t, "reads"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return s.memberOf(t, ids, "MemberOf crosses tenants"), nil
}

func (s *faulty) memberOf(t scim.TenantID, ids []string, crossing string) map[string][]string {
	if s.is("MemberOf of a hundred ids at most") {
		ids = ids[:min(len(ids), 100)]
	}
	out := map[string][]string{}
	for _, d := range s.reach(t, crossing) {
		for _, id := range ids {
			if groups := s.groups(d, id); len(groups) > 0 {
				out[id] = append(out[id], groups...)
			}
		}
	}
	if s.is("MemberOf of no group is an empty list") {
		for _, id := range ids {
			out[id] = append([]string{}, out[id]...)
		}
	}
	for id, groups := range out {
		switch {
		case s.is("MemberOf descending"):
			slices.Reverse(groups)
		case s.is("MemberOf cut after three"):
			out[id] = groups[:min(3, len(groups))]
		case s.is("MemberOf of the first id only") && id != ids[0]:
			delete(out, id)
		}
	}
	return out
}

// groups are the groups of a resource, ascending.
func (s *faulty) groups(d *data, id string) (groups []string) {
	for g := range d.edges {
		if s.in(d, g, id) {
			groups = append(groups, g)
		}
	}
	slices.Sort(groups)
	return groups
}

func (s *faulty) GetWithGroups(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, []string, error) {
	if err := s.enter(ctx, t, "abilities"); err != nil {
		return nil, nil, err
	}
	defer s.mu.Unlock()
	r, err := s.get(t, scim.Ref{Type: typ, ID: id}, "GetWithGroups crosses tenants")
	return r, s.memberOf(t, []string{id}, "groups of GetWithGroups cross tenants")[id], err
}

// stateOf has the group that the members of it are of.
func (s *faulty) stateOf(t scim.TenantID, groupID string) (l scim.MemberList) {
	for ref, r := range s.of(t).docs {
		if ref.ID == groupID {
			l.Group = r.Resource
		}
	}
	if l.Missing = l.Group == nil || s.is("a group is missing that is there"); !l.Missing && s.is("members beside another state of the group") {
		older := *l.Group
		older.Version = 1
		l.Group = &older
	}
	return l
}

func (s *faulty) ListWithGroups(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, map[string][]string, error) {
	if t.IsZero() && s.is("zero tenant accepted by abilities") {
		return scim.List{}, nil, nil
	}
	l, err := s.List(ctx, t, typ, page)
	return l, s.groupsOfList(t, l, "groups of ListWithGroups cross tenants"), err
}

func (s *faulty) LookupWithGroups(ctx context.Context, t scim.TenantID, typ string, key scim.IndexKey, page scim.Page) (scim.List, map[string][]string, error) {
	l, err := s.Lookup(ctx, t, typ, key, page)
	return l, s.groupsOfList(t, l, "groups of LookupWithGroups cross tenants"), err
}

func (s *faulty) groupsOfList(t scim.TenantID, l scim.List, crossing string) map[string][]string {
	var ids []string
	for _, r := range l.Resources {
		if r != nil {
			ids = append(ids, r.ID)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.memberOf(t, ids, crossing)
}

func (s *faulty) MembersOf(ctx context.Context, t scim.TenantID, groups []*scim.Resource, limit int) (map[string]scim.MemberList, error) {
	if err := s.enter(ctx, t, "abilities"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	out := map[string]scim.MemberList{}
	for _, g := range groups {
		out[g.ID] = s.members(t, g.ID, scim.Page{Limit: limit}, "MembersOf crosses tenants")
	}
	return out, nil
}

func (s *faulty) Nested(ctx context.Context, t scim.TenantID) (bool, error) {
	if err := s.enter(ctx, t, "abilities"); err != nil {
		return false, err
	}
	defer s.mu.Unlock()
	if s.is("Nested of another tenant") {
		for _, d := range s.tenants {
			if d.id != t {
				t = d.id
				break
			}
		}
	}
	for _, members := range s.of(t).edges {
		if slices.ContainsFunc(members, func(m scim.Member) bool { return m.Type != "User" }) {
			return !s.is("Nested never"), nil
		}
	}
	return false, nil
}
