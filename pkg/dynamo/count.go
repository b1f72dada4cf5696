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

// count returns the number of resources of a type: in a large tenant the counter that the stream
// consumer keeps, otherwise the number of items in the smallest collection that has one per resource.
func (s *Store) count(ctx context.Context, t scim.TenantID, typ string) (int, error) {
	it, err := s.getItem(ctx, counterKey(t, typ), false)
	if err != nil {
		return 0, err
	}
	if n := numberOf(it, "n"); n > smallTenant {
		return int(n), nil
	}
	if typ == schema.TypeUser {
		return s.countQuery(ctx, indexPK(t, typ, "userName")) // required and unique: one per user
	}
	return s.countQuery(ctx, resourcePK(t, typ))
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
