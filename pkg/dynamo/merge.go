package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// merged reads the edges of a group in the order of their members, from all of its shards. It reads a page of
// each shard at the same time, and the next ones when one of them is used up.
type merged struct {
	s      *Store
	shards []*shardPages
}

// shardPages is the position in one shard.
type shardPages struct {
	in    *dynamodb.QueryInput
	items []item
	ended bool // there are no more pages
}

// merge reads the edges to members after an id.
func (s *Store) merge(t scim.TenantID, groupID, after string, shards int) *merged {
	m := &merged{s: s}
	for n := range shards {
		m.shards = append(m.shards, &shardPages{in: s.edgeQuery(t, groupID, place{n, after})})
	}
	return m
}

// limit says how many edges will be read at least. The pages of several shards have somewhat more than
// their share, because it is by chance how many of them a shard has.
func (m *merged) limit(want int) {
	if n := len(m.shards); n > 1 {
		want = want/n + want/(4*n) + 3
	}
	if want < 1000 {
		for _, sh := range m.shards {
			sh.in.Limit = aws.Int32(int32(want))
		}
	}
}

// next returns the next edge; ok is false after the last one.
func (m *merged) next(ctx context.Context) (e edge, ok bool, err error) {
	if err := m.fill(ctx); err != nil {
		return e, false, err
	}
	var first *shardPages
	for _, sh := range m.shards {
		if len(sh.items) > 0 && (first == nil || stringOf(sh.items[0], attrSK) < stringOf(first.items[0], attrSK)) {
			first = sh
		}
	}
	if first == nil {
		return e, false, nil
	}
	e, first.items = edgeOf(first.items[0]), first.items[1:]
	return e, true, nil
}

// fill reads the next page of each shard, if one of them has no edge left in its page.
func (m *merged) fill(ctx context.Context) error {
	for {
		var empty []*shardPages
		for _, sh := range m.shards {
			if len(sh.items) == 0 && !sh.ended {
				empty = append(empty, sh)
			}
		}
		if len(empty) == 0 {
			return nil
		}
		if err := async.Each(ctx, len(empty), empty, m.page); err != nil {
			return err
		}
	}
}

func (m *merged) page(ctx context.Context, sh *shardPages) error {
	out, err := m.s.queryPage(ctx, sh.in)
	if err != nil {
		return err
	}
	sh.items, sh.in.ExclusiveStartKey = out.Items, out.LastEvaluatedKey
	sh.ended = len(out.LastEvaluatedKey) == 0
	return nil
}
