package dynamo

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// The methods of scim.EdgeReader. Each asks at the same time for what does not depend on
// another answer, and returns when no question is open.

// maxMemberOf is the number of ids that MemberOf takes.
const maxMemberOf = 1000

// membersAtOnce bounds the groups whose members are read at the same time.
const membersAtOnce = 16

// GetWithGroups implements scim.EdgeReader in one round trip: the item beside the reverse index.
func (s *Store) GetWithGroups(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, []string, error) {
	if t.IsZero() {
		return nil, nil, scim.ErrNoTenant
	}
	groups := async.Start(func() (map[string][]string, error) { return s.MemberOf(ctx, t, []string{id}) })
	defer func() { _, _ = groups() }() // on every path
	r, err := s.Get(ctx, t, typ, id)
	if err != nil {
		return nil, nil, err
	}
	byID, err := groups()
	if err != nil {
		return nil, nil, err
	}
	return r, byID[id], nil
}

// ListWithGroups implements scim.EdgeReader: as soon as it is known where the page begins, the
// page is read beside a range of the reverse index. Members that the range does not reach are
// asked for when the page is known.
func (s *Store) ListWithGroups(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, map[string][]string, error) {
	if t.IsZero() {
		return scim.List{}, nil, scim.ErrNoTenant
	}
	reached := func() (membershipRange, error) { return membershipRange{}, nil }
	defer func() { _, _ = reached() }() // on every path
	l := listing{s: s, t: t, typ: typ, page: page}
	out, err := l.run(ctx, func(after string) {
		reached = async.Start(func() (membershipRange, error) { return s.membershipsAfter(ctx, t, after, page.Limit) })
	})
	if err != nil {
		return scim.List{}, nil, err
	}
	r, err := reached()
	if err != nil {
		return scim.List{}, nil, err
	}
	groups := groupsOf(out, r.groups)
	if r.end != "" {
		rest, err := s.groupsFrom(ctx, t, out, r.end)
		if err != nil {
			return scim.List{}, nil, err
		}
		maps.Copy(groups, rest)
	}
	return out, groups, nil
}

// groupsFrom returns the groups of the resources in a list whose ids are not below first.
func (s *Store) groupsFrom(ctx context.Context, t scim.TenantID, l scim.List, first string) (map[string][]string, error) {
	var ids []string
	for _, r := range l.Resources {
		if r.ID >= first {
			ids = append(ids, r.ID)
		}
	}
	return s.memberOfAll(ctx, t, ids)
}

// LookupWithGroups implements scim.EdgeReader: the index names the ids, and then the resources
// are read beside the reverse index.
func (s *Store) LookupWithGroups(ctx context.Context, t scim.TenantID, typ string, k scim.IndexKey, page scim.Page) (scim.List, map[string][]string, error) {
	if t.IsZero() {
		return scim.List{}, nil, scim.ErrNoTenant
	}
	found, err := s.idsOf(ctx, t, typ, k, page)
	if err != nil || len(found.ids) == 0 {
		return scim.List{Total: found.total, More: found.more}, nil, err
	}
	groups := async.Start(func() (map[string][]string, error) { return s.memberOfAll(ctx, t, found.ids) })
	defer func() { _, _ = groups() }() // on every path
	l, err := s.readFound(ctx, t, typ, k, found)
	if err != nil {
		return scim.List{}, nil, err
	}
	all, err := groups()
	if err != nil {
		return scim.List{}, nil, err
	}
	return l, groupsOf(l, all), nil
}

// MembersOf implements scim.EdgeReader: Members of many groups at the same time, without the
// first read of each group.
func (s *Store) MembersOf(ctx context.Context, t scim.TenantID, groups []*scim.Resource, limit int) (map[string]scim.MemberList, error) {
	if t.IsZero() {
		return nil, scim.ErrNoTenant
	}
	var mu sync.Mutex
	out := make(map[string]scim.MemberList, len(groups))
	err := async.Each(ctx, min(membersAtOnce, s.o.Parallel), groups, func(ctx context.Context, g *scim.Resource) error {
		l, err := s.membersOf(ctx, t, g, scim.Page{Limit: limit})
		mu.Lock()
		defer mu.Unlock()
		out[g.ID] = l
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// memberOfAll is MemberOf for any number of ids.
func (s *Store) memberOfAll(ctx context.Context, t scim.TenantID, ids []string) (map[string][]string, error) {
	out := map[string][]string{}
	for part := range slices.Chunk(ids, maxMemberOf) {
		groups, err := s.MemberOf(ctx, t, part)
		if err != nil {
			return nil, err
		}
		maps.Copy(out, groups)
	}
	return out, nil
}

// groupsOf returns the groups of the resources in a list.
func groupsOf(l scim.List, all map[string][]string) map[string][]string {
	out := make(map[string][]string, len(l.Resources))
	for _, r := range l.Resources {
		if groups := all[r.ID]; len(groups) > 0 {
			out[r.ID] = groups
		}
	}
	return out
}
