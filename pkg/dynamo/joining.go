package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// A member must exist in the write that adds it (scim.MissingError).
//
//   - In a transaction, a condition on the resource item of the member is part of it: a new edge
//     takes two actions.
//   - A staged write reads the members again, after their edges are staged and before it makes
//     them true. A removal deletes the resource item first. Either the read finds that the item is
//     gone, or the edge was staged before the item was deleted. In that case the consumer of the
//     stream, which looks for edges after the removal, finds the edge, waits until the staged
//     write ends, and deletes the edge (sweep.go).

// memberCheck is the action on the resource item of a new member: it must exist.
func (w *write) memberCheck(m scim.Member) types.TransactWriteItem {
	return w.s.checkAction(resourceKey(w.t, m.Type, m.ID), onlyIf(itemExists))
}

// memberChecks are the conditions on new members. A group that is a member of itself has none: its
// item has an action already, and a transaction takes one for each item.
func (w *write) memberChecks() []types.TransactWriteItem {
	actions := make([]types.TransactWriteItem, 0, len(w.delta.add))
	for _, m := range w.delta.add {
		if !w.itself(m) {
			actions = append(actions, w.memberCheck(m))
		}
	}
	return actions
}

func (cm commit) itself(m scim.Member) bool { return m.ID == cm.c.ID && m.Type == cm.c.Type }

// missing returns the new members whose checks failed. The actions on edges begin at position first
// of the transaction, their checks follow them. If the edge of a member failed too, it is a member
// already.
func (w *write) missing(failed map[int]item, first int) error {
	var ids []string
	check := first + w.delta.size()
	for i, m := range w.delta.add {
		if w.itself(m) {
			continue
		}
		_, gone := failed[check]
		_, member := failed[first+i]
		if gone && !member {
			ids = append(ids, m.ID)
		}
		check++
	}
	return missingError(ids)
}

// unknownMembers refuses members whose ids or types no resource has.
func unknownMembers(c scim.Change) error {
	if c.Remove {
		return nil
	}
	var ids []string
	for _, m := range c.AddMembers {
		if !storable(m.ID) || m.Type == "" {
			ids = append(ids, m.ID)
		}
	}
	return missingError(ids)
}

// membersExist reads members of a staged write, after their edges were staged.
func (w *write) membersExist(ctx context.Context, added []scim.Member) error {
	keys := make([]key, 0, len(added))
	for _, m := range added {
		if !w.itself(m) {
			keys = append(keys, resourceKey(w.t, m.Type, m.ID))
		}
	}
	items, err := w.s.batchGet(ctx, keys)
	if err != nil {
		return err
	}
	exists := make(map[key]bool, len(items))
	for _, it := range items {
		exists[keyOf(it)] = true
	}
	var ids []string
	for _, m := range added {
		if !exists[resourceKey(w.t, m.Type, m.ID)] && !w.itself(m) {
			ids = append(ids, m.ID)
		}
	}
	return missingError(ids)
}

func missingError(ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return &scim.MissingError{IDs: ids}
}

// unstage deletes the edges of a group whose creation was refused, so that another create of the
// same id does not find them. It returns the refusal, or that the store is busy.
func (w *write) unstage(ctx context.Context, staged []scim.Member, refusal error) error {
	var missing *scim.MissingError
	var taken *scim.TakenError
	if len(staged) == 0 || !errors.As(refusal, &missing) && !errors.As(refusal, &taken) {
		return refusal
	}
	ctx, cancel := afterwards(ctx)
	defer cancel()
	edges := make([]edge, len(staged))
	for i, m := range staged {
		edges[i].ID, edges[i].shard = m.ID, placeIn(w.split, m.ID).shard
	}
	if err := w.s.deleteEdges(ctx, w.t, w.c.ID, edges); err != nil {
		return &scim.BusyError{RetryAfter: time.Second, Cause: err}
	}
	return refusal
}
