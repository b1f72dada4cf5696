package mcp

import (
	"fmt"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// confirmation asks the user through the client before a plan is applied.
type confirmation struct{ id, message string }

func (c *confirmation) Error() string { return "the user must confirm" }

const confirmKey = "confirm"

func (c *confirmation) result() *sdk.CallToolResult {
	return &sdk.CallToolResult{
		RequestState: c.id,
		InputRequests: sdk.InputRequestMap{confirmKey: &sdk.ElicitParams{
			Mode: "form", Message: c.message,
			RequestedSchema: map[string]any{
				"type":       "object",
				"properties": map[string]any{"confirm": map[string]any{"type": "boolean", "title": "Apply the change", "description": "Yes applies it; no changes nothing"}},
				"required":   []string{"confirm"},
			},
		}},
	}
}

// asksUser reports whether the client can ask its user with a form.
func (c *call) asksUser() bool {
	caps := c.req.ClientCapabilities()
	return caps != nil && caps.Elicitation != nil && (caps.Elicitation.Form != nil || caps.Elicitation.URL == nil)
}

// confirmed returns nil if a plan may be applied. A client that can ask its user must ask first,
// and any answer but yes is a no.
func (c *call) confirmed(id string, p *plan) error {
	answer, answered := c.req.Params.InputResponses[confirmKey]
	if answered {
		result, ok := answer.(*sdk.ElicitResult)
		if !ok || c.req.Params.RequestState != id || result.Action != "accept" || result.Content["confirm"] != true {
			return failf(403, codeDeclined, "the user did not agree; nothing was changed and the plan can still be applied")
		}
		c.notes = append(c.notes, "confirmed by the user")
		return nil
	}
	if c.asksUser() {
		return &confirmation{id: id, message: question(id, p)}
	}
	if c.o.Confirm {
		return failf(403, codeNoConfirm, "this service applies plans only for clients that can ask their user (elicitation)")
	}
	return nil
}

// question is what the user is asked. It contains only counts: neither the directory nor the agent
// can put words into a question that the service asks.
func question(id string, p *plan) string {
	r := p.Radius
	verb := "Apply"
	if p.Kind == kindUndo {
		verb = "Undo by"
	}
	return fmt.Sprintf("%s %s? %d resources are affected: %d created, %d updated, %d deleted, %d users deactivated, %d memberships added, %d removed.",
		verb, id, r.Resources, r.Created, r.Updated, r.Deleted, r.Deactivated, r.Joins, r.Leaves)
}
