package streams_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	table "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/pkg/dynamo"
)

// follower returns a Follower of a table with this number of items; the caller sets Handle.
func follower(t *testing.T, items int) *streams.Follower {
	t.Helper()
	f, _ := followed(t, items)
	return f
}

// followed returns the engine of the table as well.
func followed(t *testing.T, items int) (*streams.Follower, *dynamotest.Engine) {
	t.Helper()
	engine := dynamotest.New()
	return followerOf(t, engine, items), engine
}

func followerOf(t *testing.T, engine *dynamotest.Engine, items int) *streams.Follower {
	t.Helper()
	server, err := dynamotest.Listen("127.0.0.1:0", engine)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	client := server.Client()
	if _, err := client.CreateTable(t.Context(), dynamo.Definition("scim")); err != nil { // Create adds an item
		t.Fatal(err)
	}
	for i := range items {
		item := map[string]table.AttributeValue{"PK": &table.AttributeValueMemberS{Value: "p"}, "SK": &table.AttributeValueMemberS{Value: fmt.Sprintf("%04d", i)}}
		if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("scim"), Item: item}); err != nil {
			t.Fatal(err)
		}
	}
	return &streams.Follower{
		Tables: client, Table: "scim", Log: slog.New(slog.DiscardHandler), Pause: time.Millisecond,
		Streams: dynamodbstreams.New(dynamodbstreams.Options{
			Region: "us-east-1", BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""),
		}),
	}
}

func sortKey(r types.Record) string {
	v, _ := r.Dynamodb.Keys["SK"].(*types.AttributeValueMemberS)
	return v.Value
}

// TestFollow: every record arrives once and in order; a batch that fails in the middle continues there.
func TestFollow(t *testing.T) {
	t.Parallel()
	f := follower(t, 250)
	var got, want []string
	for i := range 250 {
		want = append(want, fmt.Sprintf("%04d", i))
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	calls := 0
	f.Handle = func(_ context.Context, _ string, records []types.Record) (string, error) {
		calls++
		for i, r := range records {
			if calls == 1 && i == 40 {
				return aws.ToString(r.Dynamodb.SequenceNumber), errors.New("record 40 is refused")
			}
			if calls == 2 {
				return "", errors.New("all records are refused")
			}
			got = append(got, sortKey(r))
		}
		if len(got) >= len(want) {
			cancel()
		}
		return "", nil
	}
	if err := f.Run(ctx); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got) // there may be several shards
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestFailedReads: after a read of the stream that fails, the follower continues after the last record that was
// processed, or from the oldest one if the others are no longer kept.
func TestFailedReads(t *testing.T) {
	t.Parallel()
	for _, trimmed := range []bool{false, true} {
		engine := dynamotest.New()
		f := followerOf(t, engine, 350)
		var log bytes.Buffer
		f.Log = slog.New(slog.NewTextHandler(&log, nil))
		reads := 0
		engine.Inject(func(op string, _ int) dynamotest.Fault {
			if op != "GetRecords" {
				return dynamotest.Fault{}
			}
			if reads++; reads%2 == 0 {
				return dynamotest.Fault{Kind: dynamotest.Refuse}
			}
			return dynamotest.Fault{}
		})
		got := map[string]int{}
		f.Handle = func(ctx context.Context, _ string, records []types.Record) (string, error) {
			for _, r := range records {
				got[sortKey(r)]++
			}
			if trimmed && len(got) == 100 { // the next write trims the stream
				engine.KeepRecords(50)
				item := map[string]table.AttributeValue{"PK": &table.AttributeValueMemberS{Value: "p"}, "SK": &table.AttributeValueMemberS{Value: "last"}}
				if _, err := f.Tables.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("scim"), Item: item}); err != nil {
					t.Error(err)
				}
			}
			return "", nil
		}
		for range 20 {
			if err := f.Drain(t.Context()); err == nil {
				break
			}
		}
		if want := map[bool]int{false: 350, true: 150}[trimmed]; len(got) != want || trimmed && got["last"] != 1 {
			t.Errorf("trimmed %t: %d records, want %d", trimmed, len(got), want)
		}
		if strings.Contains(log.String(), "restart-feed") != trimmed {
			t.Errorf("trimmed %t: the log says %q", trimmed, &log)
		}
		for key, n := range got {
			if n != 1 {
				t.Errorf("trimmed %t: record %s arrived %d times", trimmed, key, n)
			}
		}
	}
}

func TestNoStream(t *testing.T) {
	t.Parallel()
	f := follower(t, 0)
	f.Table = "other"
	if err := f.Run(t.Context()); err == nil {
		t.Error("a missing table is followed")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Run(ctx); err != nil {
		t.Errorf("the end of the context is an error: %v", err)
	}
}
