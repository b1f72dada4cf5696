package dynamotest_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// query is a consistent query of the whole partition.
func (b *bench) query() *dynamodb.QueryInput {
	return &dynamodb.QueryInput{TableName: b.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": S(b.pk)}}
}

// fill puts an item for each sort key.
func (b *bench) fill(sks ...string) error {
	for _, sk := range sks {
		if err := b.put(sk, nil); err != nil {
			return err
		}
	}
	return nil
}

func sortKeys(items []map[string]types.AttributeValue, attr string) string {
	var out []string
	for _, it := range items {
		if s, ok := it[attr].(*types.AttributeValueMemberS); ok {
			out = append(out, s.Value)
		}
	}
	return strings.Join(out, " ")
}

func queryFacts() []fact {
	return slices.Concat(keyConditionFacts(), pageFacts(), sizeFacts(), startKeyFacts())
}

func keyConditionFacts() []fact {
	var out []fact
	keys := []string{"a", "ab", "b", "B", "é", "z"} // in byte order: B a ab b z é
	for _, q := range []struct {
		cond    string
		values  item
		reverse bool
		want    string // "!" when refused
	}{
		{"", nil, false, "B a ab b z é"},
		{"", nil, true, "é z b ab a B"},
		{" AND sk = :v", item{":v": S("ab")}, false, "ab"},
		{" AND begins_with(sk, :v)", item{":v": S("a")}, false, "a ab"},
		{" AND begins_with(sk, :v)", item{":v": S("a")}, true, "ab a"},
		{" AND sk BETWEEN :a AND :z", item{":a": S("a"), ":z": S("b")}, false, "a ab b"},
		{" AND sk BETWEEN :a AND :z", item{":a": S("a"), ":z": S("b")}, true, "b ab a"},
		{" AND sk > :v", item{":v": S("b")}, false, "z é"},
		{" AND sk >= :v", item{":v": S("b")}, true, "é z b"},
		{" AND sk < :v", item{":v": S("ab")}, true, "a B"},
		{" AND sk <= :v", item{":v": S("ab")}, false, "B a ab"},
		{" AND sk <> :v", item{":v": S("ab")}, false, "!"},
		{" AND contains(sk, :v)", item{":v": S("ab")}, false, "!"},
		{" OR sk = :v", item{":v": S("ab")}, false, "!"},
		{" AND x = :v", item{":v": S("ab")}, false, "!"},
		{" AND sk = :v", item{":v": N("1")}, false, "!"},
		{" AND sk = :v AND sk = :a", item{":v": S("a"), ":a": S("b")}, false, "!"},
	} {
		out = append(out, fact{fmt.Sprintf("query/pk%s/%s/%v", q.cond, shown(q.values), q.reverse), func(b *bench) error {
			if err := b.fill(keys...); err != nil {
				return err
			}
			in := b.query()
			in.KeyConditionExpression = aws.String("pk = :pk" + q.cond)
			in.ScanIndexForward = aws.Bool(!q.reverse)
			for k, v := range q.values {
				in.ExpressionAttributeValues[k] = v
			}
			got, err := b.c.Query(b.ctx, in)
			if q.want == "!" {
				return invalid(err)
			}
			if err != nil {
				return err
			}
			return same(q.want, sortKeys(got.Items, "sk"))
		}})
	}
	return out
}

func pageFacts() []fact {
	return []fact{
		{"query/pages by a limit, both ways", func(b *bench) error {
			if err := b.fill("1", "2", "3", "4", "5"); err != nil {
				return err
			}
			return errors.Join(b.pages(true, "1 2|3 4|5"), b.pages(false, "5 4|3 2|1"))
		}},
		{"query/a page that ends at the limit may have no next", func(b *bench) error {
			if err := b.fill("1", "2"); err != nil {
				return err
			}
			in := b.query()
			in.Limit = aws.Int32(2)
			got, err := b.c.Query(b.ctx, in)
			if err != nil {
				return err
			}
			return same(b.key("2"), got.LastEvaluatedKey)
		}},
		{"query/the limit counts before the filter", func(b *bench) error {
			if err := b.fill("1", "2", "3"); err != nil {
				return err
			}
			in := b.query()
			in.Limit, in.FilterExpression = aws.Int32(2), aws.String("attribute_exists(x)")
			got, err := b.c.Query(b.ctx, in)
			if err != nil {
				return err
			}
			if got.Count != 0 || got.ScannedCount != 2 || got.LastEvaluatedKey == nil {
				return fmt.Errorf("count %d, scanned %d, next %v", got.Count, got.ScannedCount, got.LastEvaluatedKey)
			}
			return nil
		}},
	}
}

func sizeFacts() []fact {
	return []fact{
		{"query/COUNT gives no items", func(b *bench) error {
			if err := b.fill("1", "2"); err != nil {
				return err
			}
			in := b.query()
			in.Select = types.SelectCount
			got, err := b.c.Query(b.ctx, in)
			if err != nil {
				return err
			}
			if got.Count != 2 || len(got.Items) != 0 {
				return fmt.Errorf("count %d, items %d", got.Count, len(got.Items))
			}
			return nil
		}},
		{"query/a page ends at 1 MB", func(b *bench) error {
			big := item{"a": S(strings.Repeat("x", 300<<10))}
			for i := range 5 {
				if err := b.put(fmt.Sprint(i), big); err != nil {
					return err
				}
			}
			first, err := b.c.Query(b.ctx, b.query())
			if err != nil {
				return err
			}
			if n := len(first.Items); n < 3 || n > 4 {
				return fmt.Errorf("%d items of 300 KB in a page", n)
			}
			in := b.query()
			in.ExclusiveStartKey = first.LastEvaluatedKey
			rest, err := b.c.Query(b.ctx, in)
			if err != nil {
				return err
			}
			return same("0 1 2 3 4", sortKeys(append(first.Items, rest.Items...), "sk"))
		}},
		{"query/a limit of zero", func(b *bench) error {
			in := b.query()
			in.Limit = aws.Int32(0)
			_, err := b.c.Query(b.ctx, in)
			return invalid(err)
		}},
	}
}

func startKeyFacts() []fact {
	return []fact{
		{"query/a start key that is not there any more", func(b *bench) error {
			if err := b.fill("1", "3"); err != nil {
				return err
			}
			in := b.query()
			in.ExclusiveStartKey = b.key("2")
			got, err := b.c.Query(b.ctx, in)
			if err != nil {
				return err
			}
			return same("3", sortKeys(got.Items, "sk"))
		}},
		{"query/a start key of another partition", func(b *bench) error {
			in := b.query()
			in.ExclusiveStartKey = item{"pk": S("elsewhere"), "sk": S("1")}
			_, err := b.c.Query(b.ctx, in)
			return invalid(err)
		}},
		{"query/a filter on the key", func(b *bench) error {
			in := b.query()
			in.FilterExpression = aws.String("sk > :pk")
			_, err := b.c.Query(b.ctx, in)
			return invalid(err)
		}},
	}
}

// pages reads the partition with a limit of two and compares the pages that are not empty.
func (b *bench) pages(forward bool, want string) error {
	in := b.query()
	in.Limit, in.ScanIndexForward = aws.Int32(2), &forward
	var all []string
	for {
		got, err := b.c.Query(b.ctx, in)
		if err != nil {
			return err
		}
		if len(got.Items) > 0 {
			all = append(all, sortKeys(got.Items, "sk"))
		}
		if in.ExclusiveStartKey = got.LastEvaluatedKey; in.ExclusiveStartKey == nil {
			return same(want, strings.Join(all, "|"))
		}
	}
}

// inIndex waits until the index shows the expected items, because it may lag.
func (b *bench) inIndex(gpk, want string) (items []map[string]types.AttributeValue, err error) {
	for range 100 {
		got, qerr := b.c.Query(b.ctx, &dynamodb.QueryInput{TableName: b.table, IndexName: aws.String(index),
			KeyConditionExpression: aws.String("gpk = :g"), ExpressionAttributeValues: item{":g": S(gpk)}})
		if qerr != nil {
			return nil, qerr
		}
		if err = same(want, sortKeys(got.Items, "gsk")); err == nil {
			return got.Items, nil
		}
		time.Sleep(20 * time.Millisecond) // only when the index lags
	}
	return nil, err
}

func indexFacts() []fact {
	return []fact{
		{"index/sorted by its own key, with the projected attributes", func(b *bench) error {
			err := errors.Join(b.put("1", item{"gpk": S(b.pk), "gsk": S("z"), "x": N("1"), "y": N("1")}), b.put("2", item{"gpk": S(b.pk), "gsk": S("a")}))
			if err != nil {
				return err
			}
			items, err := b.inIndex(b.pk, "a z")
			if err != nil {
				return err
			}
			return same(b.of("1", item{"gpk": S(b.pk), "gsk": S("z"), "x": N("1")}), items[1])
		}},
		{"index/an item without the key is not in it", func(b *bench) error {
			err := errors.Join(b.put("1", item{"gpk": S(b.pk)}), b.put("2", item{"gpk": S(b.pk), "gsk": S("a")}))
			if err != nil {
				return err
			}
			_, err = b.inIndex(b.pk, "a")
			return err
		}},
		{"index/follows updates and deletes", func(b *bench) error {
			if err := b.put("1", item{"gpk": S(b.pk), "gsk": S("a")}); err != nil {
				return err
			}
			if err := b.set("1", "SET gsk = :v", item{":v": S("b")}); err != nil {
				return err
			}
			if _, err := b.inIndex(b.pk, "b"); err != nil {
				return err
			}
			if err := b.set("1", "REMOVE gpk", nil); err != nil {
				return err
			}
			_, err := b.inIndex(b.pk, "")
			return err
		}},
		{"index/two items with one index key", func(b *bench) error {
			err := errors.Join(b.put("1", item{"gpk": S(b.pk), "gsk": S("a")}), b.put("2", item{"gpk": S(b.pk), "gsk": S("a")}))
			if err != nil {
				return err
			}
			_, err = b.inIndex(b.pk, "a a")
			return err
		}},
		{"index/no consistent reads", func(b *bench) error {
			in := b.query()
			in.IndexName, in.KeyConditionExpression = aws.String(index), aws.String("gpk = :pk")
			_, err := b.c.Query(b.ctx, in)
			return invalid(err)
		}},
		{"index/that is not there", func(b *bench) error {
			in := b.query()
			in.IndexName, in.ConsistentRead = aws.String("none"), nil
			_, err := b.c.Query(b.ctx, in)
			return invalid(err)
		}},
		{"index/an update to an empty key", func(b *bench) error {
			if err := b.put("1", item{"gpk": S(b.pk), "gsk": S("a")}); err != nil {
				return err
			}
			return invalid(b.set("1", "SET gsk = :v", item{":v": S("")}))
		}},
	}
}
