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
	var ch keyChange
	for i, k := range next {
		if !slices.Contains(old, k) && !slices.Contains(next[:i], k) {
			ch.claim = append(ch.claim, k)
		}
	}
	for _, k := range old {
		if !slices.Contains(next, k) {
			ch.release = append(ch.release, k)
		}
	}
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
