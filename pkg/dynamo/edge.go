package dynamo

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// defaultGroupType is the type of a group whose edges name no type.
const defaultGroupType = schema.TypeGroup

// edge is one item of a group's edge collection: a member, and the marks of staged writes. It
// is a membership only if state.visible says so.
type edge struct {
	scim.Member
	added, removed int64  // numbers of staged writes; 0 is none
	shard          int    // of the partition that the edge is in
	epoch          int64  // in which a transaction added it; 0 is before the first
	groupType      string // resource type of the group
}

func (e edge) marked() bool { return e.added != 0 || e.removed != 0 }

func edgeOf(it item) edge {
	e := edge{Member: scim.Member{ID: stringOf(it, attrSK), Type: stringOf(it, attrMemberType), Display: stringOf(it, attrDisplay)},
		added: numberOf(it, attrAdded), removed: numberOf(it, attrRemoved), shard: shardIn(stringOf(it, attrPK)), epoch: numberOf(it, attrEpochAdded), groupType: stringOf(it, attrGroupType)}
	if e.groupType == "" {
		e.groupType = defaultGroupType
	}
	return e
}

// edgeItem is the item of a new edge. op is the staged write that adds it, or 0; epoch is that of the group.
func (cm commit) edgeItem(m scim.Member, shard int, op, epoch int64) item {
	it := edgeKey(cm.t, cm.c.ID, place{shard, m.ID}).item()
	it[attrGPK], it[attrGSK] = str(reversePK(cm.t, shard)), str(reverseSK(m.ID, cm.c.ID))
	it[attrMemberType] = str(m.Type)
	if m.Display != "" {
		it[attrDisplay] = str(m.Display)
	}
	if cm.c.Type != defaultGroupType {
		it[attrGroupType] = str(cm.c.Type)
	}
	if op > 0 {
		it[attrAdded] = num(op)
	}
	if epoch > 0 {
		it[attrEpochAdded] = num(epoch)
	}
	return it
}

// groupItem reads a group of any type: first as a Group, then as the type that its edges name.
// It returns nil if there is no such group.
func (s *Store) groupItem(ctx context.Context, t scim.TenantID, groupID string) (*scim.Resource, error) {
	it, err := s.getItem(ctx, resourceKey(t, defaultGroupType, groupID), true)
	if err != nil {
		return nil, err
	}
	if it != nil {
		return resourceOf(defaultGroupType, it)
	}
	typ, err := s.typeOnEdges(ctx, t, groupID)
	if err != nil || typ == "" || typ == defaultGroupType {
		return nil, err
	}
	if it, err = s.getItem(ctx, resourceKey(t, typ, groupID), true); err != nil || it == nil {
		return nil, err
	}
	return resourceOf(typ, it)
}

// typeOnEdges is the type of a group as one of its edges names it, or "" if there are none.
func (s *Store) typeOnEdges(ctx context.Context, t scim.TenantID, groupID string) (string, error) {
	for shard := range edgeShards {
		in := s.edgeQuery(t, groupID, place{shard, ""})
		in.Limit = aws.Int32(1)
		out, err := s.queryPage(ctx, in)
		if err != nil {
			return "", err
		}
		if len(out.Items) > 0 {
			return edgeOf(out.Items[0]).groupType, nil
		}
	}
	return "", nil
}

// edgeQuery reads the edges in a shard of a group to members after an id.
func (s *Store) edgeQuery(t scim.TenantID, groupID string, after place) *dynamodb.QueryInput {
	in := &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("PK = :p"),
		ExpressionAttributeValues: item{":p": str(edgePK(t, groupID, after.shard))},
	}
	if after.id != "" {
		in.KeyConditionExpression = aws.String("PK = :p AND SK > :a")
		in.ExpressionAttributeValues[":a"] = str(after.id)
	}
	return in
}

