package dynamo

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

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
	epoch          int64  // in which a transaction added it; 0 is before the first
	groupType      string // resource type of the group
}

func (e edge) marked() bool { return e.added != 0 || e.removed != 0 }

func edgeOf(it item) edge {
	e := edge{Member: scim.Member{ID: stringOf(it, attrSK), Type: stringOf(it, attrMemberType), Display: stringOf(it, attrDisplay)},
		added: numberOf(it, attrAdded), removed: numberOf(it, attrRemoved), epoch: numberOf(it, attrEpochAdded), groupType: stringOf(it, attrGroupType)}
	if e.groupType == "" {
		e.groupType = defaultGroupType
	}
	return e
}

// edgeItem is the item of a new edge. op is the staged write that adds it, or 0; epoch is that of the group.
func (cm commit) edgeItem(m scim.Member, op, epoch int64) item {
	it := edgeKey(cm.t, cm.c.ID, m.ID).item()
	it[attrGPK], it[attrGSK] = str(reversePK(cm.t)), str(reverseSK(m.ID, cm.c.ID))
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
	in := s.edgeQuery(t, groupID, "")
	in.Limit = aws.Int32(1)
	out, err := s.queryPage(ctx, in)
	if err != nil || len(out.Items) == 0 {
		return nil, err
	}
	typ := edgeOf(out.Items[0]).groupType
	if typ == defaultGroupType {
		return nil, nil
	}
	if it, err = s.getItem(ctx, resourceKey(t, typ, groupID), true); err != nil || it == nil {
		return nil, err
	}
	return resourceOf(typ, it)
}

// edgeQuery reads the edges of a group to members after an id.
func (s *Store) edgeQuery(t scim.TenantID, groupID, after string) *dynamodb.QueryInput {
	in := &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("PK = :p"),
		ExpressionAttributeValues: item{":p": str(edgePK(t, groupID))},
	}
	if after != "" {
		in.KeyConditionExpression = aws.String("PK = :p AND SK > :a")
		in.ExpressionAttributeValues[":a"] = str(after)
	}
	return in
}

// allEdges reads the whole edge collection of a group, with marks.
func (s *Store) allEdges(ctx context.Context, t scim.TenantID, groupID string) ([]edge, error) {
	var out []edge
	err := s.query(ctx, s.edgeQuery(t, groupID, ""), func(it item) { out = append(out, edgeOf(it)) })
	return out, err
}

// someEdges reads the edges of a group to some members, by member id. Edges that do not exist
// are missing from the map.
func (s *Store) someEdges(ctx context.Context, t scim.TenantID, groupID string, ids []string) (map[string]edge, error) {
	keys := make([]key, 0, len(ids))
	for _, id := range ids {
		if storable(id) {
			keys = append(keys, edgeKey(t, groupID, id))
		}
	}
	items, err := s.batchGet(ctx, keys)
	out := make(map[string]edge, len(items))
	for _, it := range items {
		e := edgeOf(it)
		out[e.ID] = e
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
	read   map[string]edge // all edges of the group by member id, if they were read
}

func (d delta) size() int { return len(d.add) + len(d.remove) }

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
		edges, err := cm.s.allEdges(ctx, cm.t, cm.c.ID)
		if err != nil {
			return d, err
		}
		d.read = make(map[string]edge, len(edges))
		for _, e := range edges {
			d.read[e.ID] = e
			if st.visible(e) && !named[e.ID] {
				remove = append(remove[:len(remove):len(remove)], e.ID)
			}
		}
		d.add = slices.DeleteFunc(d.add, func(m scim.Member) bool {
			e, ok := d.read[m.ID]
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
func (d delta) effective(edges map[string]edge, st state) delta {
	var out delta
	member := func(id string) bool {
		e, ok := edges[id]
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
