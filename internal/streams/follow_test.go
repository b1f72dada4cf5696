package streams_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
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
	server, err := dynamotest.Listen("127.0.0.1:0", engine)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	client := server.Client()
	if err := dynamo.Create(t.Context(), client, "scim"); err != nil {
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
			Region: "local", BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""),
		}),
	}, engine
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