// allEdges reads the edges in some shards of a group, with marks and traces.
func (s *Store) allEdges(ctx context.Context, t scim.TenantID, groupID string, shards int) ([]edge, error) {
	return s.edgesIn(ctx, t, groupID, shards, func(edge) bool { return true })
}

// edgesIn is allEdges for those that are wanted.
func (s *Store) edgesIn(ctx context.Context, t scim.TenantID, groupID string, shards int, wanted func(edge) bool) ([]edge, error) {
	parts := make([][]edge, shards)
	err := async.Each(ctx, shards, indices(shards), func(ctx context.Context, n int) error {
		return s.query(ctx, s.edgeQuery(t, groupID, place{n, ""}), func(it item) {
			if e := edgeOf(it); wanted(e) {
				parts[n] = append(parts[n], e)
			}
		})
	})
	if shards == 1 {
		return parts[0], err
	}
	return slices.Concat(parts...), err
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// someEdges reads the edges of a group in some places. Edges that do not exist are missing from the map.
func (s *Store) someEdges(ctx context.Context, t scim.TenantID, groupID string, places []place) (map[place]edge, error) {
	keys := make([]key, 0, len(places))
	for _, p := range places {
		if storable(p.id) {
			keys = append(keys, edgeKey(t, groupID, p))
		}
	}
	items, err := s.batchGet(ctx, keys)
	out := make(map[place]edge, len(items))
	for _, it := range items {
		e := edgeOf(it)
		out[e.place()] = e
	}
	return out, err
}

// storable reports whether an id can be part of a key. No resource has any other id.
func storable(id string) bool {
	return id != "" && len(id) <= maxValue && !strings.Contains(id, "\x00")
}

// delta is what a change does to the edges of a group.
type delta struct {
	add    []scim.Member
	remove []string
	move   []scim.Member  // members whose edges go to another shard, in a staged write
	read   map[place]edge // all edges of the group, if they were read
	shards int            // that were read
}

func (d delta) size() int { return len(d.add) + len(d.remove) }

// all is the number of edges that a staged write marks.
func (d delta) all() int { return d.size() + len(d.move) }

// growth is by how much the number of members changes.
func (d delta) growth() int { return len(d.add) - len(d.remove) }

// delta is the change of edges without duplicates. ClearMembers becomes the removal of those
// edges that are memberships in the given state.
func (cm commit) delta(ctx context.Context, st state) (delta, error) {
	var d delta
	named := make(map[string]bool, len(cm.c.AddMembers))
	for _, m := range cm.c.AddMembers {
		if !named[m.ID] && storable(m.ID) {
			named[m.ID] = true
			d.add = append(d.add, m)
		}
	}
	remove := cm.c.RemoveMembers
	if cm.c.ClearMembers && st.HadMembers {
		d.shards = st.shards()
		edges, err := cm.s.allEdges(ctx, cm.t, cm.c.ID, d.shards)
		if err != nil {
			return d, err
		}
		d.read = byPlace(edges)
		for _, e := range edges {
			if st.visible(e) && !named[e.ID] {
				remove = append(remove[:len(remove):len(remove)], e.ID)
			}
		}
		d.add = slices.DeleteFunc(d.add, func(m scim.Member) bool {
			e, ok := d.read[st.place(m.ID)]
			return ok && st.visible(e)
		})
	}
	for _, id := range remove {
		if storable(id) && !named[id] {
			named[id] = true // once
			d.remove = append(d.remove, id)
		}
	}
	return d, nil
}

// effective leaves out the edges that are already in the requested state.
func (d delta) effective(edges map[place]edge, st state) delta {
	out := delta{move: d.move}
	member := func(id string) bool {
		e, ok := edges[st.place(id)]
		return ok && st.visible(e)
	}
	for _, m := range d.add {
		if !member(m.ID) {
			out.add = append(out.add, m)
		}
	}
	for _, id := range d.remove {
		if member(id) {
			out.remove = append(out.remove, id)
		}
	}
	return out
}
