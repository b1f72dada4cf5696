package dynamo

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// tombstoneLife is how long it is known that a resource was removed. Its end lets the sweeper
// look once more for edges that the index had not shown.
const tombstoneLife = 24 * time.Hour

// remove deletes a resource with its index items, and the edges on both sides of it. What
// does not fit the transaction follows behind it; the sweeper does what is interrupted.
func (s *Store) remove(ctx context.Context, t scim.TenantID, c scim.Change, cur *scim.Resource) error {
	st := stateOf(cur)
	var own []edge
	if st.Had {
		var err error
		if own, err = s.allEdges(ctx, t, c.ID); err != nil {
			return err
		}
	}
	groups, err := s.memberships(ctx, t, []string{c.ID})
	if err != nil {
		return err
	}
	keys := keyChanges(cur.Keys, nil)
	base := s.removal(t, c, cur, keys)
	room := maxActions - len(base)
	ownNow := min(len(own), room)
	groupsNow := min(len(groups), (room-ownNow)/2)
	skipped, err := s.sendRemoval(ctx, t, c, base, own[:ownNow], groups[:groupsNow])
	if err != nil {
		return err
	}
	if err := s.releaseOverflow(ctx, t, c, keys); err != nil {
		return err
	}
	if err := s.deleteEdges(ctx, t, c.ID, own[ownNow:]); err != nil {
		return err
	}
	return s.leaveGroups(ctx, t, c, append(skipped, groups[groupsNow:]...))
}

// removal are the actions that take the resource itself away.
func (s *Store) removal(t scim.TenantID, c scim.Change, cur *scim.Resource, keys keyChange) []types.TransactWriteItem {
	values := item{":v": num(cur.Version)}
	cond := "attribute_exists(PK) AND v = :v AND " + stateOf(cur).unchanged(values)
	stone := tombstoneKey(t, c.Type, c.ID).item()
	maps.Copy(stone, item{"at": num(c.Now.UnixMilli()), "ttl": num(s.o.Now().Add(tombstoneLife).Unix())})
	return append([]types.TransactWriteItem{
		{Delete: &types.Delete{TableName: &s.table, Key: resourceKey(t, c.Type, c.ID).item(), ConditionExpression: &cond,
			ExpressionAttributeNames: stateOf(cur).names(), ExpressionAttributeValues: values,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}},
		{Put: &types.Put{TableName: &s.table, Item: stone}},
	}, keys.actions(s, t, c)...)
}

// sendRemoval sends the transaction. Groups that are just being changed otherwise are left
// out and returned.
func (s *Store) sendRemoval(ctx context.Context, t scim.TenantID, c scim.Change, base []types.TransactWriteItem, own []edge, groups []membership) (skipped []membership, err error) {
	for {
		actions := append([]types.TransactWriteItem(nil), base...)
		for _, e := range own {
			actions = append(actions, types.TransactWriteItem{Delete: &types.Delete{TableName: &s.table, Key: edgeKey(t, c.ID, e.ID).item()}})
		}
		first := len(actions)
		for _, m := range groups {
			actions = append(actions, s.leaveActions(t, c, m)...)
		}
		err := s.transact(ctx, actions)
		var r *refused
		if !errors.As(err, &r) {
			return skipped, err
		}
		if now, no := r.now[0]; no {
			if now == nil {
				return nil, scim.ErrNotFound
			}
			return nil, &stale{now: now}
		}
		var rest []membership
		for i, m := range groups {
			_, edgeNo := r.now[first+2*i]
			_, headerNo := r.now[first+2*i+1]
			if edgeNo || headerNo {
				skipped = append(skipped, m)
			} else {
				rest = append(rest, m)
			}
		}
		if len(rest) == len(groups) {
			return nil, err
		}
		groups = rest
	}
}

// leaveActions takes a member out of a group that is at rest.
func (s *Store) leaveActions(t scim.TenantID, c scim.Change, m membership) []types.TransactWriteItem {
	return []types.TransactWriteItem{
		{Delete: &types.Delete{TableName: &s.table, Key: edgeKey(t, m.groupID, c.ID).item(), ConditionExpression: aws.String("attribute_exists(PK)")}},
		{Update: &types.Update{TableName: &s.table, Key: resourceKey(t, m.group, m.groupID).item(),
			UpdateExpression:          aws.String("SET v = v + :one, lm = :now, mc = mc - :one"),
			ConditionExpression:       aws.String("attribute_exists(PK) AND attribute_not_exists(pend)"),
			ExpressionAttributeValues: item{":one": num(1), ":now": num(c.Now.UnixMilli())}}},
	}
}

// leaveGroups takes a removed member out of groups, one change each.
func (s *Store) leaveGroups(ctx context.Context, t scim.TenantID, c scim.Change, groups []membership) error {
	return async.Each(ctx, s.o.Parallel, groups, func(ctx context.Context, m membership) error {
		_, err := s.Commit(ctx, t, scim.Change{Type: m.group, ID: m.groupID, If: scim.IfAny, Now: c.Now, RemoveMembers: []string{c.ID}})
		if errors.Is(err, scim.ErrNotFound) { // an edge that outlived its group
			return s.deleteItem(ctx, edgeKey(t, m.groupID, c.ID))
		}
		return err
	})
}

// deleteEdges deletes edges of a group that is gone: nobody can add to them any more.
func (s *Store) deleteEdges(ctx context.Context, t scim.TenantID, groupID string, edges []edge) error {
	return async.Each(ctx, s.o.Parallel, edges, func(ctx context.Context, e edge) error {
		return s.deleteItem(ctx, edgeKey(t, groupID, e.ID))
	})
}
