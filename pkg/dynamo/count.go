package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// smallTenant is the largest number of resources that is counted exactly instead of taken from
// the counter.
const smallTenant = 1000

// census is what the counter item of a resource type says.
type census struct {
	number     int   // of resources, as far as the stream has been processed
	generation int64 // of the bookmarks
}

func (s *Store) census(ctx context.Context, t scim.TenantID, typ string, consistent bool) (census, error) {
	it, err := s.getItem(ctx, counterKey(t, typ), consistent)
	return census{number: max(0, int(numberOf(it, attrNumber))), generation: numberOf(it, attrGeneration)}, err
}

// count returns the number of resources of a type: in a large tenant the number of the counter,
// otherwise the number of items in the smallest collection that has one per resource.
func (s *Store) count(ctx context.Context, t scim.TenantID, typ string, c census) (int, error) {
	if c.number > smallTenant {
		return c.number, nil
	}
	if typ == schema.TypeUser {
		return s.countQuery(ctx, indexPK(t, typ, "userName")) // required and unique: one per user
	}
	return s.countQuery(ctx, resourcePK(t, typ))
}

// advanceGeneration voids the bookmarks of a resource type. A removal calls it; if that is
// interrupted, the consumer of the stream does the same when it counts the removal.
func (s *Store) advanceGeneration(ctx context.Context, t scim.TenantID, typ string) error {
	var e expression
	e.adds = append(e.adds, attrGeneration+" "+e.bind(":one", num(1)))
	_, err := s.updateItem(ctx, counterKey(t, typ), e, types.ReturnValueNone)
	return err
}

// countQuery returns the number of items in a partition, without the items.
func (s *Store) countQuery(ctx context.Context, partition string) (int, error) {
	in := &dynamodb.QueryInput{
		TableName: &s.table, Select: types.SelectCount, KeyConditionExpression: aws.String("PK = :p"),
		ExpressionAttributeValues: item{":p": str(partition)}, ConsistentRead: aws.Bool(false),
	}
	n := 0
	for {
		out, err := s.queryPage(ctx, in)
		if err != nil {
			return 0, err
		}
		n += int(out.Count)
		if len(out.LastEvaluatedKey) == 0 {
			return n, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}
