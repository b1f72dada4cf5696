package dynamotest_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func (b *bench) batchPut(n, size int) error {
	var w []types.WriteRequest
	for i := range n {
		w = append(w, types.WriteRequest{PutRequest: &types.PutRequest{Item: b.of(fmt.Sprint(i), item{"a": S(strings.Repeat("x", size))})}})
	}
	out, err := b.c.BatchWriteItem(b.ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*b.table: w}})
	if err == nil && len(out.UnprocessedItems) > 0 {
		err = errors.New("unprocessed items")
	}
	return err
}

func (b *bench) batchGet(sks ...string) (*dynamodb.BatchGetItemOutput, error) {
	var keys []map[string]types.AttributeValue
	for _, sk := range sks {
		keys = append(keys, b.key(sk))
	}
	return b.c.BatchGetItem(b.ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{*b.table: {Keys: keys}}})
}

func numbered(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint(i)
	}
	return out
}

func batchFacts() []fact {
	return []fact{
		{"batch/25 writes", func(b *bench) error { return errors.Join(b.batchPut(25, 1), b.holds("24", item{"a": S("x")})) }},
		{"batch/26 writes", func(b *bench) error { return invalid(b.batchPut(26, 1)) }},
		{"batch/one item written twice", func(b *bench) error {
			w := types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: b.key("1")}}
			_, err := b.c.BatchWriteItem(b.ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*b.table: {w, w}}})
			return code(err, "ValidationException", "duplicates")
		}},
		{"batch/a delete of nothing", func(b *bench) error {
			w := types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: b.key("1")}}
			_, err := b.c.BatchWriteItem(b.ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*b.table: {w}}})
			return err
		}},
		{"batch/100 gets, absent ones left out", func(b *bench) error {
			if err := b.batchPut(25, 1); err != nil {
				return err
			}
			got, err := b.batchGet(numbered(100)...)
			if err != nil {
				return err
			}
			if n := len(got.Responses[*b.table]); n != 25 {
				return fmt.Errorf("%d items", n)
			}
			return nil
		}},
		{"batch/101 gets", func(b *bench) error {
			_, err := b.batchGet(numbered(101)...)
			return invalid(err)
		}},
		{"batch/one key asked twice", func(b *bench) error {
			_, err := b.batchGet("1", "1")
			return code(err, "ValidationException", "duplicates")
		}},
		{"batch/gets beyond 16 MB are left unprocessed", func(b *bench) error {
			for i := range 45 {
				if err := b.put(fmt.Sprint(i), item{"a": S(strings.Repeat("x", 399<<10))}); err != nil {
					return err
				}
			}
			got, err := b.batchGet(numbered(45)...)
			if err != nil {
				return err
			}
			done, left := len(got.Responses[*b.table]), len(got.UnprocessedKeys[*b.table].Keys)
			if done+left != 45 || left == 0 {
				return fmt.Errorf("%d read and %d unprocessed", done, left)
			}
			return nil
		}},
	}
}

// capacityFacts are about the consumed capacity that a response reports.
func capacityFacts() []fact {
	size := func(n int) item { return item{"a": S(strings.Repeat("x", n))} }
	units := func(got *types.ConsumedCapacity, want float64) error {
		if got == nil {
			return errors.New("no capacity in the answer")
		}
		if n := aws.ToFloat64(got.CapacityUnits); n != want {
			return fmt.Errorf("want %v units, got %v", want, n)
		}
		return nil
	}
	put := func(b *bench, attrs item) (*types.ConsumedCapacity, error) {
		out, err := b.c.PutItem(b.ctx, &dynamodb.PutItemInput{TableName: b.table, Item: b.of("1", attrs), ReturnConsumedCapacity: "INDEXES"})
		if err != nil {
			return nil, err
		}
		return out.ConsumedCapacity, nil
	}
	return []fact{
		{"capacity/a put costs a unit for each KB begun", func(b *bench) error {
			got, err := put(b, size(2000))
			return errors.Join(err, units(got, 3))
		}},
		{"capacity/a smaller item over a larger one costs the larger", func(b *bench) error {
			if _, err := put(b, size(3500)); err != nil {
				return err
			}
			got, err := put(b, nil)
			return errors.Join(err, units(got, 4))
		}},
		{"capacity/an index entry is a unit more", func(b *bench) error {
			got, err := put(b, item{"gpk": S(b.pk), "gsk": S("a")})
			return errors.Join(err, units(got, 2))
		}},
		{"capacity/a consistent get of 5 KB is two units, half of it without", func(b *bench) error {
			if err := b.put("1", size(5000)); err != nil {
				return err
			}
			for consistent, want := range map[bool]float64{true: 2, false: 1} {
				got, err := b.c.GetItem(b.ctx, &dynamodb.GetItemInput{TableName: b.table, Key: b.key("1"), ConsistentRead: &consistent, ReturnConsumedCapacity: "TOTAL"})
				if err != nil {
					return err
				}
				if err := units(got.ConsumedCapacity, want); err != nil {
					return err
				}
			}
			return nil
		}},
		{"capacity/a get of nothing is half a unit", func(b *bench) error {
			got, err := b.c.GetItem(b.ctx, &dynamodb.GetItemInput{TableName: b.table, Key: b.key("1"), ReturnConsumedCapacity: "TOTAL"})
			if err != nil {
				return err
			}
			return units(got.ConsumedCapacity, 0.5)
		}},
		{"capacity/a query rounds once, not for each item", func(b *bench) error {
			if err := b.batchPut(10, 700); err != nil {
				return err
			}
			in := b.query()
			in.ReturnConsumedCapacity = "TOTAL"
			got, err := b.c.Query(b.ctx, in)
			if err != nil {
				return err
			}
			return units(got.ConsumedCapacity, 2)
		}},
		{"capacity/a transaction costs twice", func(b *bench) error {
			got, err := b.c.TransactWriteItems(b.ctx, &dynamodb.TransactWriteItemsInput{ReturnConsumedCapacity: "TOTAL",
				TransactItems: []types.TransactWriteItem{b.putting("1", nil, ""), b.putting("2", size(1500), "")}})
			if err != nil {
				return err
			}
			if len(got.ConsumedCapacity) != 1 {
				return fmt.Errorf("got %v", got.ConsumedCapacity)
			}
			return units(&got.ConsumedCapacity[0], 6)
		}},
	}
}
