package replay_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// followed is a DynamoDB store whose stream is processed after each write, so that a scenario sees
// at once what the stream function does on AWS a moment later.
type followed struct {
	*dynamo.Store
	mu       sync.Mutex
	follower *streams.Follower
}

func (f *followed) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	stored, err := f.Store.Commit(ctx, t, c)
	if err != nil {
		return stored, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return stored, f.follower.Drain(ctx)
}

func openFollowed(t *testing.T) scim.Store {
	t.Helper()
	server, err := dynamotest.Listen("127.0.0.1:0", dynamotest.New())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	client, options := server.Client(), dynamo.Options{Table: "scim"}
	if err := dynamo.Create(t.Context(), client, options.Table); err != nil {
		t.Fatal(err)
	}
	consumer := dynamo.NewConsumer(client, options)
	return &followed{Store: dynamo.New(client, options), follower: &streams.Follower{
		Tables: client, Table: options.Table, Log: slog.New(slog.DiscardHandler),
		Streams: dynamodbstreams.New(dynamodbstreams.Options{
			Region: "us-east-1", BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""),
		}),
		Handle: func(ctx context.Context, shard string, records []types.Record) (string, error) {
			return consumer.Process(ctx, streams.Records(shard, records))
		},
	}}
}
