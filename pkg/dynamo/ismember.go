package dynamo

import (
	"context"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// IsMember implements scim.Store. It reads the group too, which says where its edges are: beside the edges, or
// before them in a tenant with large groups. An edge without a mark of a staged write is a membership.
func (s *Store) IsMember(ctx context.Context, t scim.TenantID, groupID string, ids []string) (map[string]bool, error) {
	if t.IsZero() {
		return nil, scim.ErrNoTenant
	}
	if !storable(groupID) {
		return map[string]bool{}, nil
	}
	for {
		edges, split, err := s.namedEdges(ctx, t, groupID, ids)
		if err != nil {
			return nil, err
		}
		out, st := map[string]bool{}, state{}
		if i := slices.IndexFunc(edges, edge.marked); i >= 0 { // the state is read later than the edges
			it, err := s.getItem(ctx, resourceKey(t, edges[i].groupType, groupID), true)
			if err != nil || it == nil {
				return out, err
			}
			if st = readState(it); st.Split > split {
				continue // edges have moved meanwhile, which happens a few times in the life of a group
			}
		}
		for _, e := range edges {
			if !e.marked() || st.visible(e) {
				out[e.ID] = true
			}
		}
		return out, nil
	}
}

// namedEdges reads the edges to members of a group whose state is not known, as far as the first slots have
// moved. A member that moves meanwhile has an edge in both places: the old one is kept for a minute at least,
// with a mark.
func (s *Store) namedEdges(ctx context.Context, t scim.TenantID, groupID string, ids []string) (edges []edge, split int64, err error) {
	group := resourceKey(t, defaultGroupType, groupID)
	first := make([]key, 0, 1+len(ids))
	first = append(first, group)
	n, _ := s.sharding.get(t)
	if !n.yes {
		for _, id := range ids {
			if storable(id) {
				first = append(first, edgeKey(t, groupID, place{0, id}))
			}
		}
	}
	items, err := s.batchGet(ctx, first)
	if err != nil {
		return nil, 0, err
	}
	st, known := state{Split: allSlots}, false // a group of another type may have shards
	found := make(map[string]bool, len(items))
	for _, it := range items {
		if keyOf(it) == group {
			st, known = readState(it), true
			continue
		}
		e := edgeOf(it)
		edges, found[e.ID] = append(edges, e), !e.marked()
	}
	var places []place
	for _, id := range ids {
		p := st.place(id)
		if n.yes && (p.shard == 0 || !known) {
			places = append(places, place{0, id})
		}
		if p.shard > 0 && !found[id] {
			places = append(places, p)
		}
	}
	if len(places) == 0 {
		return edges, st.Split, nil
	}
	more, err := s.someEdges(ctx, t, groupID, places)
	for _, e := range more {
		edges = append(edges, e)
	}
	return edges, st.Split, err
}
