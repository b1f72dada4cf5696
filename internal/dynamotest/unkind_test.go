package dynamotest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/dynamotest"
)

// unkind returns an engine with these walls, and a client that does not retry.
func unkind(t *testing.T, u dynamotest.Unkind) (*dynamotest.Engine, *bench) {
	t.Helper()
	e, b := engine(t)
	e.Unkind(u)
	b.c = dynamodb.New(b.c.Options(), func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	return e, b
}

// still is a clock that stands until it is moved.
type still struct{ at time.Time }

func (s *still) now() time.Time { return s.at }

func (s *still) pass(d time.Duration) { s.at = s.at.Add(d) }

const exceeded = "ProvisionedThroughputExceededException"

// A partition key takes its units a second and no more; another key is not affected. A read and a
// write have units of their own.
func TestKeyWrites(t *testing.T) {
	t.Parallel()
	clock := &still{at: time.Unix(1000, 0)}
	e, b := unkind(t, dynamotest.Unkind{WriteUnits: 10, ReadUnits: 4, Now: clock.now})
	a, other := b.in("a"), b.in("other")
	for range 10 {
		ok(t, a.put("1", nil))
	}
	ok(t, code(a.put("1", nil), exceeded, ""))
	ok(t, code(a.put("2", nil), exceeded, ""))
	ok(t, code(a.set("1", "SET n = :v", item{":v": N("1")}), exceeded, ""))
	ok(t, other.put("1", nil))
	for range 4 {
		_, err := a.get("1")
		ok(t, err)
	}
	_, err := a.get("1")
	ok(t, code(err, exceeded, ""))
	_, err = a.c.Query(a.ctx, a.query())
	ok(t, code(err, exceeded, ""))
	clock.pass(100 * time.Millisecond)
	ok(t, a.put("1", nil))
	ok(t, code(a.put("1", nil), exceeded, ""))
	for _, k := range e.KeyUnits() {
		if k.Key == "a" && (k.Write != 11 || k.Read != 4 || k.Throttled != 6) {
			t.Errorf("%+v", k)
		}
	}
}

// A request may take more units than are left: the key pays the debt first.
func TestKeyDebt(t *testing.T) {
	t.Parallel()
	clock := &still{at: time.Unix(1000, 0)}
	_, b := unkind(t, dynamotest.Unkind{WriteUnits: 10, Now: clock.now})
	ok(t, b.put("1", item{"x": S(strings.Repeat("x", 29<<10))})) // 30 units
	clock.pass(1900 * time.Millisecond)
	ok(t, code(b.put("2", nil), exceeded, ""))
	clock.pass(200 * time.Millisecond)
	ok(t, b.put("2", nil))
}

// A key of an index refuses the writes of the table: all partitions of the table wait for it.
func TestIndexKey(t *testing.T) {
	t.Parallel()
	clock := &still{at: time.Unix(1000, 0)}
	_, b := unkind(t, dynamotest.Unkind{WriteUnits: 5, Now: clock.now})
	for i := range 5 {
		ok(t, b.in(fmt.Sprint(i)).put("1", item{"gpk": S("hot"), "gsk": S(fmt.Sprint(i))}))
	}
	ok(t, code(b.in("9").put("1", item{"gpk": S("hot"), "gsk": S("9")}), exceeded, ""))
	ok(t, b.in("9").put("1", item{"gpk": S("cold"), "gsk": S("9")}))
	moved := b.in("9").set("1", "SET gpk = :v", item{":v": S("hot")})
	ok(t, code(moved, exceeded, ""))
}

// A transaction names the throttled actions, and applies none. A batch leaves them unprocessed; one
// with nothing else fails.
func TestThrottledTogether(t *testing.T) {
	t.Parallel()
	clock := &still{at: time.Unix(1000, 0)}
	_, b := unkind(t, dynamotest.Unkind{WriteUnits: 1, ReadUnits: 1, Now: clock.now})
	hot, cold := b.in("hot"), b.in("cold")
	ok(t, hot.put("1", nil))
	_, got, err := codes(b.transact("", cold.putting("1", nil, ""), hot.putting("1", nil, "")))
	ok(t, err)
	ok(t, same("None ThrottlingError", got))
	put := func(b *bench) types.WriteRequest {
		return types.WriteRequest{PutRequest: &types.PutRequest{Item: b.of("2", nil)}}
	}
	batch := func(w ...types.WriteRequest) (*dynamodb.BatchWriteItemOutput, error) {
		return b.c.BatchWriteItem(b.ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*b.table: w}})
	}
	out, err := batch(put(hot), put(cold))
	ok(t, err)
	if rest := out.UnprocessedItems[*b.table]; len(rest) != 1 {
		t.Errorf("%v", rest)
	} else {
		ok(t, same(put(hot).PutRequest.Item, rest[0].PutRequest.Item))
	}
	_, err = batch(put(hot))
	ok(t, code(err, exceeded, ""))
	held, err := cold.get("1") // the key has no read units left after it
	ok(t, err)
	if held != nil {
		t.Error("a throttled transaction was applied")
	}
	gets := func(keys ...item) (*dynamodb.BatchGetItemOutput, error) {
		return b.c.BatchGetItem(b.ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{*b.table: {Keys: asMaps(keys)}}})
	}
	read, err := gets(cold.key("1"), hot.key("1"))
	ok(t, err)
	if len(read.Responses[*b.table]) != 1 || len(read.UnprocessedKeys[*b.table].Keys) != 1 {
		t.Errorf("%v", read)
	}
	_, err = gets(cold.key("1"), hot.key("2"))
	if err != nil { // hot has half a unit left
		t.Error(err)
	}
}

