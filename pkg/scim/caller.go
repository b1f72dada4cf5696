package scim

import "context"

// Caller says on whose behalf a Provider is called. Hooks, Stores and Providers read it from their
// context with CallerFrom; httpapi and mcp put it there, on Lambda too. The zero value is a program
// that calls the Provider itself.
type Caller struct {
	Tenant    TenantID
	Principal *Principal // who sends the request; nil for the program itself
	IdP       string     // identity provider: as the tenant's settings name it, or as recognised; "" if unknown
	RequestID string     // of the request: the header X-Request-Id of the answer, and the error id of a 5xx; "" with MCP
	Agent     string     // name and version of the AI agent, as it reports them; "" without MCP
	Operator  string     // who operates the service and acts for the tenant; "" for a request of the tenant itself
}

// TokenID is the key id of the caller's token, or "" for the program itself. It is no secret.
func (c Caller) TokenID() string {
	if c.Principal == nil {
		return ""
	}
	return c.Principal.Subject
}

// CallerFrom returns the caller of a request, or the zero Caller if the context has none.
func CallerFrom(ctx context.Context) Caller {
	if c, ok := ctx.Value(CallerKey{}).(interface{ Caller() Caller }); ok {
		return c.Caller()
	}
	return Caller{}
}

// WithCaller returns a context with a caller, for a program that calls a Provider for a caller of its own.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return &callerContext{Context: ctx, caller: c}
}

// CallerKey is the key of the caller in a context: its Value is something with a method Caller() Caller.
// It is exported for a binding that makes the Caller of what it allocates for a request anyway; all others
// use WithCaller and CallerFrom.
type CallerKey struct{}

type callerContext struct {
	context.Context //nolint:containedctx // it is a context
	caller          Caller
}

// Value implements context.Context.
func (c *callerContext) Value(key any) any {
	if _, ok := key.(CallerKey); ok {
		return c
	}
	return c.Context.Value(key)
}

// Caller returns the caller.
func (c *callerContext) Caller() Caller { return c.caller }
