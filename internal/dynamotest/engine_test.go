package dynamotest_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/dynamotest"
)

// engine returns a bench on an engine of its own, with an SDK client that does not retry.
func engine(t *testing.T) (*dynamotest.Engine, *bench) {
	t.Helper()
	e, c := dynamotest.NewDirect()
	b := &bench{ctx: t.Context(), table: aws.String("mine"), pk: "p",
		c: dynamodb.New(c.Options(), func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })}
	if _, err := b.c.CreateTable(b.ctx, definition(*b.table)); err != nil {
		t.Fatal(err)
	}
	return e, b
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Each fault has its own answer, and nothing is applied, except when only the response is lost.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, f := range []struct {
		kind dynamotest.FaultKind
		code string
	}{
		{dynamotest.Throttle, "ProvisionedThroughputExceededException"},
		{dynamotest.Throttling, "ThrottlingException"},
		{dynamotest.InternalError, "InternalServerError"},
		{dynamotest.Conflict, "TransactionConflictException"},
		{dynamotest.Refuse, "AccessDeniedException"},
		{dynamotest.DropBefore, ""},
		{dynamotest.DropAfter, ""},
		{dynamotest.Hang, ""},
	} {
		t.Run(fmt.Sprint(f.code, f.kind), func(t *testing.T) {
			t.Parallel()
			e, b := engine(t)
			e.Inject(func(string, int) dynamotest.Fault { return dynamotest.Fault{Kind: f.kind} })
			if f.kind == dynamotest.Hang {
				var stop context.CancelFunc
				b.ctx, stop = context.WithTimeout(b.ctx, 50*time.Millisecond)
				defer stop()
			}
			err := b.put("1", nil)
			b.ctx = t.Context()
			switch {
			case err == nil:
				t.Fatal("no error")
			case f.code != "":
				ok(t, code(err, f.code, ""))
			}
			e.Inject(nil)
			want := item(nil)
			if f.kind == dynamotest.DropAfter {
				want = item{}
			}
			ok(t, b.holds("1", want))
		})
	}
}

// A conflict is the cancellation reason of its action. A batch leaves later actions unprocessed.
func TestFaultsOfManyItems(t *testing.T) {
	t.Parallel()
	e, b := engine(t)
	e.Inject(func(string, int) dynamotest.Fault { return dynamotest.Fault{Kind: dynamotest.Conflict, Index: 1} })
	_, all, err := codes(b.transact("", b.putting("1", nil, ""), b.putting("2", nil, "")))
	ok(t, errors.Join(err, same("None TransactionConflict", all)))
	e.Inject(func(string, int) dynamotest.Fault { return dynamotest.Fault{Kind: dynamotest.Unprocessed, Index: 1} })
	put := func(sk string) types.WriteRequest {
		return types.WriteRequest{PutRequest: &types.PutRequest{Item: b.of(sk, nil)}}
	}
	out, err := b.c.BatchWriteItem(b.ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*b.table: {put("1"), put("2")}}})
	ok(t, err)
	ok(t, same([]types.WriteRequest{put("2")}[0].PutRequest.Item, out.UnprocessedItems[*b.table][0].PutRequest.Item))
	got, err := b.batchGet("1", "2")
	ok(t, err)
	if len(got.UnprocessedKeys[*b.table].Keys) != 1 {
		t.Error("no unprocessed keys")
	}
}

// From the third write on, nothing is applied until the fault is removed.
func TestCrashAfter(t *testing.T) {
	t.Parallel()
	e, b := engine(t)
	e.Inject(dynamotest.CrashAfter(2))
	ok(t, b.put("1", nil))
	_, err := b.get("1") // reads do not count
	ok(t, err)
	ok(t, b.put("2", nil))
	ok(t, code(b.put("3", nil), "AccessDeniedException", ""))
	if _, err := b.get("1"); err == nil {
		t.Error("a dead process reads")
	}
	e.Inject(nil)
	ok(t, errors.Join(b.holds("2", item{}), b.holds("3", nil)))
}

// The same seed fails the same requests, and about the given share of them.
func TestRandomly(t *testing.T) {
	t.Parallel()
	a, b := dynamotest.Randomly(7, 0.05, dynamotest.Conflict, dynamotest.Throttle), dynamotest.Randomly(7, 0.05, dynamotest.Conflict, dynamotest.Throttle)
	hits := map[dynamotest.FaultKind]int{}
	for i := range 10_000 {
		f := a("PutItem", i)
		if f != b("PutItem", i) {
			t.Fatal("two sequences of one seed differ")
		}
		hits[f.Kind]++
	}
	if n := hits[dynamotest.Conflict] + hits[dynamotest.Throttle]; n < 400 || n > 600 || hits[dynamotest.Throttle] == 0 {
		t.Errorf("hits: %v", hits)
	}
}

