package dynamo

import (
	"context"
	"slices"
	"sync"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// FindMembers implements scim.MemberFinder. Its reads are eventually consistent, at half the price: all
// users of a tenant share the 3,000 read units a second of one partition key, and Commit reads the members
// once more. Those that this does not find are read again with strong consistency.
func (s *Store) FindMembers(ctx context.Context, t scim.TenantID, group scim.Ref, typ string, ids []string) ([]scim.Member, error) {
	if t.IsZero() {
		return nil, scim.ErrNoTenant
	}
	out, err := s.stagedMembers(ctx, t, group, typ, ids)
	if err != nil {
		return nil, err
	}
	found := make(map[string]bool, len(ids))
	for _, consistent := range []bool{false, true} {
		for _, m := range out {
			found[m.ID] = true
		}
		rest := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return found[id] || !storable(id) })
		more, err := s.readMembers(ctx, t, typ, rest, consistent)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// readMembers reads resources, of which it keeps what an edge has.
func (s *Store) readMembers(ctx context.Context, t scim.TenantID, typ string, ids []string, consistent bool) ([]scim.Member, error) {
	var mu sync.Mutex
	out := make([]scim.Member, 0, len(ids))
	err := async.Each(ctx, s.o.Parallel, slices.Collect(slices.Chunk(ids, batchSize)), func(ctx context.Context, part []string) error {
		keys := make([]key, len(part))
		for i, id := range part {
			keys[i] = resourceKey(t, typ, id)
		}
		items, err := s.batchGetPart(ctx, keys, consistent)
		mu.Lock()
		defer mu.Unlock()
		for _, it := range items {
			out = append(out, scim.Member{ID: stringOf(it, attrSK), Type: typ, Display: displayIn(it)})
		}
		return err
	})
	return out, err
}

// stagedMembers are those of the ids that a staged write of the group has added which ran out of time. Their
// edges keep the names that they had then, so that the repeated change is the same one.
func (s *Store) stagedMembers(ctx context.Context, t scim.TenantID, group scim.Ref, typ string, ids []string) ([]scim.Member, error) {
	if !storable(group.ID) {
		return nil, nil
	}
	it, err := s.getItem(ctx, resourceKey(t, group.Type, group.ID), true)
	if err != nil || it == nil {
		return nil, err
	}
	l := readState(it).Lease
	if l == nil || !l.Parked {
		return nil, nil
	}
	edges, err := s.allEdges(ctx, t, group.ID, edgeShards)
	if err != nil {
		return nil, err
	}
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	var out []scim.Member
	for _, e := range edges {
		if e.added == l.Op && e.Type == typ && wanted[e.ID] {
			delete(wanted, e.ID)
			out = append(out, e.Member)
		}
	}
	return out, nil
}
