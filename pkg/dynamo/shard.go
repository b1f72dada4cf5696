package dynamo

import (
	"context"
	"strings"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// The edges of a large group are in several partitions of the table (M#<group>#0 to #2), and their entries
// of the index in several partitions of the index (R#0 to R#2): one partition key takes 1,000 write units
// a second. All other edges are in M#<group>#0 and R#0.
//
// Members have 256 slots, by a hash of their id. The group item says how many slots, from the first, have
// moved to the shards (sp). So there is one place for each edge in each state of the group. sp grows in
// a staged write, which marks the edges of these slots as removed in their old place and as added in the
// new one: its switch moves them at once. Groups that are created large have all slots in the shards.
//
// ADR 0028 has the reasons for the number of shards, and for leaving small groups as they are.

const (
	// edgeShards is the number of shards of a large group, and of the index in a tenant with one. An
	// edge in shard n of its group is in shard n of the index.
	edgeShards = 3
	// allSlots is the number of slots.
	allSlots = 256
	// defaultLargeGroup is the number of members from which a group is large.
	defaultLargeGroup = 10_000
)

// place is where an edge is: the shard of its group, and the id of the member.
type place struct {
	shard int
	id    string
}

// slotOf returns the slot of a member. The bits of hashOf are mixed, because its upper ones depend
// little on the last characters.
func slotOf(id string) int {
	h := hashOf(id)
	return int((h ^ h>>32) * 0x9E3779B97F4A7C15 >> 56)
}

// shardOf is the shard of a member in a group whose slots have all moved.
func shardOf(id string) int { return slotOf(id) % edgeShards }

// placeIn is the place of an edge in a group of which the first slots have moved.
func placeIn(split int64, id string) place {
	if n := slotOf(id); int64(n) < split {
		return place{n % edgeShards, id}
	}
	return place{0, id}
}

// place is where the edge of a member is in this state of the group.
func (s state) place(id string) place { return placeIn(s.Split, id) }

// shards is how many partitions of the table may have edges of the group.
func (s state) shards() int {
	if s.Split > 0 {
		return edgeShards
	}
	return 1
}

func (e edge) place() place { return place{e.shard, e.ID} }

// shardIn reads the number of the shard from the partition key of an edge.
func shardIn(pk string) int {
	n := 0
	for _, c := range pk[strings.LastIndexByte(pk, '#')+1:] {
		n = n*10 + int(c-'0')
	}
	return n
}

// hasShards reports whether the index of a tenant may have shards. It reads the table unless that is
// known.
func (s *Store) hasShards(ctx context.Context, t scim.TenantID) (bool, error) {
	if n, _ := s.sharding.get(t); n.yes {
		return true, nil
	}
	it, err := s.getItem(ctx, shardedKey(t), true)
	if err == nil {
		s.sharding.set(t, nested{yes: it != nil, until: s.o.Now().Add(notNestedFor)})
	}
	return it != nil, err
}

// indexShards is how many partitions of the index have to be read for the groups of members. A process
// trusts for a minute that the tenant has no large group, as with groups in groups. While it does not know,
// it reads all, and beside that asks: the caller waits for that before it returns.
func (s *Store) indexShards(ctx context.Context, t scim.TenantID) (n int, wait func()) {
	if n, ok := s.sharding.get(t); ok && (n.yes || s.o.Now().Before(n.until)) {
		if n.yes {
			return edgeShards, func() {}
		}
		return 1, func() {}
	}
	asked := async.Start(func() (item, error) { return s.getItem(ctx, shardedKey(t), false) })
	return edgeShards, func() {
		if it, err := asked(); err == nil {
			s.sharding.set(t, nested{yes: it != nil, until: s.o.Now().Add(notNestedFor)})
		}
	}
}

// markSharded records permanently that the index of the tenant has shards, before the first entry is in one.
func (s *Store) markSharded(ctx context.Context, t scim.TenantID) error {
	if n, _ := s.sharding.get(t); n.yes {
		return nil
	}
	err := s.putItem(ctx, shardedKey(t).item(), expression{})
	if err == nil {
		s.sharding.set(t, nested{yes: true})
	}
	return err
}

// mayShard reports whether builds that do not know shards refuse the table, or at least the tenant: such a
// build would miss members.
func (s *Store) mayShard(ctx context.Context, t scim.TenantID) (bool, error) {
	if n, _ := s.sharding.get(t); n.yes {
		return true, nil
	}
	for _, k := range []key{settingsKey(t), versionKey()} {
		it, err := s.getItem(ctx, k, true)
		if err = ignoreDenied(err); err != nil {
			return false, err
		}
		if numberOf(it, attrNeeds) >= needsOfShards {
			return true, nil
		}
	}
	return false, nil
}

// splitFor is how many slots of the group are in shards after a staged write, which makes it have up to
// size members. A group that is small enough moves as a whole. A larger one is from before there were shards:
// it moves in parts of half that size, if its edges have been read anyhow.
func (w *write) splitFor(ctx context.Context, size int) (int64, error) {
	st := w.after
	if w.continues() {
		return max(w.before.Lease.Split, st.Split), nil
	}
	if st.Split >= allSlots || size < w.s.o.LargeGroup {
		return st.Split, nil
	}
	to := int64(allSlots)
	switch large := int64(w.s.o.LargeGroup); {
	case w.spreads:
		to = min(to, st.Split+max(1, allSlots*large/4/max(st.Count, 1)))
	case st.Count > 2*large && w.delta.read == nil:
		return st.Split, nil
	case st.Count > 2*large:
		to = min(to, st.Split+max(1, allSlots*large/2/st.Count))
	}
	if may, err := w.s.mayShard(ctx, w.t); err != nil || !may {
		return st.Split, err
	}
	return to, nil
}

// planSplit decides how many slots are in shards after a staged write.
func (w *write) planSplit(ctx context.Context) (err error) {
	size := max(int(w.after.Count), len(w.delta.add))
	if !w.c.ClearMembers {
		size = int(w.after.Count) + len(w.delta.add)
	}
	if w.split, err = w.splitFor(ctx, size); err != nil || w.split == w.after.Split {
		return err
	}
	return w.s.markSharded(ctx, w.t)
}

// moves reports whether a staged write moves the edges of some slots.
func (w *write) moves() bool { return w.split > w.after.Split }

// planMoves finds the edges that a staged write moves to the shards. It reads them while the write has its lease:
// until then, other writers may add edges in places that the write is about to give up.
func (w *write) planMoves(ctx context.Context) error {
	if !w.moves() || !stateOf(w.cur).HadMembers {
		return nil
	}
	if !w.c.ClearMembers || w.delta.shards < edgeShards { // a change that clears has read them, at the version of its lease
		edges, err := w.s.edgesIn(ctx, w.t, w.c.ID, edgeShards, w.needed)
		if err != nil {
			return err
		}
		w.delta.read, w.delta.shards = byPlace(edges), edgeShards
	}
	gone := make(map[string]bool, len(w.delta.remove))
	for _, id := range w.delta.remove {
		gone[id] = true
	}
	for p, e := range w.delta.read {
		if p == w.after.place(p.id) && p != placeIn(w.split, p.id) && !gone[p.id] && !isTrace(e) && w.after.visible(e) {
			w.delta.move = append(w.delta.move, e.Member)
		}
	}
	return nil
}

// needed reports whether a staged write needs an edge: one that moves edges alone needs those of their slots.
func (w *write) needed(e edge) bool {
	n := int64(slotOf(e.ID))
	return !w.spreads || w.after.Split <= n && n < w.split
}

func byPlace(edges []edge) map[place]edge {
	out := make(map[place]edge, len(edges))
	for _, e := range edges {
		out[e.place()] = e
	}
	return out
}

// markMoved moves an edge: it marks the edge in its old place as removed, and puts one into the new
// place that is marked as added.
func (w *write) markMoved(ctx context.Context, m scim.Member, edges map[place]edge) error {
	from, to := edges[w.after.place(m.ID)], placeIn(w.split, m.ID)
	if from.removed != w.lease.Op {
		if err := w.markRemoved(ctx, from.place(), &from); err != nil {
			return err
		}
	}
	was := edgeAt(edges, to)
	if was != nil && was.added == w.lease.Op && was.removed == 0 {
		return nil
	}
	return w.markAdded(ctx, m, to, was)
}

func edgeAt(edges map[place]edge, p place) *edge {
	if e, ok := edges[p]; ok {
		return &e
	}
	return nil
}
