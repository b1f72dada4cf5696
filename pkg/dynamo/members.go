package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Members implements scim.Store.
func (s *Store) Members(ctx context.Context, t scim.TenantID, groupID string, page scim.Page) (scim.MemberList, error) {
	if t.IsZero() {
		return scim.MemberList{}, scim.ErrNoTenant
	}
	if !storable(groupID) {
		return scim.MemberList{}, nil
	}
	group, err := s.groupItem(ctx, t, groupID)
	if err != nil || group == nil {
		return scim.MemberList{}, err
	}
	return s.membersOf(ctx, t, group, page)
}

// membersOf returns members of a group that has been read. It reads the group again after the
// edges: if it is the same, no write came in between, and the edges are one state of the group.
func (s *Store) membersOf(ctx context.Context, t scim.TenantID, group *scim.Resource, page scim.Page) (scim.MemberList, error) {
	for round := range maxRounds {
		st := stateOf(group)
		if !st.HadMembers || st.Count == 0 {
			return scim.MemberList{}, nil
		}
		l, err := s.membersPage(ctx, t, group, page)
		if err != nil {
			return scim.MemberList{}, err
		}
		current, err := s.Get(ctx, t, group.Type, group.ID)
		if errors.Is(err, scim.ErrNotFound) {
			return scim.MemberList{}, nil
		}
		if err != nil {
			return scim.MemberList{}, err
		}
		if group.Version == current.Version && st.Seq == stateOf(current).Seq {
			return l, nil
		}
		group = current
		if err := pause(ctx, round/2); err != nil {
			return scim.MemberList{}, err
		}
	}
	return scim.MemberList{}, &scim.BusyError{RetryAfter: time.Second, Cause: errors.New("dynamo: the group changes faster than it can be read")}
}

// membersPage reads a range of the edges that are memberships in the state of the group.
func (s *Store) membersPage(ctx context.Context, t scim.TenantID, group *scim.Resource, page scim.Page) (scim.MemberList, error) {
	st := stateOf(group)
	l := scim.MemberList{Total: int(st.Count)}
	skip := page.Offset
	in := s.edgeQuery(t, group.ID, page.After)
	if n := page.Limit + skip + 1; n < 1000 {
		in.Limit = aws.Int32(int32(n))
	}
	for {
		out, err := s.queryPage(ctx, in)
		if err != nil {
			return l, err
		}
		for _, it := range out.Items {
			e := edgeOf(it)
			switch {
			case !st.visible(e):
			case skip > 0:
				skip--
			case len(l.Members) == page.Limit:
				l.More = true
				return l, nil
			default:
				l.Members = append(l.Members, e.Member)
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return l, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// IsMember implements scim.Store. It reads the group only if an edge has a mark of a staged
// write; an edge without one is a membership.
func (s *Store) IsMember(ctx context.Context, t scim.TenantID, groupID string, ids []string) (map[string]bool, error) {
	if t.IsZero() {
		return nil, scim.ErrNoTenant
	}
	out := map[string]bool{}
	if !storable(groupID) {
		return out, nil
	}
	edges, err := s.someEdges(ctx, t, groupID, ids)
	if err != nil {
		return nil, err
	}
	var st *state
	for id, e := range edges {
		if e.marked() && st == nil {
			it, err := s.getItem(ctx, resourceKey(t, e.groupType, groupID), true)
			if err != nil {
				return nil, err
			}
			if it == nil {
				return map[string]bool{}, nil
			}
			read := readState(it)
			st = &read
		}
		if !e.marked() || st.visible(e) {
			out[id] = true
		}
	}
	return out, nil
}
