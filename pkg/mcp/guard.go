package mcp

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/scimstack/scimstack/pkg/scim"
)

// guard stands around every call of a tool and every read of a resource: it holds the token
// to its rate, turns a panic into a failure, gives every failure the same shape, and
// writes the activity record.
func (s *Service) guard(who Caller) sdk.Middleware {
	return func(next sdk.MethodHandler) sdk.MethodHandler {
		return func(ctx context.Context, method string, req sdk.Request) (sdk.Result, error) {
			operation, guarded := operationOf(method, req)
			if !guarded {
				return next(ctx, method, req)
			}
			c := &call{Service: s, Caller: who, agent: agentOf(req), started: s.o.Now()}
			res, err := s.pass(context.WithValue(ctx, callKey{}, c), c, method, req, next)
			c.append(ctx, c.record(operation, statusOf(c, res, err)))
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
	if wait, ok := s.admitCall(c.Caller); !ok {
		return c.refuse(ctx, method, tooFast(wait))
	}
	res, err = next(ctx, method, req)
	if tool, ok := res.(*sdk.CallToolResult); ok && err == nil && tool.IsError && tool.StructuredContent == nil {
		return c.refuse(ctx, method, argumentsFailure(tool))
	}
	return res, err
}

// token is the key under which the calls of a token are counted.
type token struct {
	tenant  scim.TenantID
	subject string
}

// admitCall holds a token to CallsPerMinute, of which a quarter may come at once.
func (s *Service) admitCall(who Caller) (wait time.Duration, ok bool) {
	n := s.o.CallsPerMinute
	return s.calls.Take(token{who.Tenant.ID, who.Principal.Subject}, float64(n)/60, max(n/4, 1))
}

// refuse answers a call with a failure in the one shape that all have.
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

// argumentsFailure takes over what the schema of the tool found wrong.
func argumentsFailure(res *sdk.CallToolResult) *failure {
	detail := "the arguments do not fit the tool's input schema"
	if len(res.Content) > 0 {
		if text, ok := res.Content[0].(*sdk.TextContent); ok {
			detail += ": " + cleanText(text.Text)
		}
	}
	return failf(400, codeArguments, "%s", detail)
}

// operationOf names what a request does for the log; others than these are not guarded.
func operationOf(method string, req sdk.Request) (string, bool) {
	switch p := req.GetParams().(type) {
	case *sdk.CallToolParamsRaw:
		return cleanText(p.Name), method == "tools/call"
	case *sdk.ReadResourceParams:
		return "read_resource", method == "resources/read"
	}
	return "", false
}

// agentOf names the client program, as it says itself.
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

// short is a name of a program, fit for a log line.
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
