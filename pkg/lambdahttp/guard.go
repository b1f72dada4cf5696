package lambdahttp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

var errTooLarge = fmt.Errorf("the request is larger than %d bytes; send fewer operations or members at a time", MaxPayload)

// answer answers a request. id is that of the gateway; fault is why the request cannot be served, nil if it can.
func (h *Handler) answer(ctx context.Context, r *http.Request, id string, fault error) *answer {
	a := &answer{header: http.Header{}}
	if fault != nil {
		code := scim.CodeRequest
		if errors.Is(fault, errTooLarge) {
			code = scim.CodeBodyTooLarge
		}
		a.fail(scim.NewError(code, fault.Error()))
		return a
	}
	ctx, cancel := h.bounded(ctx)
	defer cancel()
	h.serve(ctx, a, r, id)
	return a
}

// bounded returns a context that ends shortly before Lambda ends the invocation.
func (h *Handler) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, deadline.Add(-min(h.o.Reserve, time.Until(deadline)/2)))
}

// serve calls the handler and turns its panic into a 500 with an error id.
func (h *Handler) serve(ctx context.Context, a *answer, r *http.Request, id string) {
	defer func() {
		if v := recover(); v != nil {
			h.panicked(ctx, a, v, id)
		}
	}()
	h.next.ServeHTTP(a, r.WithContext(ctx))
}

// panicked logs a panic and answers with the id of the log entry.
func (h *Handler) panicked(ctx context.Context, a *answer, v any, id string) {
	if id == "" {
		id = strconv.FormatInt(time.Now().UnixNano(), 36)
	}
	h.o.Log.LogAttrs(ctx, slog.LevelError, "panic", slog.String("error_id", id),
		slog.String("cause", fmt.Sprint(v)), slog.String("stack", string(debug.Stack())))
	e := scim.NewError(scim.CodeInternal, "internal error")
	e.ID = id
	a.fail(e)
}