// An index shows a write only after that many later writes, or after Settle.
func TestLag(t *testing.T) {
	t.Parallel()
	e, b := engine(t)
	e.Lag(2)
	look := func(want string) {
		t.Helper()
		got, err := b.c.Query(b.ctx, &dynamodb.QueryInput{TableName: b.table, IndexName: aws.String(index),
			KeyConditionExpression: aws.String("gpk = :g"), ExpressionAttributeValues: item{":g": S("g")}})
		ok(t, err)
		ok(t, same(want, sortKeys(got.Items, "gsk")))
	}
	for _, sk := range []string{"1", "2", "3"} {
		ok(t, b.put(sk, item{"gpk": S("g"), "gsk": S(sk)}))
	}
	look("1")
	e.Settle()
	look("1 2 3")
	ok(t, b.put("4", item{"gpk": S("g"), "gsk": S("4")}))
	look("1 2 3")
	e.Lag(0)
	look("1 2 3 4")
}

// Stream records of items that Expire deletes have the service as their user.
func TestExpire(t *testing.T) {
	t.Parallel()
	e, b := engine(t)
	_, err := b.c.UpdateTimeToLive(b.ctx, &dynamodb.UpdateTimeToLiveInput{TableName: b.table,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("ttl"), Enabled: aws.Bool(true)}})
	ok(t, err)
	now := time.Unix(1_700_000_000, 0)
	at := func(d time.Duration) item { return item{"ttl": N(fmt.Sprint(now.Add(d).Unix()))} }
	ok(t, b.put("past", at(-time.Second)))
	ok(t, b.put("future", at(time.Second)))
	ok(t, b.put("long ago", at(-6*365*24*time.Hour)))
	ok(t, b.put("text", item{"ttl": S("1")}))
	ok(t, b.put("none", nil))
	if n := e.Expire(now); n != 1 {
		t.Fatalf("%d expired", n)
	}
	ok(t, b.holds("past", nil))
	changes := e.Changes(*b.table, "")
	last := changes[len(changes)-1]
	if last.Kind != "REMOVE" || !last.ByTTL || changes[0].ByTTL {
		t.Errorf("got %+v", last)
	}
	ok(t, same(b.key("past"), last.Keys))
	ok(t, same(b.of("past", at(-time.Second)), last.Old))
}

// A stream keeps only the last records. A request for older ones gets an error.
func TestKeepRecords(t *testing.T) {
	t.Parallel()
	e, b := engine(t)
	e.KeepRecords(5)
	for i := range 12 {
		ok(t, b.put(fmt.Sprint(i), nil))
	}
	changes := e.Changes(*b.table, "")
	if len(changes) != 5 {
		t.Fatalf("%d records", len(changes))
	}
	ok(t, same(b.key("7"), changes[0].Keys))
	if rest := e.Changes(*b.table, changes[3].Sequence); len(rest) != 1 || rest[0].EventID != changes[4].EventID {
		t.Errorf("got %v", rest)
	}
}

// A request token is valid for ten minutes.
func TestTokenLife(t *testing.T) {
	t.Parallel()
	e, b := engine(t)
	now := time.Unix(0, 0)
	e.Clock(func() time.Time { return now })
	add := types.TransactWriteItem{Update: &types.Update{TableName: b.table, Key: b.key("1"),
		UpdateExpression: aws.String("ADD n :v"), ExpressionAttributeValues: item{":v": N("1")}}}
	for _, after := range []time.Duration{0, 9 * time.Minute, 11 * time.Minute} {
		now = time.Unix(0, 0).Add(after)
		ok(t, b.transact("token", add))
	}
	ok(t, b.holds("1", item{"n": N("2")}))
}

// The meter counts what the service would bill, even if the request does not ask for it.
func TestMeter(t *testing.T) {
	t.Parallel()
	e, b := engine(t)
	e.Reset()
	ok(t, b.put("1", nil))
	ok(t, b.transact("", b.putting("2", nil, "")))
	ok(t, b.holds("1", item{}))
	_, err := b.c.PutItem(b.ctx, &dynamodb.PutItemInput{TableName: b.table, Item: b.of("1", nil), ConditionExpression: aws.String("attribute_not_exists(pk)")})
	ok(t, code(err, "ConditionalCheckFailedException", ""))
	m := e.Meter()
	if m.RoundTrips() != 4 || m.WriteUnits != 4 || m.ReadUnits != 1 || m.Requests["PutItem"] != 2 {
		t.Errorf("got %+v", m)
	}
}

// Concurrent writers of one counter: no successful write is lost.
func TestConcurrentWriters(t *testing.T) {
	t.Parallel()
	_, b := engine(t)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 20 {
				if err := b.set("1", "ADD n :v", item{":v": N("1")}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	ok(t, b.holds("1", item{"n": N("320")}))
}
