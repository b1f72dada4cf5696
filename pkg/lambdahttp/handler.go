package lambdahttp

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// MaxPayload is the largest event and the largest answer of a synchronous Lambda invocation, in bytes.
const MaxPayload = 6 << 20

// Options of New. Zero fields take the defaults.
type Options struct {
	// BasePath is a prefix that the gateway leaves in the path, such as the name of a stage or the
	// key of a base path mapping. It is removed. Empty means none.
	BasePath string
	// Reserve is the time between the end of the request's context and Lambda's deadline, so that an
	// answer can still be sent. 1 s by default, and never more than half of the remaining time.
	Reserve time.Duration
	// Binary says that a REST API has */* among its binary media types, which gzip needs. An HTTP
	// API needs no setting.
	Binary bool
	// Log receives panics; slog.Default by default.
	Log *slog.Logger
}

// Handler turns events of API Gateway into requests. It is safe for concurrent use. The zero value is
// not usable; see New.
type Handler struct {
	next    http.Handler
	o       Options
	packers sync.Pool // of *gzip.Writer
}

// New returns a Handler that serves h.
func New(h http.Handler, o Options) *Handler {
	if o.Reserve <= 0 {
		o.Reserve = time.Second
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	o.BasePath = cleanBase(o.BasePath)
	return &Handler{next: h, o: o}
}

// Invoke implements lambda.Handler. It returns an error only for an event that does not come from API
// Gateway. Every request gets an answer: too large ones, malformed ones and those whose handler panics
// get a SCIM error.
func (h *Handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	e, err := decode(payload)
	if err != nil {
		return nil, err
	}
	principal, err := e.principal()
	if err != nil {
		return nil, err
	}
	if principal != "" {
		ctx = context.WithValue(ctx, principalKey{}, principal)
	}
	fault := e.prepare(h.o.BasePath)
	if len(payload) > MaxPayload {
		fault = errTooLarge
	}
	r, err := e.request()
	if err != nil {
		return nil, err
	}
	a := h.answer(ctx, r, e.RequestContext.RequestID, fault)
	if e.kind == httpAPI || h.o.Binary {
		h.compress(a, r)
	}
	a.fit(r.Method)
	return a.encode(e.kind), nil
}
