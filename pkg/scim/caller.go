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
	if c, ok := ctx.Value(callerKey{}).(*CallerContext); ok {
		return c.Caller
	}
	return Caller{}
}

// WithCaller returns a context with a caller, for a program that calls a Provider for a caller of its own.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return &CallerContext{Context: ctx, Caller: c}
}

type callerKey struct{}

// CallerContext is the context that WithCaller returns. It is exported for a binding that keeps it
// inside the value that it allocates for a request anyway. Caller must not be changed while another
// goroutine uses the context.
type CallerContext struct {
	context.Context //nolint:containedctx // it is a context
	Caller          Caller
}

// Value implements context.Context.
func (c *CallerContext) Value(key any) any {
	if _, ok := key.(callerKey); ok {
		return c
	}
	return c.Context.Value(key)
}
