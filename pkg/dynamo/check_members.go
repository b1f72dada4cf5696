package dynamo

import (
	"context"
)

// memberships compares a page of memberships, as the index of edges by member shows them, with members and groups.
func (c *checker) memberships(ctx context.Context, page []item) error {
	var edges, keys []key
	for _, it := range page { // the index has neither the type of the member nor its name
		edges = append(edges, keyOf(it))
	}
	items, err := c.s.batchRead(ctx, edges, false)
	if err != nil {
		return err
	}
	var all []membership
	for _, it := range items {
		m := membershipOf(it)
		all = append(all, m)
		keys = append(keys, resourceKey(c.t, m.Type, m.ID), resourceKey(c.t, m.groupType, m.groupID))
	}
	c.out.Memberships += len(all)
	if items, err = c.s.batchRead(ctx, keys, false); err != nil {
		return err
	}
	names := make(map[key]string, len(items)) // of what exists
	for _, it := range items {
		names[keyOf(it)] = displayIn(it)
	}
	for _, m := range all {
		f := Fault{Type: m.Type, ID: m.ID}
		name, exists := names[resourceKey(c.t, m.Type, m.ID)]
		_, group := names[resourceKey(c.t, m.groupType, m.groupID)]
		switch {
		case !group:
			f = Fault{Kind: LostGroup, Type: m.groupType, ID: m.groupID}
		case !exists:
			f.Kind = LostMember
		case name != "" && name != m.Display:
			f.Kind = OldName
		default:
			continue
		}
		c.suspect(suspect{Fault: f, edge: m})
	}
	return nil
}

// membership looks again at a membership, and lets the work be done that the stream function has not done: for all
// memberships of the member, or members of the group.
func (c *checker) membership(ctx context.Context, s *suspect) (fault bool, err error) {
	if fault, err = c.broken(ctx, s); !fault || err != nil || !c.o.Repair {
		return fault, err
	}
	consumer := &Consumer{store: c.s}
	if s.Kind == OldName {
		err = consumer.showPresent(ctx, c.t, s.Type, s.ID)
	} else {
		err = consumer.sweepResource(ctx, c.t, s.Type, s.ID)
	}
	if err != nil {
		return true, err
	}
	left, err := c.broken(ctx, s)
	s.Repaired = !left
	return true, err
}

// broken reports whether an edge is one that a reader of the group or of the member sees, and is still at fault. The order of the reads
// keeps a change between them from looking like a fault: the member is read before the edge, the intent of a group that is being
// created before the group, and the edge once more at the end.
func (c *checker) broken(ctx context.Context, s *suspect) (bool, error) {
	m := s.edge
	at := edgeKey(c.t, m.groupID, m.place())
	var items [5]item
	for i, k := range []key{resourceKey(c.t, m.Type, m.ID), at, intentKey(c.t, m.groupID), resourceKey(c.t, m.groupType, m.groupID), at} {
		var err error
		if items[i], err = c.s.getItem(ctx, k, true); err != nil {
			return false, err
		}
	}
	member, edge, intent, group := items[0], items[1], items[2], items[3]
	switch {
	case edge == nil || items[4] == nil:
		return false, nil
	case group == nil: // with an intent it is being created, or the sweeper deletes its edges
		return s.Kind == LostGroup && intent == nil, nil
	case !readState(group).visible(edgeOf(edge)):
		return false, nil
	case member == nil:
		return s.Kind == LostMember, nil
	}
	name := displayIn(member)
	return s.Kind == OldName && name != "" && name != edgeOf(edge).Display, nil
}
