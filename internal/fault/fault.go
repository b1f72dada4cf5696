// Package fault is what the handlers beside SCIM do with a failure: a panic is a failure like any other, its cause is
// logged under an error id, and the client sees the id alone.
package fault

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Guarded calls serve and returns its panic as an error. net/http would close the connection without an answer. A panic with
// http.ErrAbortHandler, which asks for that, goes on.
func Guarded[T any](serve func() (T, error)) (answer T, err error) {
	defer func() {
		switch v := recover(); v {
		case nil:
		case http.ErrAbortHandler:
			panic(v)
		default:
			err = &async.PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return serve()
}

// Log writes down the cause of an answer 5xx under an id, which it returns; "" for other answers. A client that has gone is no
// fault. A nil log is slog.Default.
func Log(ctx context.Context, log *slog.Logger, part string, e *scim.Error, err error) (id string) {
	if e.Status < http.StatusInternalServerError || e.Status == http.StatusNotImplemented || errors.Is(ctx.Err(), context.Canceled) {
		return ""
	}
	if e.Cause != nil {
		err = e.Cause // the text of an *Error is for clients and lacks it
	}
	if log == nil {
		log = slog.Default()
	}
	id = rand.Text()[:16]
	log.ErrorContext(ctx, part, "error_id", id, "code", e.Code, "cause", err)
	return id
}

// Answer answers a request of a part with an error, in the form of RFC 7644 §3.12.
func Answer(w http.ResponseWriter, r *http.Request, log *slog.Logger, part string, err error) {
	e := *scim.AsError(err)
	e.ID = Log(r.Context(), log, part, &e, err)
	head := w.Header()
	if e.Status == http.StatusUnauthorized {
		head.Set("WWW-Authenticate", `Bearer realm="scim"`)
	}
	if e.RetryAfter > 0 {
		head.Set("Retry-After", strconv.Itoa(int((e.RetryAfter+time.Second-1)/time.Second)))
	}
	if e.Allow != "" {
		head.Set("Allow", e.Allow)
	}
	head.Set("Content-Type", "application/scim+json")
	w.WriteHeader(e.Status)
	_, _ = w.Write(e.AppendJSON(nil))
}
