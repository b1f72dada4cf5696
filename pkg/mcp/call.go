package mcp

import (
	"context"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// call is one tool call or resource read: its caller, and what the activity log records about it.
type call struct {
	*Service
	Caller
	req     *sdk.CallToolRequest
	agent   string
	started time.Time

	typ, id string // the resource concerned, if there is one
	notes   []string
	plan    scim.Plan // of the last search
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
		f := failf(403, codeScope, "the token lacks a scope for resources of type %s", rt.Name)
		f.cause = scim.CodeScope
		return f
	}
	return nil
}

// mayChange returns why the caller may not write at all, or nil.
func (c *call) mayChange() error {
	switch {
	case !c.plans():
		return failf(403, codeReadOnly, "this service is read-only for agents")
	case !c.Principal.Scopes.Has(scim.Write | scim.Agent):
		f := failf(403, codeReadOnly, "the token is read-only for agents; ask an administrator for one with the scopes write and agent")
		f.cause = scim.CodeScope
		return f
	}
	return nil
}

// about sets the resource concerned, for the activity log.
func (c *call) about(rt *schema.ResourceType, id string) { c.typ, c.id = rt.Name, id }

// fail sets the failure of the call. A fault of the service itself gets an error id, under which
// Options.Fault receives the cause.
func (c *call) fail(ctx context.Context, err error) {
	c.failure = c.failed(ctx, err)
}

// failed is the failure of an error. One of the service itself gets an error id, under which its cause is reported.
func (s *Service) failed(ctx context.Context, err error) *failure {
	f := failureOf(err)
	if f.Status < 500 || canceled(ctx) {
		return f
	}
	f.ErrorID = s.o.NewID()
	if s.o.Fault != nil {
		s.o.Fault(ctx, f.ErrorID, causeOf(err))
	}
	return f
}

// record makes the activity record of the call. It names no identity provider, since none sent
// the request.
func (c *call) record(operation string, status int) activity.Record {
	now := c.o.Now()
	r := activity.Record{
		ID: activity.NewID(now), Time: now, Duration: now.Sub(c.started), Tenant: c.Tenant.ID,
		Entry: activity.EntryMCP, Key: c.Principal.Subject, Method: "MCP", Operation: operation,
		Type: c.typ, Resource: c.id, Status: status,
		Notes: append([]string{"agent " + c.agent}, c.notes...), Plan: c.plan.String(), Read: c.plan.Read,
	}
	if f := c.failure; f != nil {
		r.ScimType, r.Code, r.Attribute, r.ErrorID = f.ScimType, string(f.cause), f.Attribute, f.ErrorID
		r.Notes = append(r.Notes, "refused: "+f.Code)
	}
	return r
}

// append adds a record to the log. A log that fails does not fail the call; Options.Fault receives
// the error.
func (c *call) append(ctx context.Context, r activity.Record) {
	if c.o.Log == nil {
		return
	}
	if err := c.o.Log.Append(context.WithoutCancel(ctx), r); err != nil && c.o.Fault != nil {
		c.o.Fault(ctx, r.ID, err)
	}
}
