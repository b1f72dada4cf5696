package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/agents"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	foragents "github.com/scimstack/scimstack/pkg/agents"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/mcp/dynamoplans"
	"github.com/scimstack/scimstack/pkg/scim"
)

// mcpOptions are the flags of `scimstack mcp`.
type mcpOptions struct {
	tenant, table, base, url string
	changes, confirm         bool
}

// mcpCommand serves MCP on standard input and output, for a desktop client.
func mcpCommand() *cobra.Command {
	var o mcpOptions
	cmd := &cobra.Command{
		Use:   "mcp",
		Short: "Give an AI agent access to one tenant over stdin and stdout (Model Context Protocol)",
		Long: `Serves the Model Context Protocol on stdin and stdout.

With --url it connects to /mcp of a running service. The token in the environment variable SCIMSTACK_TOKEN
decides which tenant is used and what is allowed. With --tenant it works directly on the DynamoDB table, with
the AWS credentials of the environment. It is read-only unless --allow-changes is set.`,
		Example: `  SCIMSTACK_TOKEN=scim_acme_… scimstack mcp --url http://127.0.0.1:8080/mcp
  scimstack mcp --tenant acme --table scimstack --allow-changes`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := runMCP(cmd.Context(), o, os.Getenv, &sdk.StdioTransport{MaxLineLength: 1 << 20})
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.url, "url", "", "URL of /mcp on a running service; the token is read from SCIMSTACK_TOKEN")
	f.StringVar(&o.tenant, "tenant", "", "tenant to work on, directly in the table")
	f.StringVar(&o.table, "table", "", "name of the DynamoDB table (default: $SCIMSTACK_TABLE)")
	f.StringVar(&o.base, "public-base", "", "base URL before the tenant, as in HTTP responses (default: $SCIMSTACK_PUBLIC_BASE)")
	preset(cmd, "table", variable("table"))
	preset(cmd, "public-base", variable("public-base"))
	f.BoolVar(&o.changes, "allow-changes", false, "let the agent plan and apply changes")
	f.BoolVar(&o.confirm, "confirm", false, "apply changes only through clients that can ask their user for confirmation")
	cmd.MarkFlagsMutuallyExclusive("url", "tenant")
	cmd.MarkFlagsOneRequired("url", "tenant")
	return cmd
}

func runMCP(ctx context.Context, o mcpOptions, getenv func(string) string, t sdk.Transport) error {
	if o.url != "" {
		token, err := sendable(getenv("SCIMSTACK_TOKEN"))
		if err != nil {
			return usagef("SCIMSTACK_TOKEN: %w", err)
		}
		if token == "" {
			return usagef("SCIMSTACK_TOKEN is not set; set it to a token of the tenant")
		}
		if err := reach(ctx, "--url", o.url); err != nil {
			return err
		}
		return (&agents.Bridge{URL: o.url, Token: token, Version: "1"}).Run(ctx, t)
	}
	service, who, err := onTable(ctx, o, getenv)
	if err != nil {
		return err
	}
	return service.Server(who).Run(ctx, t)
}

// onTable returns the service directly on the table. A caller with AWS credentials is the operator;
// the flags decide what the agent may do.
func onTable(ctx context.Context, o mcpOptions, getenv func(string) string) (s *mcp.Service, who mcp.Caller, err error) {
	id, err := tenantName(o.tenant)
	if err != nil {
		return nil, who, err
	}
	if o.table == "" {
		return nil, who, usagef("the table is not named; set --table or SCIMSTACK_TABLE")
	}
	client, err := dynamo.ClientFromEnv(getenv)
	if err != nil {
		return nil, who, err
	}
	if err := (&table{flags: tableFlags{endpoint: getenv("AWS_ENDPOINT_URL_DYNAMODB")}, client: client}).reachable(ctx); err != nil {
		return nil, who, err
	}
	tenants := dynamo.NewTenants(client, o.table, nil)
	record, err := tenants.Resolve(ctx, id)
	if err != nil {
		return nil, who, fmt.Errorf("tenant %s: %w", id, explain(err))
	}
	scopes := scim.All | scim.Activity
	if o.changes {
		scopes |= scim.Agent
	}
	t, err := record.Settings.Tenant()
	if err != nil {
		return nil, who, err
	}
	who = mcp.Caller{Principal: &scim.Principal{Tenant: id, Subject: "operator", Scopes: scopes}, Tenant: t}
	if o.base == "" {
		o.base = "https://localhost" + scimstack.Prefix
	}
	s, err = foragents.Service(scimstack.Config{
		Store: dynamo.New(client, dynamo.Options{Table: o.table}), Tenants: tenants, PublicBase: strings.TrimSuffix(o.base, "/"),
		Log:    dynamolog.New(client, dynamolog.Options{Table: o.table}),
		Logger: requestLog(os.Stderr),
	}, foragents.Options{Plans: dynamoplans.New(client, o.table), Confirm: o.confirm})
	return s, who, err
}
