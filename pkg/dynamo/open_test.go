package dynamo_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/dynamo/dynamotest"
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
	s, err := dynamotest.Listen("127.0.0.1:0", e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	client := local(s.URL)
	if err := dynamo.Create(t.Context(), client, table); err != nil {
		t.Fatal(err)
	}
	return e, client
}

// store is a store of its own on a new engine.
func store(t *testing.T) scim.Store {
	_, client := serve(t)
	return dynamo.New(client, dynamo.Options{Table: table})
}

// oneByOne sends one request at a time: moto's server does not keep writers of one item apart.
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
	if res.StatusCode == http.StatusOK {
		o.HTTPClient = &http.Client{Transport: oneByOne{mu, http.DefaultTransport}}
	}
	return dynamo.NewClient(o)
}

// outside is a store in a table of its own, which goes with the test.
func outside(t *testing.T, client *dynamodb.Client) scim.Store {
	t.Helper()
	name := "scim-" + strings.ToLower(rand.Text()[:12])
	if err := dynamo.Create(t.Context(), client, name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if _, err := client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
			t.Error(err)
		}
	})
	return dynamo.New(client, dynamo.Options{Table: name})
}

func id(t testing.TB, name string) scim.TenantID {
	t.Helper()
	v, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
