package mcp_test

import (
	"context"
	"fmt"
	"log"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
)

// A service over a memory store, called by an agent in the same process.
func ExampleNew() {
	ctx := context.Background()
	store := memory.New()
	service := mcp.New(mcp.Options{
		Provider:   engine.New(store, engine.Options{PublicBase: "https://scim.example.com/scim/v2"}),
		PublicBase: "https://scim.example.com/scim/v2",
	})

	// The program that accepts the connection says who the caller is; over HTTP, NewHandler does.
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		log.Fatal(err)
	}
	acme, err := scim.NewTenant(scim.TenantConfig{ID: id})
	if err != nil {
		log.Fatal(err)
	}
	caller := mcp.Caller{
		Principal: &scim.Principal{Tenant: id, Subject: "desktop", Scopes: scim.Read | scim.Users | scim.Groups},
		Tenant:    acme,
	}
	serverSide, clientSide := sdk.NewInMemoryTransports()
	if _, err := service.Server(caller).Connect(ctx, serverSide, nil); err != nil {
		log.Fatal(err)
	}
	agent, err := sdk.NewClient(&sdk.Implementation{Name: "agent", Version: "1"}, nil).Connect(ctx, clientSide, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer agent.Close()

	found, err := agent.CallTool(ctx, &sdk.CallToolParams{Name: "find_users", Arguments: map[string]any{"email": "jane@corp.example"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found.Content[0].(*sdk.TextContent).Text)
	// Output: {"result":{"resources":[],"total":0}}
}
