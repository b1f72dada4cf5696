package dynamo

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Members implements scim.Store.
func (s *Store) Members(ctx context.Context, t scim.TenantID, groupID string, page scim.Page) (scim.MemberList, error) {
	if t.IsZero() {
		return scim.MemberList{}, scim.ErrNoTenant
	}
	if !storable(groupID) {
		return scim.MemberList{Missing: true}, nil
	}
	group, err := s.groupItem(ctx, t, groupID)
	if err != nil || group == nil {
		return scim.MemberList{Missing: err == nil}, err
	}
	l, err := s.membersOf(ctx, t, group, page)
	if l.Group == nil && !l.Missing {
		l.Group = group
	}
	return l, err
}

// quietRounds is how often a group is read in the hope that it does not change meanwhile.
const quietRounds = 2

// membersOf returns members of a group that has been read. It reads the group again after the
// edges: if it is the same, no write came in between, and the edges are one state of the group. A
// group that changes is read as it was at one moment (snapshot.go).
func (s *Store) membersOf(ctx context.Context, t scim.TenantID, group *scim.Resource, page scim.Page) (scim.MemberList, error) {
	var wait async.Budget
	given := group
	for round := 0; ; round++ {
		epoch := int64(0)
		if round >= quietRounds {
			begun, err := s.beginEpoch(ctx, resourceKey(t, group.Type, group.ID), group.Type)
			if err != nil {
				return scim.MemberList{}, err
			}
			if begun != nil {
				group, epoch = begun, stateOf(begun).Epoch
			}
		}
		var other *scim.Resource // than the one that was given
		if group != given {
			other = group
		}
		st := stateOf(group)
		if !st.HadMembers || st.Count == 0 {
			return scim.MemberList{Group: other}, nil
		}
		l, err := s.membersPage(ctx, t, group, reading{page, epoch})
		if err != nil {
			return scim.MemberList{}, err
		}
		current, err := s.Get(ctx, t, group.Type, group.ID)
		if errors.Is(err, scim.ErrNotFound) {
			return scim.MemberList{Missing: true}, nil
		}
		if err != nil {
			return scim.MemberList{}, err
		}
		if st.Seq == stateOf(current).Seq && (group.Version == current.Version || epoch > 0 && s.inUse(st)) {
			l.Group = other
			return l, nil
		}
		group = current
		if !wait.Left(ctx) {
			return scim.MemberList{}, &scim.BusyError{RetryAfter: time.Second, Cause: errors.New("dynamo: the group changes faster than it can be read")}
		}
		if err := pause(ctx, min(round/2, maxRounds)); err != nil {
			return scim.MemberList{}, err
		}
	}
}

// inUse reports whether removals have left traces up to now, since the epoch of the state began.
func (s *Store) inUse(st state) bool {
	return s.o.Now().Before(st.EpochUntil.Add(epochUse - epochLife))
}

// reading is what is read of the edges of a group: a page, at the beginning of an epoch or, if that is 0,
// as they are.
type reading struct {
	scim.Page
	epoch int64
}

// edgeRange are members that were read in order, from after one id up to another; last is "" at the end.
type edgeRange struct {
	members     []scim.Member
	after, last string
}

// membersPage reads a range of the edges that are memberships in the state of the group.
func (s *Store) membersPage(ctx context.Context, t scim.TenantID, group *scim.Resource, r reading) (scim.MemberList, error) {
	st := stateOf(group)
	l := scim.MemberList{Total: int(st.Count)}
	read, err := s.edgeRange(ctx, t, group, r)
	if err != nil {
		return l, err
	}
	if r.epoch > 0 {
		if read.members, err = s.withTraces(ctx, t, group.ID, read, r.epoch); err != nil {
			return l, err
		}
	}
	from := min(r.Offset, len(read.members))
	to := min(from+r.Limit, len(read.members))
	l.More = to < len(read.members)
	if from < to {
		l.Members = read.members[from:to:to]
	}
	return l, nil
}

// edgeRange reads one membership more than the page shows.
func (s *Store) edgeRange(ctx context.Context, t scim.TenantID, group *scim.Resource, r reading) (edgeRange, error) {
	st, want := stateOf(group), r.Offset+r.Limit+1
	out := edgeRange{after: r.After}
	m := s.merge(t, group.ID, cmp.Or(r.After, firstMember), st.shards())
	m.limit(want)
	for {
		e, ok, err := m.next(ctx)
		if err != nil || !ok {
			return out, err
		}
		if !st.visible(e) || r.epoch > 0 && e.epoch >= r.epoch {
			continue
		}
		if out.members = append(out.members, e.Member); len(out.members) == want {
			out.last = e.ID
			return out, nil
		}
	}
}
