package dynamo

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Lookup implements scim.Store through the index items, which are read with strong consistency.
func (s *Store) Lookup(ctx context.Context, t scim.TenantID, typ string, k scim.IndexKey, page scim.Page) (scim.List, error) {
	if t.IsZero() {
		return scim.List{}, scim.ErrNoTenant
	}
	found, err := s.idsOf(ctx, t, typ, k, page)
	if err != nil || len(found.ids) == 0 {
		return scim.List{Total: found.total, More: found.more}, err
	}
	return s.readFound(ctx, t, typ, k, found)
}

// idPage is a page of the ids that an index names.
type idPage struct {
	ids   []string // ascending
	total int
	more  bool
}

// idsOf returns the page of ids under an index key.
func (s *Store) idsOf(ctx context.Context, t scim.TenantID, typ string, k scim.IndexKey, page scim.Page) (idPage, error) {
	ids, err := s.holders(ctx, t, typ, k)
	if err != nil {
		return idPage{}, err
	}
	from := 0
	if page.After != "" {
		var found bool
		if from, found = slices.BinarySearch(ids, page.After); found {
			from++
		}
	}
	from = min(from+page.Offset, len(ids))
	to := min(from+page.Limit, len(ids))
	return idPage{ids: ids[from:to], total: len(ids), more: to < len(ids)}, nil
}

// readFound reads the resources that an index names. It leaves out those that do not hold the
// key: an index item may be a hash, or be older than its resource for a moment.
func (s *Store) readFound(ctx context.Context, t scim.TenantID, typ string, k scim.IndexKey, found idPage) (scim.List, error) {
	rs, err := s.getIDs(ctx, t, typ, found.ids)
	if err != nil {
		return scim.List{}, err
	}
	l := scim.List{Total: found.total, More: found.more}
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

func holds(r *scim.Resource, k scim.IndexKey) bool {
	return slices.ContainsFunc(r.Keys, func(have scim.IndexKey) bool { return have.Attr == k.Attr && have.Value == k.Value })
}

// holders returns the ids under an index key, ascending, whether the key is unique or not: the
// tenant's settings may have changed since the resource was written.
func (s *Store) holders(ctx context.Context, t scim.TenantID, typ string, k scim.IndexKey) ([]string, error) {
	value := indexValue(k.Value)
	var ids []string
	err := s.query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("PK = :p AND SK BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{
			":p": str(indexPK(t, typ, k.Attr)), ":from": str(value), ":to": str(value + "\x00\U0010FFFF"),
		},
	}, func(it item) { ids = append(ids, stringOf(it, attrID)) })
	slices.Sort(ids)
	return slices.Compact(ids), err
}
