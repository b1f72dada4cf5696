package dynamo

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// releaseOverflow deletes the index items that do not fit into the transaction, after it.
func (cm commit) releaseOverflow(ctx context.Context, ch keyChange) error {
	for part := range slices.Chunk(ch.release[ch.released:], maxActions-1) {
		if err := cm.release(ctx, slices.Clone(part)); err != nil {
			return err
		}
	}
	return nil
}

// release deletes index items of keys that the resource does not hold. The transaction checks that it
// still is as it was read, so that a key that is claimed again in the meantime keeps its item.
func (cm commit) release(ctx context.Context, keys []scim.IndexKey) error {
	var wait async.Budget
	for round := 0; round == 0 || wait.Left(ctx); round++ {
		it, err := cm.s.getItem(ctx, cm.key(), true)
		if err != nil {
			return err
		}
		same := onlyIf(itemAbsent)
		if it != nil {
			r, err := resourceOf(cm.c.Type, it)
			if err != nil {
				return err
			}
			keys = slices.DeleteFunc(keys, func(k scim.IndexKey) bool { return slices.Contains(r.Keys, k) })
			same = asVersion(r.Version)
		}
		if len(keys) == 0 {
			return nil
		}
		err = cm.s.transact(ctx, cm.releaseActions(same, keys))
		var failed *conditionFailed
		if !errors.As(err, &failed) {
			return err
		}
		kept := keys[:0]
		for i, k := range keys { // an item of another resource is not ours to delete
			if _, no := failed.current[1+i]; !no {
				kept = append(kept, k)
			}
		}
		keys = kept
		if err := pause(ctx, round); err != nil {
			return err
		}
	}
	return &scim.BusyError{Cause: errors.New("dynamo: the resource changes faster than its keys can be released")}
}

// asVersion is the condition that a resource is at a version.
func asVersion(version int64) (e expression) {
	e.require(attrVersion + " = " + e.bind(":v", num(version)))
	return e
}

func (cm commit) releaseActions(same expression, keys []scim.IndexKey) []types.TransactWriteItem {
	actions := []types.TransactWriteItem{cm.s.checkAction(cm.key(), same)}
	for _, k := range keys {
		e := onlyIf(itemAbsent)
		e.conditions[0] += " OR " + attrID + " = " + e.bind(":id", str(cm.c.ID))
		actions = append(actions, cm.s.deleteAction(cm.indexKey(k), e))
	}
	return actions
}

// release deletes the index items that a change of a resource has left, because its request ended
// before it could do so.
func (c *Consumer) release(ctx context.Context, r StreamRecord) error {
	p, ok := partitionOf(r)
	typ := p.resourceType()
	if !ok || typ == "" || r.Kind == "INSERT" {
		return nil
	}
	old, err := resourceOf(typ, r.Old)
	if err != nil {
		return err
	}
	next, err := resourceOf(typ, r.New)
	if err != nil {
		return err
	}
	cm := commit{s: c.store, t: p.tenant, c: scim.Change{Type: typ, ID: p.sk}}
	return cm.releaseOverflow(ctx, keyChanges(old.Keys, next.Keys))
}
