package tableagents

import (
	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/function"
	"github.com/scimstack/scimstack/internal/session/plans"
	"github.com/scimstack/scimstack/pkg/agents"
	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/mcp/dynamoplans"
)

// New returns what Config.Agents takes in a program that uses awslambda.Start. Options.Plans is the table
// of the environment unless it is set.
func New(o agents.Options) scimstack.Agents { return placed{agents.New(o)} }

type placed struct{ agents.Agents }

// On implements function.Placed.
func (p placed) On(c function.Config) scimstack.Agents {
	var kept mcp.Plans = dynamoplans.New(c.Client, c.Table)
	if c.Sessions {
		kept = plans.New(kept)
	}
	return p.With(kept)
}