func asMaps(items []item) []map[string]types.AttributeValue {
	out := make([]map[string]types.AttributeValue, len(items))
	for i, it := range items {
		out[i] = it
	}
	return out
}

// While a transaction is not finished, its items refuse other writes and transactions, but no reads.
func TestHeldItems(t *testing.T) {
	t.Parallel()
	waiting, finish := make(chan bool), make(chan bool)
	_, b := unkind(t, dynamotest.Unkind{Hold: time.Hour, Sleep: func(time.Duration) { waiting <- true; <-finish }})
	var wg sync.WaitGroup
	wg.Go(func() { ok(t, b.transact("", b.putting("1", nil, ""), b.putting("2", nil, ""))) })
	<-waiting
	_, got, err := codes(b.transact("", b.putting("3", nil, ""), b.putting("2", nil, "")))
	ok(t, err)
	ok(t, same("None TransactionConflict", got))
	ok(t, code(b.put("1", nil), "TransactionConflictException", ""))
	ok(t, code(b.set("2", "SET n = :v", item{":v": N("1")}), "TransactionConflictException", ""))
	_, err = b.get("1")
	ok(t, err)
	_, err = b.c.Query(b.ctx, b.query())
	ok(t, err)
	_, err = b.c.TransactGetItems(b.ctx, &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{
		{Get: &types.Get{TableName: b.table, Key: b.key("9")}}, {Get: &types.Get{TableName: b.table, Key: b.key("1")}}}})
	_, got, err = codes(err)
	ok(t, err)
	ok(t, same("None TransactionConflict", got))
	ok(t, b.put("3", nil))
	finish <- true
	wg.Wait()
	ok(t, b.put("1", nil))
}

// Each request waits for the latency.
func TestLatency(t *testing.T) {
	t.Parallel()
	var waits []time.Duration
	_, b := unkind(t, dynamotest.Unkind{Latency: 3 * time.Millisecond, Sleep: func(d time.Duration) { waits = append(waits, d) }})
	ok(t, b.put("1", nil))
	_, err := b.get("1")
	ok(t, err)
	ok(t, same([]time.Duration{3 * time.Millisecond, 3 * time.Millisecond}, waits))
}

// After a split, the records of a partition key are in two shards; those of an item are in one.
func TestSplitShard(t *testing.T) {
	t.Parallel()
	e, b := engine(t)
	fill := func() {
		for i := range 40 {
			ok(t, b.put(fmt.Sprint(i), item{"n": N(fmt.Sprint(len(e.Changes(*b.table, ""))))}))
		}
	}
	fill()
	e.SplitShard(*b.table)
	fill()
	fill()
	of, first := map[string]string{}, e.Changes(*b.table, "")[0].Shard
	counts := map[string]int{}
	for _, c := range e.Changes(*b.table, "") {
		counts[c.Shard]++
		if c.Shard == first {
			continue
		}
		key := c.Keys["sk"].(*types.AttributeValueMemberS).Value
		if was := of[key]; was != "" && was != c.Shard {
			t.Errorf("item %s is in %s and %s", key, was, c.Shard)
		}
		of[key] = c.Shard
	}
	if len(counts) != 3 || counts[first] != 40 {
		t.Errorf("%v", counts)
	}
}
