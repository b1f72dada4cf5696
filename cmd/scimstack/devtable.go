package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/function"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// onAWS is the help text of commands that use AWS without an endpoint.
const onAWS = "the AWS service is used"

// tableFlags name the table of a command.
type tableFlags struct{ endpoint, region, name string }

// add adds the flags. The help text of --endpoint says what happens without an endpoint.
func (f *tableFlags) add(cmd *cobra.Command, withoutEndpoint string) {
	cmd.Flags().StringVar(&f.endpoint, "endpoint", "", "DynamoDB endpoint, for example http://127.0.0.1:8000; without it, "+withoutEndpoint)
	cmd.Flags().StringVar(&f.region, "region", "", "AWS region (default: $AWS_REGION)")
	cmd.Flags().StringVar(&f.name, "table", "scimstack", "name of the table")
	preset(cmd, "endpoint", "AWS_ENDPOINT_URL_DYNAMODB")
	preset(cmd, "table", function.EnvTable)
}

// changed are the flags that the command line names.
func (f *tableFlags) changed(cmd *cobra.Command) (names []string) {
	for _, name := range []string{"table", "endpoint", "region"} {
		if cmd.Flags().Changed(name) {
			names = append(names, name)
		}
	}
	return names
}

// env returns an environment variable. The flags take precedence.
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

// table is the table of a command. The caller must call close.
type table struct {
	flags   tableFlags
	client  *dynamodb.Client
	lasting bool // data is kept after this process has ended
	made    bool // this process has made the table
	close   func()
}

// open returns a client for the table. It does not check that the table exists.
func (f tableFlags) open() (*table, error) {
	client, err := dynamo.ClientFromEnv(f.env)
	if err != nil {
		return nil, fmt.Errorf("%w; set AWS_REGION and AWS credentials in the environment, or name an --endpoint", err)
	}
	return &table{flags: f, client: client, lasting: true, close: func() {}}, nil
}

// openReachable is open for an endpoint that answers, and an error that says what to do for one that
// does not.
func (f tableFlags) openReachable(ctx context.Context) (*table, error) {
	t, err := f.open()
	if err != nil {
		return nil, err
	}
	if err := t.reachable(ctx); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// openOrEngine is open if an endpoint is named. Otherwise it makes an engine in the process and the table in it, which is
// lost at exit. If it is shared, other processes reach the engine at flags.endpoint of the table.
func (f tableFlags) openOrEngine(ctx context.Context, create, shared bool) (t *table, err error) {
	stop, inProcess := func() {}, f.endpoint == ""
	if inProcess && shared {
		server, err := dynamotest.Listen("127.0.0.1:0", dynamotest.New()) //nolint:contextcheck // it listens until close
		if err != nil {
			return nil, err
		}
		f.endpoint, stop = server.URL, server.Close
	}
	if inProcess && !shared {
		t = f.engine()
	} else {
		t, err = f.openReachable(ctx)
	}
	if err == nil && (create || inProcess) { // the engine has no table yet
		t.made = !t.exists(ctx)
		err = dynamo.Create(ctx, t.client, f.name)
	}
	if err != nil {
		stop()
		return nil, explain(err)
	}
	t.close = stop
	t.lasting = !inProcess
	return t, nil
}

// engine returns a table of a new engine that only this process reaches.
func (f tableFlags) engine() *table {
	return &table{flags: f, client: dynamo.NewClient(dynamo.ClientOptions{
		Region: "us-east-1", Endpoint: dynamotest.Nowhere, Credentials: dynamotest.Anonymous(),
		HTTPClient: &http.Client{Transport: dynamotest.Direct{Engine: dynamotest.New()}},
	})}
}

// asked returns the tenants to put into the table: sample tenants and their tokens are for a table that this process has
// made.
func (t *table) asked(specs []string, tenants []devTenant) []devTenant {
	if len(specs) == 0 && !t.made {
		return nil
	}
	return tenants
}

// exists reports whether the table is known to exist.
func (t *table) exists(ctx context.Context) bool {
	_, err := t.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &t.flags.name})
	return err == nil
}

// kept says where the data is after this process has ended, "" if it is lost.
func (t *table) kept() string {
	if !t.lasting {
		return ""
	}
	return "the table"
}

func (t *table) tenants() *dynamo.Tenants { return dynamo.NewTenants(t.client, t.flags.name, time.Now) }

// put creates the tenants of the command line in the table. A tenant that exists keeps its settings
// and tokens; the new token is added.
func (t *table) put(ctx context.Context, created []devTenant) error {
	tenants := t.tenants()
	for _, m := range created {
		id := m.record.Settings.ID
		if err := tenants.Create(ctx, m.record.Settings); err != nil && !existed(err) {
			return fmt.Errorf("tenant %s: %w", id, explain(err))
		}
		for _, token := range m.record.Tokens {
			err := tenants.AddToken(ctx, id, token)
			if errors.Is(err, tenant.ErrExists) { // a token of the command line, which may have another secret now
				err = errors.Join(tenants.RemoveCredential(ctx, id, token.KeyID), tenants.AddToken(ctx, id, token))
			}
			if err != nil {
				return fmt.Errorf("token of tenant %s: %w", id, explain(err))
			}
		}
	}
	return nil
}
