package dynamo

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/scim"
)

// groupType is the type of a group whose edges do not say another one.
const groupType = "Group"

// edge is one item of a group's collection: a member with the marks of staged writes.
type edge struct {
	scim.Member
	a, r  int64  // see state.visible
	group string // resource type of the group
}

func edgeOf(it item) edge {
	e := edge{Member: scim.Member{ID: textOf(it, attrSK), Type: textOf(it, "ty"), Display: textOf(it, "d")},
		a: numberOf(it, "a"), r: numberOf(it, "r"), group: textOf(it, "gt")}
	if e.group == "" {
		e.group = groupType
	}
	return e
}

// edgeItem is the item of a new edge; a is 0 or the staged write that adds it.
func edgeItem(t scim.TenantID, group, groupID string, m scim.Member, a int64) item {
	it := edgeKey(t, groupID, m.ID).item()
	it[attrGPK], it[attrGSK] = str(reversePK(t)), str(reverseSK(m.ID, groupID))
	it["ty"] = str(m.Type)
	if m.Display != "" {
		it["d"] = str(m.Display)
	}
	if group != groupType {
		it["gt"] = str(group)
	}
	if a > 0 {
		it["a"] = num(a)
	}
	return it
}

// asRead is the condition that an edge is as it was read; nil means that there was none.
func asRead(e *edge, values item) string {
	if e == nil {
		return "attribute_not_exists(PK)"
	}
	mark := func(name string, n int64) string {
		if n == 0 {
			return "attribute_not_exists(" + name + ")"
		}
		values[":was"+name] = num(n)
		return name + " = :was" + name
	}
	return "attribute_exists(PK) AND " + mark("a", e.a) + " AND " + mark("r", e.r)
}

// header reads a group as it stands: whether the type is "Group" or another one with members.
// It returns nil for no group.
func (s *Store) header(ctx context.Context, t scim.TenantID, groupID string) (item, string, error) {
	it, err := s.getItem(ctx, resourceKey(t, groupType, groupID), true)
	if err != nil || it != nil {
		return it, groupType, err
	}
	in := s.edgeQuery(t, groupID, "")
	in.Limit = aws.Int32(1)
	out, err := s.queryPage(ctx, in)
	if err != nil || len(out.Items) == 0 {
		return nil, groupType, err
	}
	typ := edgeOf(out.Items[0]).group
	if typ == groupType {
		return nil, typ, nil
	}
	it, err = s.getItem(ctx, resourceKey(t, typ, groupID), true)
	return it, typ, err
}

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

// allEdges reads the whole collection of a group, marks and all.
func (s *Store) allEdges(ctx context.Context, t scim.TenantID, groupID string) ([]edge, error) {
	var out []edge
	err := s.query(ctx, s.edgeQuery(t, groupID, ""), func(it item) { out = append(out, edgeOf(it)) })
	return out, err
}

// someEdges reads the edges of a group to these members, as far as there are any.
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

// storable tells whether an id can be part of a key at all; no other id exists.
func storable(id string) bool {
	return id != "" && len(id) <= maxValue && !strings.Contains(id, "\x00")
}

// delta is what a change does to the edges of a group.
type delta struct {
	add    []scim.Member
	remove []string
	read   map[string]edge // the edges of the group, where all were read
}

func (d delta) size() int { return len(d.add) + len(d.remove) }

// deltaOf takes out what is named twice, and turns ClearMembers into what it removes.
func (s *Store) deltaOf(ctx context.Context, t scim.TenantID, c scim.Change, cur state) (delta, error) {
	var d delta
	stays := make(map[string]bool, len(c.AddMembers))
	for _, m := range c.AddMembers {
		if !stays[m.ID] && storable(m.ID) {
			stays[m.ID] = true
			d.add = append(d.add, m)
		}
	}
	gone := c.RemoveMembers
	if c.ClearMembers && cur.Had {
		edges, err := s.allEdges(ctx, t, c.ID)
		if err != nil {
			return d, err
		}
		d.read = make(map[string]edge, len(edges))
		for _, e := range edges {
			d.read[e.ID] = e
			if cur.visible(e.a, e.r) && !stays[e.ID] {
				gone = append(gone[:len(gone):len(gone)], e.ID)
			}
		}
		d.add = slices.DeleteFunc(d.add, func(m scim.Member) bool {
			e, ok := d.read[m.ID]
			return ok && cur.visible(e.a, e.r)
		})
	}
	for _, id := range gone {
		if storable(id) && !stays[id] {
			stays[id] = true // once
			d.remove = append(d.remove, id)
		}
	}
	return d, nil
}
