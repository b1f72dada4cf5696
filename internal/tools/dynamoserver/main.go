// Command dynamoserver serves the in-process engine over the DynamoDB wire protocol, for programs in
// other processes and containers. It creates a table and a tenant. Data is lost at exit.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "dynamoserver:", err)
		os.Exit(1)
	}
}

func run() error {
	addr := flag.String("addr", "127.0.0.1:0", "address to listen on")
	table := flag.String("table", "scimstack-local", "table to create")
	name := flag.String("tenant", "acme", "tenant to create")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	server, err := dynamotest.Listen(*addr, dynamotest.New())
	if err != nil {
		return err
	}
	defer server.Close()
	token, err := fill(ctx, server.Client(), *table, *name)
	if err != nil {
		return err
	}
	fmt.Printf("endpoint  %s\ntable     %s\ntenant    %s\ntoken     %s\nready\n", server.URL, *table, *name, token)
	<-ctx.Done()
	return nil
}

// fill creates the table, and a tenant with a token, which it returns.
func fill(ctx context.Context, api *dynamodb.Client, table, name string) (string, error) {
	if err := dynamo.Create(ctx, api, table); err != nil {
		return "", err
	}
	id, err := scim.ParseTenantID(name)
	if err != nil {
		return "", err
	}
	tenants := dynamo.NewTenants(api, table, time.Now)
	if err := tenants.Create(ctx, tenant.Settings{ID: id, Limits: scim.Limits{Rate: scim.NoLimit}}); err != nil {
		return "", err
	}
	text, token := tenant.NewToken(id, scim.All)
	return text, tenants.AddToken(ctx, id, token)
}
