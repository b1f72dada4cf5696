package dynamo_test

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

const table = "scim"

// local is a client for an endpoint on this machine.
func local(endpoint string) *dynamodb.Client {
	return dynamo.NewClient(dynamo.ClientOptions{Region: "us-east-1", Endpoint: endpoint,
		Credentials: dynamo.Static(aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"})})
}

// serve starts an engine with the table, and a client for it.
func serve(t testing.TB) (*dynamotest.Engine, *dynamodb.Client) {
	t.Helper()
	e := dynamotest.New()
	client := dynamo.NewClient(dynamo.ClientOptions{Region: "us-east-1", Endpoint: dynamotest.Nowhere,
		Credentials: dynamotest.Anonymous(), HTTPClient: &http.Client{Transport: dynamotest.Direct{Engine: e}}})
	if err := dynamo.Create(t.Context(), client, table); err != nil {
		t.Fatal(err)
	}
	return e, client
}

// store returns a store on a new engine.
func store(t *testing.T) scim.Store {
	_, client := serve(t)
	return dynamo.New(client, dynamo.Options{Table: table})
}

// oneByOne sends one request at a time: the moto server does not serialise writes to one item.
type oneByOne struct {
	mu   *sync.Mutex
	next http.RoundTripper
}

func (o oneByOne) RoundTrip(r *http.Request) (*http.Response, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.next.RoundTrip(r)
}

// outsideClient is a client for the endpoint that DYNAMODB_ENDPOINT names.
func outsideClient(t *testing.T, mu *sync.Mutex) *dynamodb.Client {
	t.Helper()
	endpoint := os.Getenv("DYNAMODB_ENDPOINT")
	o := dynamo.ClientOptions{Region: "us-east-1", Endpoint: endpoint, Credentials: dynamo.Static(aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"})}
	res, err := http.Get(endpoint + "/moto-api/")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	o.HTTPClient = http.DefaultClient // an engine on a busy machine may be silent for longer than DynamoDB
	if res.StatusCode == http.StatusOK {
		o.HTTPClient = &http.Client{Transport: oneByOne{mu, http.DefaultTransport}}
	}
	return dynamo.NewClient(o)
}

// flaky answers one request in twenty by itself, with a conflict or with throttling.
type flaky struct {
	next dynamodb.HTTPClient
	n    atomic.Int64
}

func (f *flaky) Do(r *http.Request) (*http.Response, error) {
	op := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB_20120810.")
	var body string
	switch faulty(op, int(f.n.Add(1))).Kind {
	case dynamotest.None:
		return f.next.Do(r)
	case dynamotest.Conflict:
		if body = `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException","message":"Transaction is ongoing for the item"}`; op == "TransactWriteItems" {
			body = `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"cancelled","CancellationReasons":[{"Code":"TransactionConflict"}]}`
		}
	default:
		body = `{"__type":"com.amazon.coral.availability#ThrottlingException","message":"Rate exceeded"}`
	}
	return &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// outside creates a table for the time of the test, and returns a function that makes a store on it.
func outside(t *testing.T, client *dynamodb.Client) func(*dynamodb.Client) *dynamo.Store {
	t.Helper()
	name := "scim-" + strings.ToLower(rand.Text()[:12])
	if err := dynamo.Create(t.Context(), client, name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute) // other engines are slow
		defer cancel()
		if _, err := client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
			t.Error(err)
		}
	})
	return func(c *dynamodb.Client) *dynamo.Store { return dynamo.New(c, dynamo.Options{Table: name}) }
}

func id(t testing.TB, name string) scim.TenantID {
	t.Helper()
	v, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
