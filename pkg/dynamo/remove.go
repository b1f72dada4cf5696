package dynamo

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// tombstoneLife is how long a tombstone is kept. When it expires, the sweeper looks once more
// for edges that the index did not show at the time of the removal.
const tombstoneLife = 24 * time.Hour

// removal is one attempt to delete a resource.
type removal struct {
	commit
	base   []types.TransactWriteItem // the resource item first, its tombstone, its index items
	edges  []edge                    // of the resource as a group, as far as they fit
	groups []membership              // of the resource as a member, as far as they fit
}

// removeAndVoid deletes a resource, and beside that voids the bookmarks that count it. The
// consumer of the stream voids them once more after the removal, so a failure here only delays it.
func (cm commit) removeAndVoid(ctx context.Context, cur *scim.Resource) error {
	voided := async.Start(func() (struct{}, error) { return struct{}{}, cm.s.advanceGeneration(ctx, cm.t, cm.c.Type) })
	defer func() {
		_, err := voided()
		cm.s.unanswered(ctx, "void the bookmarks", err)
	}()
	return cm.remove(ctx, cur)
}

// remove deletes a resource with its index items and the edges on both sides of it. What does
// not fit into the transaction follows after it and does not change the answer; the sweeper completes
// what fails. It also finds the edges that others add after this has read them, because it looks for
// edges once the resource item is gone.
func (cm commit) remove(ctx context.Context, cur *scim.Resource) error {
	var edges []edge
	if stateOf(cur).HadMembers {
		var err error
		if edges, err = cm.s.allEdges(ctx, cm.t, cm.c.ID, stateOf(cur).shards()); err != nil {
			return err
		}
	}
	shards, wait := cm.s.indexShards(ctx, cm.t)
	defer wait()
	groups, err := cm.s.memberships(ctx, cm.t, []string{cm.c.ID}, shards)
	if err != nil {
		return err
	}
	keys := keyChanges(cur.Keys, nil)
	cm.cause, cm.causeName = scim.Ref{Type: cm.c.Type, ID: cm.c.ID}, ""
	tombstone, err := cm.tombstone(ctx, members(edges, stateOf(cur)), groups)
	if err != nil {
		return err
	}
	r := removal{commit: cm, base: cm.removeActions(cur, keys, tombstone)}
	groups, leaving := undecided(groups)
	room := maxActions - len(r.base)
	nEdges := min(len(edges), room)
	nGroups := min(len(groups), (room-nEdges)/2)
	r.edges, r.groups = edges[:nEdges], groups[:nGroups]
	busy, err := r.send(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := afterwards(ctx)
	defer cancel()
	_ = cm.releaseOverflow(ctx, keys)
	cm.s.unanswered(ctx, "delete the edges of a removed group", cm.s.deleteEdges(ctx, cm.t, cm.c.ID, edges[nEdges:]))
	cm.s.unanswered(ctx, "leave the groups", cm.leaveGroups(ctx, slices.Concat(busy, groups[nGroups:], leaving)))
	return nil
}

// undecided separates the memberships that a staged write in progress may end: an edge that it has marked is the
// same before and after that, so the condition that the edge is as it was read does not say that the member
// is still to be taken out and counted.
func undecided(groups []membership) (sure, leaving []membership) {
	for _, m := range groups {
		if m.removed != 0 {
			leaving = append(leaving, m)
		} else {
			sure = append(sure, m)
		}
	}
	return sure, leaving
}

// removeActions delete the resource item and its index items, and leave a tombstone.
func (cm commit) removeActions(cur *scim.Resource, keys keyChange, tombstone item) []types.TransactWriteItem {
	return append([]types.TransactWriteItem{
		cm.s.deleteAction(cm.key(), stateOf(cur).asRead(cur.Version)),
		cm.s.putAction(tombstone, expression{}),
	}, cm.keyActions(keys)...)
}

// leaving takes the resource out of a group.
func (r *removal) leaving(m membership) expression {
	e := leaving(r.c.Now, r.s.o.Now())
	f := r.fact()
	f.own, f.left = false, []scim.Member{m.Member}
	r.s.telling(&e, f)
	return e
}

// send carries out the transaction. Groups that other writers are changing are left out of it
// and returned.
func (r *removal) send(ctx context.Context) (busy []membership, err error) {
	for {
		actions := append([]types.TransactWriteItem(nil), r.base...)
		for _, e := range r.edges {
			actions = append(actions, r.s.deleteAction(edgeKey(r.t, r.c.ID, e.place()), expression{}))
		}
		first := len(actions)
		for _, m := range r.groups {
			actions = append(actions, r.s.deleteAction(edgeKey(r.t, m.groupID, m.place()), edgeAsRead(&m.edge)),
				r.s.updateAction(resourceKey(r.t, m.groupType, m.groupID), r.leaving(m)))
		}
		err := r.s.transact(ctx, actions)
		var failed *conditionFailed
		if !errors.As(err, &failed) {
			return busy, err
		}
		if current, no := failed.current[0]; no {
			if current == nil {
				return nil, scim.ErrNotFound
			}
			return nil, &stale{current: current}
		}
		var rest []membership
		for i, m := range r.groups {
			_, edgeFailed := failed.current[first+2*i]
			_, groupFailed := failed.current[first+2*i+1]
			if edgeFailed || groupFailed {
				busy = append(busy, m)
			} else {
				rest = append(rest, m)
			}
		}
		if len(rest) == len(r.groups) {
			return nil, err
		}
		r.groups = rest
	}
}

// leaveGroups takes the removed resource out of groups, one commit each.
func (cm commit) leaveGroups(ctx context.Context, groups []membership) error {
	return async.Each(ctx, cm.s.o.Parallel, groups, func(ctx context.Context, m membership) error {
		leave := commit{s: cm.s, t: cm.t, cause: cm.cause, causeName: m.Display, c: scim.Change{Type: m.groupType, ID: m.groupID, If: scim.IfAny,
			Now: cm.c.Now, RemoveMembers: []string{cm.c.ID}, Actor: cm.c.Actor}}
		_, err := leave.run(ctx)
		if errors.Is(err, scim.ErrNotFound) { // an edge without its group
			return cm.s.deleteItem(ctx, edgeKey(cm.t, m.groupID, m.place()), expression{})
		}
		return err
	})
}

// deleteEdges deletes edges of a group that no longer exists: no writer can add to them.
func (s *Store) deleteEdges(ctx context.Context, t scim.TenantID, groupID string, edges []edge) error {
	return async.Each(ctx, s.o.Parallel, edges, func(ctx context.Context, e edge) error {
		return s.deleteItem(ctx, edgeKey(t, groupID, e.place()), expression{})
	})
}
