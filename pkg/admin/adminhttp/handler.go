package adminhttp

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Prefix is the path of the API.
const Prefix = "/admin/v1"

const (
	maxBody = 1 << 20 // bytes of a request
	maxKey  = 200     // bytes of an Idempotency-Key
)

// Options of New. Operators or Principal is required: without both, no request is accepted.
type Options struct {
	// Operators are the operator tokens that are accepted.
	Operators tenant.Operators
	// Principal returns who has sent a request, as the platform has verified it, for instance an ARN of IAM.
	// It may do everything. nil, or "": the request needs an operator token.
	Principal func(*http.Request) string
	// Budget is the time of long work in one request; 0 is 20 seconds.
	Budget time.Duration
	// Rate limits requests per second in this process, before any work; 0 is 50, with bursts of 100.
	Rate   int
	Logger *slog.Logger     // gets the causes of answers 5xx; nil is slog.Default
	Now    func() time.Time // nil is time.Now
}

// handler is what surrounds the operations.
type handler struct {
	o     Options
	mux   *http.ServeMux
	limit *rate.Limiter
}

// New returns a handler of Prefix over an API. It is safe for concurrent use.
func New(api admin.API, o Options) http.Handler {
	if o.Budget <= 0 {
		o.Budget = 20 * time.Second
	}
	if o.Rate <= 0 {
		o.Rate = 50
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	h := &handler{o: o, mux: http.NewServeMux(), limit: rate.NewLimiter(rate.Limit(o.Rate), 2*o.Rate)}
	operations(h.mux, api, &h.o)
	return h
}

type requestKey struct{}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := rand.Text()
	head := w.Header()
	head.Set("X-Request-Id", id)
	head.Set("Cache-Control", "no-store")
	head.Set("X-Content-Type-Options", "nosniff")
	ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), requestKey{}, id), h.o.Budget+5*time.Second)
	defer cancel()
	r = r.WithContext(ctx)
	defer func() {
		if v := recover(); v != nil {
			h.fail(w, r, fmt.Errorf("panic: %v", v))
		}
	}()
	r, err := h.admitted(w, r)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	h.mux.ServeHTTP(w, r)
}

// admitted returns the request for its operation, or the error of one that is refused before any work.
func (h *handler) admitted(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
	switch {
	case !h.limit.Allow():
		return r, problem(admin.Throttled, "", "there are too many requests", "try again in a second")
	case r.ContentLength > maxBody:
		return r, problem(admin.TooLarge, "body", fmt.Sprintf("it has %d bytes", r.ContentLength), fmt.Sprintf("send at most %d", maxBody))
	case r.URL.Path != path.Clean(r.URL.Path):
		return r, unknownPath()
	case !isJSON(r):
		return r, &statusError{problem(admin.Invalid, "Content-Type", "the body is not JSON", "send application/json"), http.StatusUnsupportedMediaType, "The body is not JSON"}
	}
	actor, err := h.authorised(r)
	if err != nil {
		return r, err
	}
	if err := h.exists(w, r); err != nil {
		return r, err
	}
	ctx := admin.WithActor(r.Context(), admin.Actor{Name: actor, RequestID: requestID(r.Context())})
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		if len(key) > maxKey || strings.ContainsFunc(key, func(c rune) bool { return c < 0x21 || c > 0x7e }) {
			return r, problem(admin.Invalid, "Idempotency-Key", "it is too long, or has characters other than printable ASCII", fmt.Sprintf("use at most %d characters, such as a UUID", maxKey))
		}
		ctx = admin.WithIdempotencyKey(ctx, key)
	}
	r = r.WithContext(ctx)
	return r, readBody(w, r)
}

// exists refuses a path or a method that the API does not have.
func (h *handler) exists(w http.ResponseWriter, r *http.Request) error {
	if _, pattern := h.mux.Handler(r); pattern != "" {
		return nil
	}
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := h.mux.Handler(other); pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return unknownPath()
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	return &statusError{problem(admin.Invalid, "method", "the path does not have this method", "use "+strings.Join(allowed, " or ")), http.StatusMethodNotAllowed, "The path does not have this method"}
}

// isJSON reports whether a body, if there is one, says that it is JSON. One without a type is taken for JSON.
func isJSON(r *http.Request) bool {
	given := r.Header.Get("Content-Type")
	if r.ContentLength == 0 || given == "" {
		return true
	}
	kind, _, err := mime.ParseMediaType(given)
	return err == nil && (kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json"))
}

// statusError has a status that no kind of error has.
type statusError struct {
	e      *admin.Error
	status int
	title  string
}

func (e *statusError) Error() string { return e.e.Error() }
func (e *statusError) Unwrap() error { return e.e }

func unknownPath() error {
	return problem(admin.NotFound, "path", "the API has no such path", "GET "+Prefix+"/openapi.json describes all of them")
}

func problem(kind admin.Kind, field, reason, remedy string) *admin.Error {
	return &admin.Error{Kind: kind, Problems: []admin.Problem{{Field: field, Reason: reason, Remedy: remedy}}}
}

// fail answers with an error that no operation has made.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(r.Context(), h.o.Logger, err)
	var own *statusError
	if errors.As(err, &own) {
		p.Status, p.Title = own.status, own.title
	}
	switch p.Status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer realm="scimstack administration"`)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client may be gone
}
