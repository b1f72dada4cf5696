package dynamo_test

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
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

// outside is a store on the endpoint that DYNAMODB_ENDPOINT names, in a table of its own.
func outside(t *testing.T) scim.Store {
	t.Helper()
	client := local(os.Getenv("DYNAMODB_ENDPOINT"))
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
