package lambdahttp

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// guard is the http.Handler between the proxy and the handler of the service.
type guard struct {
	next http.Handler
	o    Options
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	in := invocationOf(r.Context())
	if in.sourceIP != "" {
		r.RemoteAddr = net.JoinHostPort(in.sourceIP, "0") // host and port, as net/http has it
	}
	if in.requestID != "" {
		r.Header.Set("X-Request-Id", in.requestID)
	}
	ctx, cancel := g.bounded(r.Context())
	defer cancel()
	a := &answer{header: http.Header{}}
	switch {
	case in.size > MaxPayload:
		a.fail(scim.NewError(scim.CodeBodyTooLarge,
			fmt.Sprintf("the request is larger than %d bytes; send fewer operations or members at a time", MaxPayload)))
	case in.fault != nil:
		a.fail(scim.NewError(scim.CodeRequest, in.fault.Error()))
	default:
		g.serve(ctx, a, r, in.requestID)
	}
	a.compress(r, in.kind == httpAPI || g.o.Binary)
	a.fit(r.Method)
	a.writeTo(w)
}

// bounded returns a context that ends shortly before Lambda ends the invocation.
func (g *guard) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, deadline.Add(-min(g.o.Reserve, time.Until(deadline)/2)))
}

// serve calls the handler and turns its panic into a 500 with an error id.
func (g *guard) serve(ctx context.Context, a *answer, r *http.Request, id string) {
	defer func() {
		if v := recover(); v != nil {
			g.panicked(ctx, a, v, id)
		}
	}()
	g.next.ServeHTTP(a, r.WithContext(ctx))
}

// panicked logs a panic and answers with the id of the log entry.
func (g *guard) panicked(ctx context.Context, a *answer, v any, id string) {
	if id == "" {
		id = strconv.FormatInt(time.Now().UnixNano(), 36)
	}
	g.o.Log.LogAttrs(ctx, slog.LevelError, "panic", slog.String("error_id", id),
		slog.String("cause", fmt.Sprint(v)), slog.String("stack", string(debug.Stack())))
	e := scim.NewError(scim.CodeInternal, "internal error")
	e.ID = id
	a.fail(e)
}
