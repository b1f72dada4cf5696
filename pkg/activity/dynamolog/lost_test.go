package dynamolog_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/scim"
)

// inflating is a table to which items of some records come too large, as if nothing had bounded them.
type inflating struct {
	*dynamodb.Client
	large map[string]bool // ids of records
	calls int
}

func (f *inflating) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, o ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	f.calls++
	for _, w := range in.RequestItems[table] {
		if sk, ok := w.PutRequest.Item["SK"].(*types.AttributeValueMemberS); ok && f.large[sk.Value] {
			w.PutRequest.Item["d"] = &types.AttributeValueMemberB{Value: make([]byte, 401<<10)}
		}
	}
	return f.Client.BatchWriteItem(ctx, in, o...)
}

func numbered(t *testing.T, n int) []activity.Record {
	t.Helper()
	records := make([]activity.Record, n)
	for i := range records {
		at := time.Unix(1_800_000_000+int64(i), 0)
		records[i] = activity.Record{ID: activity.NewID(at), Time: at, Tenant: acme(t), Status: 201, Resource: "u1"}
	}
	return records
}

func stored(t *testing.T, log activity.Log, q activity.Query) []activity.Record {
	t.Helper()
	q.Limit = 500
	page, err := log.Query(t.Context(), acme(t), q)
	if err != nil {
		t.Fatal(err)
	}
	return page.Records
}

// TestPoison: records that the table refuses cost only themselves, wherever they are in the batch, and
// the number of lost ones is exact.
func TestPoison(t *testing.T) {
	t.Parallel()
	for name, poison := range map[string][]int{
		"none": nil, "first": {0}, "neighbours": {12, 13}, "both ends": {0, 19},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, client := start(t)
			records := numbered(t, 20) // 40 items, with those of the timeline
			api := &inflating{Client: client, large: map[string]bool{}}
			for _, i := range poison {
				api.large[records[i].ID] = true
			}
			log := dynamolog.New(api, dynamolog.Options{Table: table})
			err := log.AppendAll(t.Context(), records)
			var lost *activity.LostError
			if (len(poison) == 0) != (err == nil) || err != nil && (!errors.As(err, &lost) || lost.Lost != len(poison)) {
				t.Errorf("%v, want %d lost", err, len(poison))
			}
			for _, resource := range []string{"", "u1"} {
				got := stored(t, log, activity.Query{Resource: resource})
				if len(got) != 20-len(poison) {
					t.Errorf("%d records of %q, want %d", len(got), resource, 20-len(poison))
				}
				for i := 1; i < len(got); i++ {
					if got[i].ID >= got[i-1].ID {
						t.Error("out of order")
					}
				}
			}
			if api.calls > 2*40+2 || len(poison) == 0 && api.calls != 2 {
				t.Errorf("%d calls", api.calls)
			}
		})
	}
}

// TestOneOfMany: a record without a tenant, or one that is there twice, costs no other record.
func TestOneOfMany(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	log := dynamolog.New(client, dynamolog.Options{Table: table})
	records := numbered(t, 10)
	records[3].Tenant = scim.TenantID{}
	records = append(records, records[5])
	err := log.AppendAll(t.Context(), records)
	var lost *activity.LostError
	if !errors.As(err, &lost) || lost.Lost != 1 || !errors.Is(err, activity.ErrTenant) {
		t.Error(err)
	}
	if n := len(stored(t, log, activity.Query{})); n != 9 {
		t.Errorf("%d records, want 9", n)
	}
}

// TestThrottled: what is throttled is sent again. A table that stays throttled, or is gone, loses what
// could not be written, and no more.
func TestThrottled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault func(call int) dynamotest.Fault
		lost  int
	}{
		"for a while": {func(call int) dynamotest.Fault {
			if call < 2 {
				return dynamotest.Fault{Kind: dynamotest.Throttle}
			}
			return dynamotest.Fault{}
		}, 0},
		"unprocessed in turn": {func(int) dynamotest.Fault { return dynamotest.Fault{Kind: dynamotest.Unprocessed, Index: 8} }, 0},
		"always":              {func(int) dynamotest.Fault { return dynamotest.Fault{Kind: dynamotest.Throttling} }, 20},
		"refused once": {func(call int) dynamotest.Fault {
			if call == 0 {
				return dynamotest.Fault{Kind: dynamotest.Refuse}
			}
			return dynamotest.Fault{}
		}, 13}, // 25 of 40 items: those of 12 records, and one of the 13th
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, client := start(t)
			log := dynamolog.New(client, dynamolog.Options{Table: table})
			call := -1
			e.Inject(func(op string, _ int) dynamotest.Fault {
				if op != "BatchWriteItem" {
					return dynamotest.Fault{}
				}
				call++
				return c.fault(call)
			})
			ctx, cancel := t.Context(), func() {}
			if c.lost == 20 {
				ctx, cancel = context.WithTimeout(ctx, 200*time.Millisecond)
			}
			defer cancel()
			err := log.AppendAll(ctx, numbered(t, 20))
			n := 0
			if lost := (*activity.LostError)(nil); errors.As(err, &lost) {
				n = lost.Lost
			}
			if n != c.lost || (err == nil) != (n == 0) {
				t.Errorf("%v: %d lost, want %d", err, n, c.lost)
			}
			if got := len(stored(t, log, activity.Query{Resource: "u1"})); got < 20-n {
				t.Errorf("%d records", got)
			}
		})
	}
}

// TestRecorderCountsOne: the Recorder counts what the table refused, and not its batch.
func TestRecorderCountsOne(t *testing.T) {
	t.Parallel()
	_, client := start(t)
	api := &inflating{Client: client}
	log := dynamolog.New(&largest{api}, dynamolog.Options{Table: table})
	rec := activity.NewRecorder(log, activity.Options{Linger: time.Second, Timeout: time.Minute})
	for i := range 20 {
		observed := &scim.Record{Tenant: acme(t), Time: time.Unix(1_800_000_000+int64(i), 0), Status: 200, Operation: "get"}
		if i == 4 {
			observed.Operation = "delete"
		}
		rec.Observe(request(t), observed)
	}
	if err := rec.Close(t.Context()); err != nil || rec.Lost() != 1 || rec.Dropped() != 0 {
		t.Errorf("%v: %d lost, %d dropped", err, rec.Lost(), rec.Dropped())
	}
	if n := len(stored(t, log, activity.Query{Operation: "get"})); n != 19 {
		t.Errorf("%d records, want 19", n)
	}
}

// largest inflates the records of deletions.
type largest struct{ *inflating }

func (l *largest) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, o ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	for _, w := range in.RequestItems[table] {
		if d, ok := w.PutRequest.Item["d"].(*types.AttributeValueMemberB); ok && strings.Contains(string(d.Value), `"delete"`) {
			w.PutRequest.Item["d"] = &types.AttributeValueMemberB{Value: append([]byte(`"delete"`), make([]byte, 401<<10)...)}
		}
	}
	return l.Client.BatchWriteItem(ctx, in, o...)
}
