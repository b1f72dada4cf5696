package dynamo

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// maxQuery is the largest Limit of a query.
const maxQuery = 10000

// List implements scim.Store: one query over the resources of a type in the order of their
// ids. A page that follows another is found by its bookmark, unless a resource has been removed
// since. The total comes from the counter or from counting; it is unknown after a cursor.
func (s *Store) List(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, error) {
	if t.IsZero() {
		return scim.List{}, scim.ErrNoTenant
	}
	l := listing{s: s, t: t, typ: typ, page: page}
	return l.run(ctx, nil)
}

// listing is one List in progress.
type listing struct {
	s      *Store
	t      scim.TenantID
	typ    string
	page   scim.Page
	from   bookmark // where reading begins
	census census   // of the type, before reading; not read after a cursor
	place  string   // the id after which the page begins
	beyond bool     // the page is known to be after the last resource
}

// run reads the page and its total at the same time. Before it reads the page, it calls start,
// unless nil, with the id after which the page begins. It does not if the page is known to be empty.
func (l *listing) run(ctx context.Context, start func(after string)) (scim.List, error) {
	if l.page.After != "" {
		l.from = bookmark{after: l.page.After}
		out, err := l.read(ctx, start)
		out.Total = -1
		return out, err
	}
	counting := async.Start(func() (census, error) { return l.s.census(ctx, l.t, l.typ, l.page.Offset > 0) })
	defer func() { _, _ = counting() }() // on every path
	if l.page.Offset > 0 {
		if err := l.locate(ctx, counting); err != nil {
			return scim.List{}, err
		}
	}
	total := async.Start(func() (int, error) {
		c, err := counting()
		if err != nil {
			return 0, err
		}
		return l.s.count(ctx, l.t, l.typ, c)
	})
	defer func() { _, _ = total() }() // on every path
	out, err := l.read(ctx, start)
	if err != nil {
		return scim.List{}, err
	}
	if out.Total, err = total(); err != nil {
		return scim.List{}, err
	}
	l.census, _ = counting() // total has seen its error
	l.settle(ctx, &out)
	return out, nil
}

// locate finds the place from which the page is read: the nearest bookmark that no removal has
// made void, or the beginning. If that is out of reach, a void bookmark will do: a client that reads the
// pages of a large tenant in order continues after what it has read, although resources were removed
// meanwhile. If there is none in reach either, the page is refused, or known to be empty.
func (l *listing) locate(ctx context.Context, counting func() (census, error)) error {
	b, ok, err := l.findBookmark(ctx, l.page.Offset)
	c, countErr := counting()
	if err := cmp.Or(err, countErr); err != nil {
		return err
	}
	if ok && (b.generation == c.generation || l.outOfReach(0) && !l.outOfReach(b.offset)) {
		l.from = b
	}
	if !l.outOfReach(l.from.offset) || c.number <= smallTenant || l.page.Limit == 0 {
		return nil
	}
	if l.page.Offset < c.number {
		return scim.ErrFar
	}
	l.beyond = true
	return nil
}

// outOfReach reports whether the way from an offset to the page is longer than it may be.
func (l *listing) outOfReach(from int) bool {
	return l.page.Reach > 0 && l.page.Offset-from > l.page.Reach
}

// settle corrects the total by what the page shows, and leaves a bookmark for the next page.
func (l *listing) settle(ctx context.Context, out *scim.List) {
	n := len(out.Resources)
	if n == 0 && l.page.Offset > 0 {
		return
	}
	end := l.page.Offset + n
	switch {
	case out.More:
		out.Total = max(out.Total, end+1)
	case l.page.Limit > 0:
		out.Total = end // it was the last page
	}
	if l.page.Offset-l.from.offset >= longWay && n > 0 {
		l.leaveBookmark(ctx, bookmark{offset: l.page.Offset, after: l.place, generation: l.census.generation})
	}
	if out.More && n > 0 {
		l.leaveBookmark(ctx, bookmark{offset: end, after: out.Resources[n-1].ID, generation: l.census.generation})
	}
}

// read returns the resources of the page.
func (l *listing) read(ctx context.Context, start func(after string)) (scim.List, error) {
	var out scim.List
	limit := l.page.Limit
	if limit == 0 || l.beyond {
		return out, nil
	}
	after, end, err := l.skip(ctx, l.page.Offset-l.from.offset)
	if err != nil || end {
		return out, err
	}
	l.place = after
	if start != nil {
		start(after)
	}
	in := l.query(after)
	for len(out.Resources) <= limit {
		in.Limit = aws.Int32(int32(min(limit+1-len(out.Resources), maxQuery))) // one more shows whether more follow
		answer, err := l.s.queryPage(ctx, in)
		if err != nil {
			return out, err
		}
		for _, it := range answer.Items {
			r, err := resourceOf(l.typ, it)
			if err != nil {
				return out, err
			}
			out.Resources = append(out.Resources, r)
		}
		if len(answer.LastEvaluatedKey) == 0 {
			break
		}
		in.ExclusiveStartKey = answer.LastEvaluatedKey
	}
	if len(out.Resources) > limit {
		out.Resources, out.More = out.Resources[:limit], true
	}
	return out, nil
}

// query reads the resources of the type after an id.
func (l *listing) query(after string) *dynamodb.QueryInput {
	in := &dynamodb.QueryInput{
		TableName:                 &l.s.table,
		KeyConditionExpression:    aws.String("PK = :p"),
		ExpressionAttributeValues: item{":p": str(resourcePK(l.t, l.typ))},
	}
	if after != "" {
		in.KeyConditionExpression = aws.String("PK = :p AND SK > :a")
		in.ExpressionAttributeValues[":a"] = str(after)
	}
	return in
}

// longWay is how many resources are skipped before the page itself gets a bookmark, so that the same
// jump costs a page when it is repeated.
const longWay = 5000

// skip returns the id after which the page begins: it reads the keys of n resources from the
// nearest bookmark on. No other read has a cost that grows with startIndex, and it is bounded by the
// page's Reach: a startIndex further away is after the last resource, or it is scim.ErrFar. A client
// that reads page after page always finds a bookmark.
func (l *listing) skip(ctx context.Context, n int) (last string, end bool, err error) {
	last = l.from.after
	if n <= 0 {
		return last, false, nil
	}
	far := l.outOfReach(l.from.offset)
	if far {
		n = l.page.Reach
	}
	in := l.query(last)
	in.ProjectionExpression = aws.String(attrSK)
	for n > 0 {
		in.Limit = aws.Int32(int32(min(n, maxQuery)))
		out, err := l.s.queryPage(ctx, in)
		if err != nil {
			return "", false, err
		}
		if len(out.Items) > 0 {
			last = stringOf(out.Items[len(out.Items)-1], attrSK)
		}
		n -= len(out.Items)
		if len(out.LastEvaluatedKey) == 0 {
			return last, n > 0 || far, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
	if far {
		return "", false, scim.ErrFar
	}
	return last, false, nil
}
