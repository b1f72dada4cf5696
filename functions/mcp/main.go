// Command mcp is the Lambda function of /mcp, the Model Context Protocol endpoint for AI agents.
package main

import (
	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/agents"
	"github.com/scimstack/scimstack/pkg/awslambda"
	"github.com/scimstack/scimstack/pkg/awslambda/tableagents"
)

func main() {
	awslambda.Start(scimstack.Config{Agents: tableagents.New(agents.Options{})}, scimstack.MCP())
}
