package dynamotest_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
)

// direct returns an engine with a table "scim", and a client that calls it directly.
func direct(t testing.TB) (*dynamotest.Engine, *dynamodb.Client) {
	t.Helper()
	e := dynamotest.New()
	c := dynamo.NewClient(dynamo.ClientOptions{
		Region: "us-east-1", Endpoint: dynamotest.Nowhere, Credentials: dynamotest.Anonymous(), HTTPClient: &http.Client{Transport: dynamotest.Direct{Engine: e}},
	})
	if err := dynamo.Create(t.Context(), c, "scim"); err != nil {
		t.Fatal(err)
	}
	return e, c
}

func itemOf(pk, size string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: pk}, "SK": &types.AttributeValueMemberS{Value: "s"}, "doc": &types.AttributeValueMemberS{Value: size},
	}
}

// TestDirect: answers, errors and the stream are those of an engine on a connection.
func TestDirect(t *testing.T) {
	t.Parallel()
	_, c := direct(t)
	ctx := t.Context()
	put := &dynamodb.PutItemInput{TableName: aws.String("scim"), Item: itemOf("a", "x"), ConditionExpression: aws.String("attribute_not_exists(PK)")}
	if _, err := c.PutItem(ctx, put); err != nil {
		t.Fatal(err)
	}
	var failed *types.ConditionalCheckFailedException
	if _, err := c.PutItem(ctx, put); !errors.As(err, &failed) {
		t.Errorf("the second one: %v", err)
	}
	got, err := c.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("scim"), Key: map[string]types.AttributeValue{"PK": put.Item["PK"], "SK": put.Item["SK"]}})
	if err != nil || got.Item["doc"].(*types.AttributeValueMemberS).Value != "x" {
		t.Errorf("%v, %v", got, err)
	}
	var unknown *types.ResourceNotFoundException
	if _, err := c.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("none"), Key: got.Item}); !errors.As(err, &unknown) {
		t.Errorf("another table: %v", err)
	}
	o := c.Options()
	s := dynamodbstreams.New(dynamodbstreams.Options{Region: o.Region, BaseEndpoint: o.BaseEndpoint, Credentials: o.Credentials, HTTPClient: o.HTTPClient})
	if l, err := s.ListStreams(ctx, &dynamodbstreams.ListStreamsInput{TableName: aws.String("scim")}); err != nil || len(l.Streams) != 1 {
		t.Errorf("%v, %v", l, err)
	}
}

// TestDirectFaults: a request that is dropped fails as one of a closed connection does, and is repeated; one that hangs
// ends with its context.
func TestDirectFaults(t *testing.T) {
	t.Parallel()
	e, c := direct(t)
	put := func(ctx context.Context) error {
		_, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("scim"), Item: itemOf("a", "x")})
		return err
	}
	for _, kind := range []dynamotest.FaultKind{dynamotest.DropBefore, dynamotest.DropAfter} {
		calls := 0
		e.Inject(func(string, int) dynamotest.Fault {
			if calls++; calls == 1 {
				return dynamotest.Fault{Kind: kind}
			}
			return dynamotest.Fault{}
		})
		if err := put(t.Context()); err != nil || calls != 2 {
			t.Errorf("fault %v: %d calls, %v", kind, calls, err)
		}
	}
	e.Inject(func(string, int) dynamotest.Fault { return dynamotest.Fault{Kind: dynamotest.Hang} })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := put(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hanging: %v", err)
	}
}

// BenchmarkGet is one GetItem of 1 KB, through a connection and directly.
func BenchmarkGet(b *testing.B) {
	_, near := direct(b)
	s, err := dynamotest.Listen("127.0.0.1:0", dynamotest.New())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.Close)
	far := s.Client()
	if err := dynamo.Create(b.Context(), far, "scim"); err != nil {
		b.Fatal(err)
	}
	for name, c := range map[string]*dynamodb.Client{"direct": near, "connection": far} {
		it := itemOf("a", strings.Repeat("x", 1000))
		if _, err := c.PutItem(b.Context(), &dynamodb.PutItemInput{TableName: aws.String("scim"), Item: it}); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.GetItem(b.Context(), &dynamodb.GetItemInput{TableName: aws.String("scim"), Key: map[string]types.AttributeValue{"PK": it["PK"], "SK": it["SK"]}}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
