package dynamo

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// maxKeys is how many index items change inside a transaction. Further items of attributes that
// need not be unique are put before it and deleted after it: Lookup trusts an index item only if
// the resource holds its key.
const maxKeys = 60

// keyChange is what a write does to index items. The first claimed of claim and the first
// released of release are part of the transaction; every unique key is among them.
type keyChange struct {
	claim, release    []scim.IndexKey
	claimed, released int
}

// keyChanges compares the keys that a resource holds with those that it will hold.
func keyChanges(old, next []scim.IndexKey) keyChange {
	ch := keyChange{claim: without(next, old), release: without(old, next)}
	uniqueFirst := func(a, b scim.IndexKey) int {
		switch {
		case a.Unique == b.Unique:
			return 0
		case a.Unique:
			return -1
		}
		return 1
	}
	slices.SortStableFunc(ch.claim, uniqueFirst)
	slices.SortStableFunc(ch.release, uniqueFirst)
	unique := 0
	for unique < len(ch.claim) && ch.claim[unique].Unique {
		unique++
	}
	ch.claimed = max(unique, min(len(ch.claim), maxKeys/2))
	ch.released = min(len(ch.release), max(maxKeys-ch.claimed, 0))
	return ch
}

// fewKeys is how many keys are compared one by one. More are hashed, so that the cost stays linear.
const fewKeys = 16

// without returns the keys that are not in from, in their order and without repetitions.
func without(keys, from []scim.IndexKey) (out []scim.IndexKey) {
	if len(keys) <= fewKeys && len(from) <= fewKeys {
		for i, k := range keys {
			if !slices.Contains(from, k) && !slices.Contains(keys[:i], k) {
				out = append(out, k)
			}
		}
		return out
	}
	seen := make(map[scim.IndexKey]bool, len(keys)+len(from))
	for _, k := range from {
		seen[k] = true
	}
	for _, k := range keys {
		if !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}

func (ch keyChange) none() bool { return len(ch.claim) == 0 && len(ch.release) == 0 }

func (ch keyChange) inTransaction() int { return ch.claimed + ch.released }

// keyActions claims keys, in order, then releases them.
func (cm commit) keyActions(ch keyChange) []types.TransactWriteItem {
	out := make([]types.TransactWriteItem, 0, ch.inTransaction())
	for _, k := range ch.claim[:ch.claimed] {
		var e expression
		if k.Unique {
			e.require(itemAbsent + " OR " + attrID + " = " + e.bind(":id", str(cm.c.ID)))
			e.returnOld = true
		}
		out = append(out, cm.s.putAction(cm.indexItem(k), e))
	}
	for _, k := range ch.release[:ch.released] {
		out = append(out, cm.s.deleteAction(cm.indexKey(k), expression{}))
	}
	return out
}

func (cm commit) indexKey(k scim.IndexKey) key { return indexKey(cm.t, cm.c.Type, k, cm.c.ID) }

func (cm commit) indexItem(k scim.IndexKey) item {
	it := cm.indexKey(k).item()
	it[attrID] = str(cm.c.ID)
	return it
}

// claimOverflow puts the index items that do not fit into the transaction, before it.
func (cm commit) claimOverflow(ctx context.Context, ch keyChange) error {
	return async.Each(ctx, cm.s.o.Parallel, ch.claim[ch.claimed:], func(ctx context.Context, k scim.IndexKey) error {
		return cm.s.putItem(ctx, cm.indexItem(k), expression{})
	})
}
