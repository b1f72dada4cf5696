package main

import (
	"context"
	"net/http"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// direct answers calls of DynamoDB in the same process.
type direct struct{ engine http.Handler }

func (d direct) Do(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.engine.ServeHTTP(w, r)
	return w.Result(), nil
}

// newTable is a table of a new engine, with a counter once it is filled and with the meter of the engine. The times are
// those of the engine and of the SDK, without a network; the units are those that DynamoDB bills.
func newTable() place {
	const name = "scim"
	ctx, engine := context.Background(), dynamotest.New()
	engine.KeepRecords(1) // no stream is read
	client := dynamo.NewClient(dynamo.ClientOptions{
		Region: "us-east-1", Endpoint: "http://dynamodb.test", HTTPClient: direct{engine},
		Credentials: dynamo.Static(aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}),
	})
	check(dynamo.Create(ctx, client, name))
	tenants, id := dynamo.NewTenants(client, name, nil), must(scim.ParseTenantID("acme"))
	check(tenants.Create(ctx, tenant.Settings{ID: id}))
	return place{
		store:  dynamo.New(client, dynamo.Options{Table: name}),
		filled: func() { check(tenants.Recount(ctx, id, nil)) },
		units: func() float64 {
			used := engine.Meter().ReadUnits
			engine.Reset()
			return used
		},
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// searchTable are the sizes of the store on DynamoDB. A user takes 20 KB of the engine.
func searchTable() []sizes { return []sizes{{"DynamoDB's engine", []int{1000, 100_000}, newTable}} }
