package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// maxQuery is the largest Limit a query is given.
const maxQuery = 10000

// List implements scim.Store: one query over the resources of a type in the order of their
// ids. A page that follows another is found by its bookmark, which also holds the total; else
// the total comes from the counter or from counting. Behind a cursor it is not known.
func (s *Store) List(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, error) {
	from := mark{after: page.After, total: -1}
	if page.Offset > 0 && page.After == "" {
		m, ok, err := s.bookmark(ctx, t, typ, page.Offset)
		if err != nil {
			return scim.List{}, err
		}
		if ok {
			from = m
		}
	}
	counting := s.startCount(ctx, t, typ, from.total < 0 && page.After == "")
	defer func() { _, _ = counting() }() // on every path
	l, err := s.page(ctx, t, typ, from.after, page.Offset-from.offset, page)
	total, countErr := counting()
	switch {
	case err != nil:
		return scim.List{}, err
	case countErr != nil:
		return scim.List{}, countErr
	}
	if l.Total = total; from.total >= 0 {
		l.Total = from.total
	}
	end := page.Offset + len(l.Resources)
	if page.After == "" && (len(l.Resources) > 0 || page.Offset == 0) {
		switch {
		case !l.More && page.Limit > 0:
			l.Total = end // the last page knows
		case l.More:
			l.Total = max(l.Total, end+1)
		}
	}
	if l.More && page.After == "" && len(l.Resources) > 0 {
		s.leaveBookmark(ctx, t, typ, mark{offset: end, after: l.Resources[len(l.Resources)-1].ID, total: l.Total})
	}
	return l, nil
}

// startCount counts beside the page if that is wanted, and otherwise answers -1. The caller must
// call what it returns, on every path.
func (s *Store) startCount(ctx context.Context, t scim.TenantID, typ string, wanted bool) func() (int, error) {
	if !wanted {
		return func() (int, error) { return -1, nil }
	}
	return async.Start(func() (int, error) { return s.count(ctx, t, typ) })
}

// page reads the resources of a page behind after, once offset ones are skipped.
func (s *Store) page(ctx context.Context, t scim.TenantID, typ, after string, offset int, page scim.Page) (scim.List, error) {
	var l scim.List
	limit := page.Limit
	if limit == 0 {
		return l, nil
	}
	if offset > 0 {
		var err error
		var end bool
		if after, end, err = s.skip(ctx, t, typ, after, offset); err != nil || end {
			return l, err
		}
	}
	if page.Begins != nil {
		page.Begins(after)
	}
	in := s.rangeQuery(t, typ, after)
	for len(l.Resources) <= limit {
		// One more than asked tells whether there is more.
		in.Limit = aws.Int32(int32(min(limit+1-len(l.Resources), maxQuery)))
		out, err := s.queryPage(ctx, in)
		if err != nil {
			return l, err
		}
		for _, it := range out.Items {
			r, err := resourceOf(typ, it)
			if err != nil {
				return l, err
			}
			l.Resources = append(l.Resources, r)
		}
		if len(out.LastEvaluatedKey) == 0 {
			break
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
	if len(l.Resources) > limit {
		l.Resources, l.More = l.Resources[:limit], true
	}
	return l, nil
}

func (s *Store) rangeQuery(t scim.TenantID, typ, after string) *dynamodb.QueryInput {
	in := &dynamodb.QueryInput{
		TableName:                 &s.table,
		KeyConditionExpression:    aws.String("PK = :p"),
		ExpressionAttributeValues: item{":p": str(resourcePK(t, typ))},
	}
	if after != "" {
		in.KeyConditionExpression = aws.String("PK = :p AND SK > :a")
		in.ExpressionAttributeValues[":a"] = str(after)
	}
	return in
}

// skip finds the key behind which a page begins: it counts resources off from the nearest
// bookmark. This is the only read whose cost grows with startIndex; sequential readers stand
// on a bookmark, and who jumps to a page a second time finds the one it left.
func (s *Store) skip(ctx context.Context, t scim.TenantID, typ, after string, n int) (last string, end bool, err error) {
	in := s.rangeQuery(t, typ, after)
	in.ProjectionExpression = aws.String("SK")
	last = after
	for n > 0 {
		in.Limit = aws.Int32(int32(min(n, maxQuery)))
		out, err := s.queryPage(ctx, in)
		if err != nil {
			return "", false, err
		}
		if len(out.Items) > 0 {
			last = textOf(out.Items[len(out.Items)-1], attrSK)
		}
		n -= len(out.Items)
		if len(out.LastEvaluatedKey) == 0 {
			return last, n > 0, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
	return last, false, nil
}
