package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/function"
	"github.com/scimstack/scimstack/pkg/dynamo"
)

// tableFlags say which table a command works on.
type tableFlags struct{ endpoint, region, name string }

func (f *tableFlags) add(cmd *cobra.Command, whenNoEndpoint string) {
	name := os.Getenv(function.EnvTable)
	if name == "" {
		name = "scimstack"
	}
	cmd.Flags().StringVar(&f.endpoint, "endpoint", os.Getenv("AWS_ENDPOINT_URL_DYNAMODB"), "DynamoDB endpoint, e.g. http://127.0.0.1:8000; without one "+whenNoEndpoint)
	cmd.Flags().StringVar(&f.region, "region", "", "AWS region (default: $AWS_REGION)")
	cmd.Flags().StringVar(&f.name, "table", name, "name of the table")
}

// env is the environment with what the flags say on top.
func (f tableFlags) env(key string) string {
	switch {
	case key == "AWS_ENDPOINT_URL_DYNAMODB":
		return f.endpoint
	case key == "AWS_REGION" && f.region != "":
		return f.region
	case key == function.EnvTable:
		return f.name
	}
	return os.Getenv(key)
}

// table is a table that a command works on. Close it at the end.
type table struct {
	flags   tableFlags
	client  *dynamodb.Client
	lasting bool // it outlives this process
	close   func()
}

// open gives a client for the table; whether there is one shows with the first call.
func (f tableFlags) open() (*table, error) {
	client, err := dynamo.ClientFromEnv(f.env)
	if err != nil {
		return nil, fmt.Errorf("%w; DynamoDB needs a region and credentials in the environment, or --endpoint", err)
	}
	return &table{flags: f, client: client, lasting: true, close: func() {}}, nil
}

// openOrEngine is open, with an engine in this process where no endpoint is named. Its table is
// made, and lost at exit.
func (f tableFlags) openOrEngine(ctx context.Context, create bool) (*table, error) {
	stop, inProcess := func() {}, f.endpoint == ""
	if inProcess {
		server, err := dynamotest.Listen("127.0.0.1:0", dynamotest.New()) //nolint:contextcheck // it listens until it is closed
		if err != nil {
			return nil, err
		}
		f.endpoint, stop, create = server.URL, server.Close, true
	}
	t, err := f.open()
	if err == nil && create {
		err = dynamo.Create(ctx, t.client, f.name)
	}
	if err != nil {
		stop()
		return nil, err
	}
	t.close = stop
	t.lasting = !inProcess
	return t, nil
}

func (t *table) tenants() *dynamo.Tenants { return dynamo.NewTenants(t.client, t.flags.name, time.Now) }

// put creates the tenants of a command line in the table. One that is there stays, and gets
// the token as another one.
func (t *table) put(ctx context.Context, made []devTenant) error {
	tenants := t.tenants()
	for _, m := range made {
		id := m.record.Settings.ID
		if err := tenants.Create(ctx, m.record.Settings); err != nil && !errors.Is(err, dynamo.ErrTenantExists) {
			return fmt.Errorf("tenant %s: %w", id, err)
		}
		for _, token := range m.record.Tokens {
			if err := tenants.AddToken(ctx, id, token); err != nil {
				return fmt.Errorf("token of tenant %s: %w", id, err)
			}
		}
	}
	return nil
}
