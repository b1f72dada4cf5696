package mcp

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/scimstack/scimstack/pkg/scim"
)

// guard wraps every call, of whatever method: it checks that the token permits anything, limits its
// rate, turns a panic into a failure, and gives every failure the same shape. Tool calls and resource
// reads get an activity record. Notifications pass: they have no answer and do nothing.
func (s *Service) guard(who Caller) sdk.Middleware {
	return func(next sdk.MethodHandler) sdk.MethodHandler {
		return func(ctx context.Context, method string, req sdk.Request) (sdk.Result, error) {
			if strings.HasPrefix(method, "notifications/") {
				return next(ctx, method, req)
			}
			c := &call{Service: s, Caller: who, agent: agentOf(req), started: s.o.Now()}
			ctx = scim.WithCaller(ctx, scim.Caller{Tenant: who.Tenant.ID, Principal: who.Principal, IdP: who.Tenant.IdP, Agent: c.agent})
			res, err := s.pass(context.WithValue(ctx, callKey{}, c), c, method, req, next)
			if operation, ok := s.operationOf(method, req); ok {
				c.append(ctx, c.record(operation, statusOf(c, res, err)))
			}
			return res, err
		}
	}
}

func (s *Service) pass(ctx context.Context, c *call, method string, req sdk.Request, next sdk.MethodHandler) (res sdk.Result, err error) {
	defer func() {
		if v := recover(); v != nil {
			res, err = c.refuse(ctx, method, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
		}
	}()
	if err := c.granted(); err != nil {
		return c.refuse(ctx, method, err)
	}
	if wait, ok := s.admitCall(c.Caller, method); !ok {
		return c.refuse(ctx, method, tooFast(wait))
	}
	res, err = next(ctx, method, req)
	if tool, ok := res.(*sdk.CallToolResult); ok && err == nil && tool.IsError && tool.StructuredContent == nil {
		return c.refuse(ctx, method, argumentsFailure(tool))
	}
	return res, err
}

// token is the key under which the calls with a token are counted.
type token struct {
	tenant  scim.TenantID
	subject string
}

// admitCall limits a token to CallsPerMinute, of which a quarter may come at once. The handshake does
// not count.
func (s *Service) admitCall(who Caller, method string) (wait time.Duration, ok bool) {
	if method == "initialize" || method == "server/discover" {
		return 0, true
	}
	n := s.o.CallsPerMinute
	return s.calls.Take(token{who.Tenant.ID, who.Principal.Subject}, float64(n)/60, max(n/4, 1))
}

// refuse answers a call with a failure.
func (c *call) refuse(ctx context.Context, method string, cause error) (sdk.Result, error) {
	c.fail(ctx, cause)
	if method != "tools/call" {
		return nil, c.failure
	}
	text, err := json.Marshal(outcome[struct{}]{Error: c.failure})
	if err != nil {
		return nil, err
	}
	return &sdk.CallToolResult{
		IsError: true, StructuredContent: json.RawMessage(text), Content: []sdk.Content{&sdk.TextContent{Text: string(text)}},
	}, nil
}

// argumentsFailure converts the SDK's report that the arguments do not match the input schema.
func argumentsFailure(res *sdk.CallToolResult) *failure {
	detail := "the arguments do not match the tool's input schema"
	if len(res.Content) > 0 {
		if text, ok := res.Content[0].(*sdk.TextContent); ok {
			detail += ": " + cleanText(text.Text)
		}
	}
	return failf(400, codeArguments, "%s", detail)
}

// operationOf names the operation of a request for the log. ok is false for requests that are not
// recorded. What a client writes does not get into the log: there is a tool of the name, or it is "other".
func (s *Service) operationOf(method string, req sdk.Request) (name string, ok bool) {
	switch p := req.GetParams().(type) {
	case *sdk.CallToolParamsRaw:
		if name = p.Name; !s.tools.has(name) {
			name = "other"
		}
		return name, method == "tools/call"
	case *sdk.ReadResourceParams:
		return "read_resource", method == "resources/read"
	}
	return "", false
}

// agentOf is the name that the client program reports.
func agentOf(req sdk.Request) string {
	var info *sdk.Implementation
	switch r := req.(type) {
	case *sdk.CallToolRequest:
		info = r.ClientInfo()
	case *sdk.ReadResourceRequest:
		info = r.ClientInfo()
	}
	if info == nil || info.Name == "" {
		return "unnamed"
	}
	return short(info.Name) + " " + short(info.Version)
}

// short makes the name of a program fit for a log line.
func short(s string) string {
	s = cleanText(s)
	if runes := []rune(s); len(runes) > 64 {
		return string(runes[:64])
	}
	return s
}

func statusOf(c *call, res sdk.Result, err error) int {
	switch {
	case c.failure != nil:
		return c.failure.Status
	case err != nil:
		return 404 // no such tool or resource
	}
	if tool, ok := res.(*sdk.CallToolResult); ok && tool.NeedsInput() {
		return 202
	}
	return 200
}
