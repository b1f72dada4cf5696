package dynamo

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Get implements scim.Store: one strongly consistent read.
func (s *Store) Get(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, error) {
	if t.IsZero() {
		return nil, scim.ErrNoTenant
	}
	if !storable(id) {
		return nil, scim.ErrNotFound
	}
	it, err := s.getItem(ctx, resourceKey(t, typ, id), true)
	if err != nil {
		return nil, err
	}
	if it == nil {
		return nil, scim.ErrNotFound
	}
	return resourceOf(typ, it)
}

// getItem returns nil for an item that does not exist.
func (s *Store) getItem(ctx context.Context, k key, consistent bool) (item, error) {
	in := &dynamodb.GetItemInput{TableName: &s.table, Key: k.item(), ConsistentRead: aws.Bool(consistent)}
	var it item
	err := retry(ctx, func() error {
		out, err := s.api.GetItem(ctx, in)
		if err == nil {
			it = out.Item
		}
		return err
	})
	return it, err
}

// batchSize is the number of items that BatchGetItem takes.
const batchSize = 100

// GetMany implements scim.BatchGetter with strongly consistent reads: members of a group may
// have been created a moment ago.
func (s *Store) GetMany(ctx context.Context, t scim.TenantID, refs []scim.Ref) ([]*scim.Resource, error) {
	if t.IsZero() {
		return nil, scim.ErrNoTenant
	}
	if len(refs) == 1 {
		r, err := s.Get(ctx, t, refs[0].Type, refs[0].ID)
		if errors.Is(err, scim.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return []*scim.Resource{r}, nil
	}
	var keys []key
	typeOf := map[string]string{} // by partition key
	for _, r := range refs {
		if storable(r.ID) {
			k := resourceKey(t, r.Type, r.ID)
			keys, typeOf[k.pk] = append(keys, k), r.Type
		}
	}
	items, err := s.batchGet(ctx, keys)
	if err != nil {
		return nil, err
	}
	out := make([]*scim.Resource, 0, len(items))
	for _, it := range items {
		r, err := resourceOf(typeOf[stringOf(it, attrPK)], it)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// getIDs is GetMany for resources of one type.
func (s *Store) getIDs(ctx context.Context, t scim.TenantID, typ string, ids []string) ([]*scim.Resource, error) {
	refs := make([]scim.Ref, len(ids))
	for i, id := range ids {
		refs[i] = scim.Ref{Type: typ, ID: id}
	}
	return s.GetMany(ctx, t, refs)
}

// batchGet reads items with strong consistency. Items that do not exist are missing from the
// result, whose order is undefined; a key may be given twice.
func (s *Store) batchGet(ctx context.Context, keys []key) ([]item, error) {
	return s.batchRead(ctx, keys, true)
}

// batchRead is batchGet with a choice: without strong consistency it costs half.
func (s *Store) batchRead(ctx context.Context, keys []key, consistent bool) ([]item, error) {
	slices.SortFunc(keys, func(a, b key) int { return strings.Compare(a.pk+"\x00"+a.sk, b.pk+"\x00"+b.sk) })
	keys = slices.Compact(keys)
	if len(keys) == 0 {
		return nil, nil
	}
	var mu sync.Mutex
	var all []item
	err := async.Each(ctx, s.o.Parallel, slices.Collect(slices.Chunk(keys, batchSize)), func(ctx context.Context, part []key) error {
		items, err := s.batchGetPart(ctx, part, consistent)
		mu.Lock()
		defer mu.Unlock()
		all = append(all, items...)
		return err
	})
	return all, err
}

// batchGetPart repeats the request for the keys that DynamoDB leaves unprocessed.
func (s *Store) batchGetPart(ctx context.Context, keys []key, consistent bool) ([]item, error) {
	request := types.KeysAndAttributes{ConsistentRead: aws.Bool(consistent)}
	for _, k := range keys {
		request.Keys = append(request.Keys, k.item())
	}
	var all []item
	for try := 0; ; try++ {
		var out *dynamodb.BatchGetItemOutput
		err := retry(ctx, func() (err error) {
			out, err = s.api.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{s.table: request}})
			return err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, out.Responses[s.table]...)
		if request = out.UnprocessedKeys[s.table]; len(request.Keys) == 0 {
			return all, nil
		}
		if err := pause(ctx, try); err != nil {
			return nil, err
		}
	}
}

// query runs a query to its end.
func (s *Store) query(ctx context.Context, in *dynamodb.QueryInput, visit func(item)) error {
	for {
		out, err := s.queryPage(ctx, in)
		if err != nil {
			return err
		}
		for _, it := range out.Items {
			visit(it)
		}
		if len(out.LastEvaluatedKey) == 0 {
			return nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

func (s *Store) queryPage(ctx context.Context, in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
	var out *dynamodb.QueryOutput
	err := retry(ctx, func() (err error) {
		out, err = s.api.Query(ctx, in)
		return err
	})
	return out, err
}
