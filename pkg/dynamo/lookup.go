package dynamo

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Lookup implements scim.Store through the in-table index, which is strongly consistent.
func (s *Store) Lookup(ctx context.Context, t scim.TenantID, typ string, k scim.IndexKey, page scim.Page) (scim.List, error) {
	ids, err := s.holders(ctx, t, typ, k)
	if err != nil {
		return scim.List{}, err
	}
	l := scim.List{Total: len(ids)}
	from := 0
	if page.After != "" {
		var found bool
		if from, found = slices.BinarySearch(ids, page.After); found {
			from++
		}
	}
	from = min(from+page.Offset, len(ids))
	to := min(from+page.Limit, len(ids))
	l.More = to < len(ids)
	if from == to {
		return l, nil
	}
	if page.Found != nil {
		page.Found(ids[from:to])
	}
	rs, err := s.getIDs(ctx, t, typ, ids[from:to])
	if err != nil {
		return scim.List{}, err
	}
	for _, r := range rs {
		if holds(r, k) {
			l.Resources = append(l.Resources, r)
		} else {
			l.Total--
		}
	}
	slices.SortFunc(l.Resources, func(a, b *scim.Resource) int { return strings.Compare(a.ID, b.ID) })
	return l, nil
}

// holds is the last word on a key: an index item may be a hash, or outlive a moment.
func holds(r *scim.Resource, k scim.IndexKey) bool {
	return slices.ContainsFunc(r.Keys, func(have scim.IndexKey) bool { return have.Attr == k.Attr && have.Value == k.Value })
}

// holders finds the ids under an index key, ascending, whether the key is unique or not: the
// tenant's mind about that may have changed since the resource was written.
func (s *Store) holders(ctx context.Context, t scim.TenantID, typ string, k scim.IndexKey) ([]string, error) {
	value := valueSK(k.Value)
	var ids []string
	err := s.query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("PK = :p AND SK BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{
			":p": str(indexPK(t, typ, k.Attr)), ":from": str(value), ":to": str(value + "\x00\U0010FFFF"),
		},
	}, func(it item) { ids = append(ids, textOf(it, "id")) })
	slices.Sort(ids)
	return slices.Compact(ids), err
}
