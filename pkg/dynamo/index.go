package dynamo

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// maxKeys is how many index items change inside a transaction. Further values of attributes
// that need not be unique are written before it and deleted behind it: Lookup believes an
// index item only if the resource holds its key.
const maxKeys = 60

// keyChange is what a write does to index items. Keys that have to be in the transaction stand
// first; held says how many.
type keyChange struct {
	claim, release        []scim.IndexKey
	heldClaims, heldFrees int
}

// keyChanges compares the keys a resource holds with those it shall hold.
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
	ch.heldClaims = max(unique, min(len(ch.claim), maxKeys/2))
	ch.heldFrees = min(len(ch.release), max(maxKeys-ch.heldClaims, 0))
	return ch
}

func (ch keyChange) none() bool { return len(ch.claim) == 0 && len(ch.release) == 0 }

func (ch keyChange) inTransaction() int { return ch.heldClaims + ch.heldFrees }

// actions claims keys, in order, then releases them.
func (ch keyChange) actions(s *Store, t scim.TenantID, c scim.Change) []types.TransactWriteItem {
	out := make([]types.TransactWriteItem, 0, ch.inTransaction())
	for _, k := range ch.claim[:ch.heldClaims] {
		put := &types.Put{TableName: &s.table, Item: indexItem(t, c.Type, k, c.ID)}
		if k.Unique {
			put.ConditionExpression = aws.String("attribute_not_exists(PK) OR id = :id")
			put.ExpressionAttributeValues = item{":id": str(c.ID)}
			put.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
		}
		out = append(out, types.TransactWriteItem{Put: put})
	}
	for _, k := range ch.release[:ch.heldFrees] {
		out = append(out, types.TransactWriteItem{Delete: &types.Delete{TableName: &s.table, Key: indexKey(t, c.Type, k, c.ID).item()}})
	}
	return out
}

func indexItem(t scim.TenantID, typ string, k scim.IndexKey, id string) item {
	it := indexKey(t, typ, k, id).item()
	it["id"] = str(id)
	return it
}

func (s *Store) claimOverflow(ctx context.Context, t scim.TenantID, c scim.Change, ch keyChange) error {
	return async.Each(ctx, s.o.Parallel, ch.claim[ch.heldClaims:], func(ctx context.Context, k scim.IndexKey) error {
		return retry(ctx, func() error {
			_, err := s.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: indexItem(t, c.Type, k, c.ID)})
			return err
		})
	})
}

func (s *Store) releaseOverflow(ctx context.Context, t scim.TenantID, c scim.Change, ch keyChange) error {
	return async.Each(ctx, s.o.Parallel, ch.release[ch.heldFrees:], func(ctx context.Context, k scim.IndexKey) error {
		return s.deleteItem(ctx, indexKey(t, c.Type, k, c.ID))
	})
}

func (s *Store) deleteItem(ctx context.Context, k key) error {
	return retry(ctx, func() error {
		_, err := s.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: k.item()})
		return err
	})
}
