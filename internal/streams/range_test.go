package streams_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	table "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/streams"
)

// ranges is a table with a stream whose parts are read.
type ranges struct {
	*streams.Follower
	t      *testing.T
	engine *dynamotest.Engine
	arn    string
}

func newRanges(t *testing.T, items int) ranges {
	t.Helper()
	f, engine := followed(t, items)
	out, err := f.Tables.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("scim")})
	if err != nil {
		t.Fatal(err)
	}
	return ranges{f, t, engine, aws.ToString(out.Table.LatestStreamArn)}
}

// of is the range from one change to another.
func (r ranges) of(first, last dynamotest.Change) streams.Range {
	return streams.Range{Stream: r.arn, Shard: first.Shard, First: first.Sequence, Last: last.Sequence}
}

// put adds changes.
func (r ranges) put(n int) {
	r.t.Helper()
	for range n {
		item := map[string]table.AttributeValue{"PK": &table.AttributeValueMemberS{Value: "q"}, "SK": &table.AttributeValueMemberS{Value: "0"},
			"n": &table.AttributeValueMemberN{Value: fmt.Sprint(len(r.engine.Changes("scim", "")))}}
		if _, err := r.Tables.PutItem(r.t.Context(), &dynamodb.PutItemInput{TableName: aws.String("scim"), Item: item}); err != nil {
			r.t.Fatal(err)
		}
	}
}

// read reads a range; meanwhile is called after each page.
func (r ranges) read(rg streams.Range, meanwhile func()) (kept streams.Kept, got []string, err error) {
	r.t.Helper()
	kept, err = rg.Each(r.t.Context(), r.Streams, func(_ context.Context, page []types.Record) error {
		for _, one := range page {
			got = append(got, aws.ToString(one.Dynamodb.SequenceNumber))
		}
		meanwhile()
		return nil
	})
	return kept, got, err
}

func nothing() {}

// TestRange: exactly the records of the range arrive, in order: one, several pages of them, the whole
// stream, and the part of a shard that is closed.
func TestRange(t *testing.T) {
	t.Parallel()
	r := newRanges(t, 260)
	all := r.engine.Changes("scim", "")
	for _, c := range [][2]int{{0, 0}, {7, 7}, {7, 9}, {0, 99}, {0, 100}, {5, 240}, {0, 259}, {259, 259}} {
		rg := r.of(all[c[0]], all[c[1]])
		kept, got, err := r.read(rg, nothing)
		if err != nil || kept != streams.KeptAll || len(got) != c[1]-c[0]+1 || got[0] != rg.First || got[len(got)-1] != rg.Last || !slices.IsSorted(got) {
			t.Errorf("%v: %d %d records %v", c, kept, len(got), err)
		}
		if kept, err := rg.Kept(t.Context(), r.Streams); kept != streams.KeptAll || err != nil {
			t.Error(c, kept, err)
		}
	}
	last := r.of(all[250], all[259])
	r.engine.SplitShard("scim")
	r.put(3)
	if kept, got, err := r.read(last, nothing); err != nil || kept != streams.KeptAll || len(got) != 10 {
		t.Error("closed shard", kept, got, err)
	}
	beyond := last
	beyond.Last = r.engine.Changes("scim", last.Last)[2].Sequence // a record of another shard
	if _, got, err := r.read(beyond, nothing); err == nil || len(got) != 10 {
		t.Error("a range that is longer than its shard", got, err)
	}
}

// TestRangeTrimmed: what the stream no longer has is said, and the rest arrives; also when records are
// trimmed while the range is read.
func TestRangeTrimmed(t *testing.T) {
	t.Parallel()
	r := newRanges(t, 250)
	all := r.engine.Changes("scim", "")
	gone, half, whole := r.of(all[0], all[40]), r.of(all[0], all[240]), r.of(all[220], all[249])
	r.engine.KeepRecords(50)
	r.put(14) // trims down to 50 when there are more than 62
	first := r.engine.Changes("scim", "")[0].Sequence
	if first <= gone.Last || first > whole.First {
		t.Fatal("the test trims other records than it should", first)
	}
	r.engine.KeepRecords(10_000)
	for _, c := range []struct {
		rg   streams.Range
		kept streams.Kept
	}{{gone, streams.KeptNone}, {half, streams.KeptLater}, {whole, streams.KeptAll}} {
		kept, got, err := r.read(c.rg, nothing)
		if err != nil || kept != c.kept || (kept == streams.KeptNone) != (len(got) == 0) || len(got) > 0 && got[len(got)-1] != c.rg.Last {
			t.Errorf("%v: %d %v %v", c.rg, kept, got, err)
		}
		if kept == streams.KeptLater && got[0] != first {
			t.Errorf("the later records begin with %s, not %s", got[0], first)
		}
		if kept, err := c.rg.Kept(t.Context(), r.Streams); kept != c.kept || err != nil {
			t.Error(kept, err)
		}
	}
	for _, rg := range []streams.Range{{Stream: r.arn + "x", Shard: whole.Shard, First: whole.First, Last: whole.Last}, {Stream: r.arn, Shard: "shardId-0", First: whole.First, Last: whole.Last}} {
		if kept, got, err := r.read(rg, nothing); kept != streams.KeptNone || err != nil || len(got) > 0 {
			t.Error("a stream or shard that is gone:", kept, got, err)
		}
	}
}

// TestRangeTrimmedMeanwhile: records are trimmed after the first page was read.
func TestRangeTrimmedMeanwhile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ last, keep int }{{290, 20}, {150, 20}} { // the last record is kept, and it is not
		r := newRanges(t, 300)
		all := r.engine.Changes("scim", "")
		pages := 0
		kept, got, err := r.read(r.of(all[0], all[c.last]), func() {
			if pages++; pages == 1 {
				r.engine.KeepRecords(c.keep)
				r.put(1)
				r.engine.KeepRecords(10_000)
			}
		})
		if err != nil || kept != streams.KeptLater || len(got) < 100 || !slices.IsSorted(got) {
			t.Errorf("%d records: %d %v", len(got), kept, err)
		}
		if end := got[len(got)-1] == all[c.last].Sequence; end != (c.last == 290) {
			t.Errorf("the last record is %s", got[len(got)-1])
		}
	}
}

// TestRangeFails: the error of the handler ends the reading.
func TestRangeFails(t *testing.T) {
	t.Parallel()
	r := newRanges(t, 150)
	all, stuck, calls := r.engine.Changes("scim", ""), errors.New("stuck"), 0
	_, err := r.of(all[0], all[149]).Each(t.Context(), r.Streams, func(context.Context, []types.Record) error {
		calls++
		return stuck
	})
	if !errors.Is(err, stuck) || calls != 1 {
		t.Error(calls, err)
	}
	r.engine.Inject(func(op string, _ int) dynamotest.Fault {
		if op == "GetRecords" || op == "GetShardIterator" {
			return dynamotest.Fault{Kind: dynamotest.Refuse}
		}
		return dynamotest.Fault{}
	})
	if kept, got, err := r.read(r.of(all[0], all[1]), nothing); err == nil || kept == streams.KeptAll && len(got) > 0 {
		t.Error(kept, got, err)
	}
}
