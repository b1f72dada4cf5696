package mcp

import (
	"context"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// call is one call on its way: who speaks, and what the activity log is to know of it.
type call struct {
	*Service
	Caller
	req     *sdk.CallToolRequest
	agent   string
	started time.Time

	typ, id string // the resource that it is about, where there is one
	notes   []string
	failure *failure
}

type callKey struct{}

func callIn(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// may checks the scopes of the token for a verb on a type.
func (c *call) may(verb scim.Scope, rt *schema.ResourceType) error {
	if !c.Principal.May(verb, rt.Name) {
		f := failf(403, codeScope, "the token may not do this with resources of type %s", rt.Name)
		f.cause = scim.CodeScope
		return f
	}
	return nil
}

// mayChange tells why the caller may not write at all, or nil.
func (c *call) mayChange() error {
	switch {
	case !c.plans():
		return failf(403, codeReadOnly, "this service offers no changes to agents")
	case !c.Principal.Scopes.Has(scim.Write | scim.Agent):
		f := failf(403, codeReadOnly, "the token is read-only for agents; an administrator has to issue one with the scopes write and agent")
		f.cause = scim.CodeScope
		return f
	}
	return nil
}

// about notes the resource that a call is about, for the activity log.
func (c *call) about(rt *schema.ResourceType, id string) { c.typ, c.id = rt.Name, id }

// fail keeps the failure of the call. A fault of the service gets an error id.
func (c *call) fail(ctx context.Context, err error) {
	c.failure = failureOf(err)
	if c.failure.Status >= 500 && !canceled(ctx) {
		c.failure.ErrorID = c.o.NewID()
		if c.o.Fault != nil {
			c.o.Fault(ctx, c.failure.ErrorID, err)
		}
	}
}

// record is the activity record of the call. No identity provider asked for it.
func (c *call) record(operation string, status int) activity.Record {
	now := c.o.Now()
	r := activity.Record{
		ID: activity.NewID(now), Time: now, Duration: now.Sub(c.started), Tenant: c.Tenant.ID,
		Entry: activity.EntryMCP, Key: c.Principal.Subject, Method: "MCP", Operation: operation,
		Type: c.typ, Resource: c.id, Status: status,
		Notes: append([]string{"agent " + c.agent}, c.notes...),
	}
	if f := c.failure; f != nil {
		r.ScimType, r.Code, r.Attribute, r.ErrorID = f.ScimType, string(f.cause), f.Attribute, f.ErrorID
		r.Notes = append(r.Notes, "refused: "+f.Code)
	}
	return r
}

// append adds a record to the log. A log that fails must not undo what was done.
func (c *call) append(ctx context.Context, r activity.Record) {
	if c.o.Log == nil {
		return
	}
	if err := c.o.Log.Append(context.WithoutCancel(ctx), r); err != nil && c.o.Fault != nil {
		c.o.Fault(ctx, r.ID, err)
	}
}
