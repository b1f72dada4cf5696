package streams_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	table "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/pkg/dynamo"
)

// changes are n records for each of some items of one partition key, dealt in turn.
func changes(items, n int) []dynamo.StreamRecord {
	var out []dynamo.StreamRecord
	for i := range items * n {
		out = append(out, dynamo.StreamRecord{Shard: "s", Sequence: fmt.Sprintf("%05d", i), Keys: map[string]table.AttributeValue{
			"PK": &table.AttributeValueMemberS{Value: "p"}, "SK": &table.AttributeValueMemberS{Value: fmt.Sprint(i % items)}}})
	}
	return out
}

func sk(r dynamo.StreamRecord) string {
	v, _ := r.Keys["SK"].(*table.AttributeValueMemberS)
	return v.Value
}

// TestDeal: two lanes share a partition key; the order of an item holds, and every record arrives.
func TestDeal(t *testing.T) {
	t.Parallel()
	records := changes(50, 8)
	if lanes := (streams.Deal{}).Batches(records); len(lanes) != 1 || len(lanes[0]) != 4 {
		t.Errorf("without options there are %d lanes", len(lanes))
	}
	d := streams.Deal{Factor: 2, Batch: 10, Repeat: 0.3, Seed: 1}
	lanes := d.Batches(records)
	if len(lanes) != 2 || fmt.Sprint(lanes) != fmt.Sprint(d.Batches(records)) {
		t.Fatalf("%d lanes", len(lanes))
	}
	seen, repeats, lane := map[string]string{}, 0, map[string]int{}
	all := map[string]bool{}
	for n, batches := range lanes {
		for _, r := range slices.Concat(batches...) {
			if was, known := lane[sk(r)]; known && was != n {
				t.Fatalf("item %s is in two lanes", sk(r))
			}
			lane[sk(r)] = n
			switch {
			case all[r.Sequence]:
				repeats++
			case r.Sequence < seen[sk(r)]:
				t.Errorf("item %s goes from %s to %s", sk(r), seen[sk(r)], r.Sequence)
			default:
				seen[sk(r)] = r.Sequence
			}
			all[r.Sequence] = true
		}
	}
	if len(all) != len(records) || repeats == 0 {
		t.Errorf("%d records, %d repeated", len(all), repeats)
	}
}

// TestDealRun: a batch that fails goes on with the record that is named.
func TestDealRun(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	got := map[string]int{}
	err := streams.Deal{Factor: 2, Batch: 25}.Run(t.Context(), changes(40, 2), func(_ context.Context, b []dynamo.StreamRecord) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		got[b[0].Sequence]++
		if len(b) > 5 {
			return b[5].Sequence, errors.New("too many")
		}
		return "", nil
	})
	if err != nil || len(got) < 16 {
		t.Error(got, err)
	}
	stuck := errors.New("stuck")
	err = streams.Deal{}.Run(t.Context(), changes(1, 1), func(context.Context, []dynamo.StreamRecord) (string, error) { return "", stuck })
	if !errors.Is(err, stuck) {
		t.Error(err)
	}
}

// TestFollowSplit: with two lanes, and with a shard that is split, every record arrives, those of an
// item in order; a lane that fails is delivered again.
func TestFollowSplit(t *testing.T) {
	t.Parallel()
	f, engine := followed(t, 150)
	again := func() {
		for i := range 150 {
			item := map[string]table.AttributeValue{"PK": &table.AttributeValueMemberS{Value: "p"}, "SK": &table.AttributeValueMemberS{Value: fmt.Sprintf("%04d", i)},
				"n": &table.AttributeValueMemberN{Value: fmt.Sprint(len(engine.Changes("scim", "")))}}
			if _, err := f.Tables.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("scim"), Item: item}); err != nil {
				t.Fatal(err)
			}
		}
	}
	engine.SplitShard("scim")
	again()
	engine.SplitShard("scim")
	again()
	var mu sync.Mutex
	got, shards, calls := map[string][]string{}, map[string]bool{}, 0
	f.Factor = 2
	f.Handle = func(_ context.Context, shard string, records []types.Record) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		shards[shard] = true
		calls++
		for i, r := range records {
			if calls == 4 && i == 1 {
				return aws.ToString(r.Dynamodb.SequenceNumber), errors.New("refused")
			}
			got[sortKey(r)] = append(got[sortKey(r)], aws.ToString(r.Dynamodb.SequenceNumber))
		}
		return "", nil
	}
	for f.Drain(t.Context()) != nil { // the refused lane
	}
	if len(shards) != 7 || len(got) != 150 {
		t.Errorf("%d shards, %d items", len(shards), len(got))
	}
	for item, sequences := range got {
		if distinct := slices.Compact(slices.Clone(sequences)); !slices.IsSorted(sequences) || len(distinct) < 3 {
			t.Errorf("%s: %v", item, sequences)
		}
	}
}
