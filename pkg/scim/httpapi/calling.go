package httpapi

import (
	"context"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// calling is a request as the context of the Provider. It makes the caller when one is asked for: a copy
// in the request would cost each request the space, and few services have hooks. A hook may keep it for longer than
// the request takes, and ask another goroutine: it reads what does not change from the first call of the Provider on,
// and so not the record, which an observer may clean.
type calling request

var _ context.Context = (*calling)(nil)

// Deadline implements context.Context.
func (c *calling) Deadline() (time.Time, bool) { return c.http.Context().Deadline() }

// Done implements context.Context.
func (c *calling) Done() <-chan struct{} { return c.http.Context().Done() }

// Err implements context.Context.
func (c *calling) Err() error { return c.http.Context().Err() }

// Value implements context.Context.
func (c *calling) Value(key any) any {
	if _, ok := key.(scim.CallerKey); ok {
		return c
	}
	return c.http.Context().Value(key)
}

// Caller is what scim.CallerFrom returns.
func (c *calling) Caller() scim.Caller {
	return scim.Caller{Tenant: c.tenant.ID, Principal: c.principal, IdP: c.idp, RequestID: c.reply.own[requestID]}
}
