package scim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// HandlerOptions configure the HTTP binding.
type HandlerOptions struct {
	Authenticator Authenticator
	// PublicBase stands before the tenant in emitted URLs; equal to the Provider's.
	PublicBase string
	// Prefix is the path before the tenant, "/scim/v2" by default.
	Prefix string
	// Only restricts the handler to some endpoints ("Users", "Bulk", …); a request to
	// another answers 404. Empty means all.
	Only []string
	// NoBulk switches Bulk off: it answers 501.
	NoBulk bool
	// Timeout bounds the work of one Bulk request, 25 s by default; operations that did not
	// start in time are reported as 503 (B-20).
	Timeout time.Duration
	// Now is the clock of records.
	Now func() time.Time
	// Normalise may rewrite a decoded body in place before the core reads it, and says what
	// it did: see pkg/dialect. patch tells a PATCH body from a resource.
	Normalise func(t *Tenant, rt *schema.ResourceType, patch bool, body map[string]any) (notes []string)
	// Recognise tells by a request, or "", which identity provider sent it, for records of
	// tenants that do not say. body is nil where none was read.
	Recognise func(r *http.Request, body map[string]any) string
	// Admit may turn a request away before any work, with how long to wait (429). It must be
	// safe for concurrent use; nil admits everything.
	Admit func(t *Tenant) (wait time.Duration, ok bool)
	// Observe hears of every request after it was answered, and of every operation of a bulk
	// request once it is done. It must not block.
	Observe func(r *http.Request, rec *Record)
}

// Record is what Observe learns of one request: no values of attributes, no secrets.
type Record struct {
	Time       time.Time
	Duration   time.Duration
	Item       int // 0 for a request; n for operation n of a bulk request, observed before the request itself
	Tenant     TenantID
	Subject    string
	IdP        string
	RequestID  string
	Method     string
	Operation  string // create, get, replace, patch, delete, search, bulk, discovery, …
	Type       string
	ResourceID string
	Status     int
	ScimType   string
	Code       Code   // cause of a failure
	Attribute  string // that the failure is about, where known
	Holder     string // id of the resource that has the wanted value (409), where known
	ErrorID    string // also in the body of a 5xx
	Changed    bool
	Notes      []string
	Err        error // the cause; for logs only
}

// handler is the HTTP binding over a Provider.
type handler struct {
	p    Provider
	o    HandlerOptions
	only map[string]bool

	prefix string // Prefix and a slash
}

// NewHandler makes the HTTP binding of RFC 7644 over a Provider. Mount it without a
// ServeMux in front: it takes paths as they come and never redirects. Safe for
// concurrent use.
func NewHandler(p Provider, o HandlerOptions) http.Handler {
	if o.Prefix == "" {
		o.Prefix = "/scim/v2"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Timeout <= 0 {
		o.Timeout = 25 * time.Second
	}
	h := &handler{p: p, o: o, prefix: o.Prefix + "/"}
	if len(o.Only) > 0 {
		h.only = map[string]bool{}
		for _, e := range o.Only {
			h.only[e] = true
		}
	}
	return h
}

// request is one request on its way through the handler.
type request struct {
	http      *http.Request
	ctx       context.Context //nolint:containedctx // lives for one request
	segments  []string        // decoded path behind the tenant
	tenant    *Tenant
	principal *Principal
	rec       *Record

	// Room for what nearly every request needs, so that all of it is one allocation.
	record  Record
	parts   [4]string
	headers [9]string
	reply   response
}

// response is what a route answers.
type response struct {
	status   int
	body     []byte
	etag     string
	location string
	allow    string
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := h.o.Now()
	req := &request{http: r, ctx: r.Context(), record: Record{Time: start, Method: r.Method, RequestID: requestID(r)}}
	req.rec = &req.record
	rec := req.rec
	res, err := h.guarded(req)
	if err != nil {
		res = h.failure(w, req, err)
	}
	h.write(w, req, res)
	rec.Status = res.status
	rec.Duration = h.o.Now().Sub(start)
	if h.o.Observe != nil {
		h.o.Observe(r, rec)
	}
}

// guarded turns a panic into a 500 with an error id (H-14).
func (h *handler) guarded(req *request) (res *response, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &Error{Status: 500, Code: CodeInternal, Detail: "internal error", Cause: fmt.Errorf("panic: %v\n%s", v, debug.Stack())}
		}
	}()
	if err := acceptable(req.http); err != nil {
		return nil, err
	}
	return h.serve(req)
}

func (h *handler) failure(w http.ResponseWriter, req *request, err error) *response {
	e := *AsError(err)
	req.rec.fail(&e, err)
	e.ID = req.rec.ErrorID
	if e.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="scim"`)
	}
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((e.RetryAfter+time.Second-1)/time.Second)))
	}
	return &response{status: e.Status, body: e.AppendJSON(nil), allow: e.Allow}
}

func (h *handler) write(w http.ResponseWriter, req *request, res *response) {
	head := w.Header()
	values := req.headers[:0] // one array for all header values; keys are canonical
	set := func(key, value string) {
		if value != "" {
			values = append(values, value)
			head[key] = values[len(values)-1 : len(values) : len(values)]
		}
	}
	if len(res.body) > 0 {
		set("Content-Type", mediaType(req.http))
		set("Content-Length", strconv.Itoa(len(res.body)))
	}
	set("Cache-Control", "no-store")
	set("X-Content-Type-Options", "nosniff")
	set("X-Request-Id", req.rec.RequestID)
	set("Etag", res.etag)
	set("Location", res.location)
	if req.http.Method == http.MethodGet || req.http.Method == http.MethodHead {
		set("Content-Location", res.location)
	}
	set("Allow", res.allow)
	w.WriteHeader(res.status)
	if req.http.Method != http.MethodHead {
		_, _ = w.Write(res.body) // a client that hung up is no fault of ours
	}
}

// requestID takes the gateway's id, or makes one.
func requestID(r *http.Request) string {
	if id := first(r.Header["X-Request-Id"]); len(id) >= 8 && len(id) <= 64 && plainToken(id) {
		return id
	}
	var b [16]byte
	id := strconv.AppendUint(b[:0], rand.Uint64()|1<<63, 16) // a label, not a secret
	return string(id)
}

func plainToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '=' {
			return false
		}
	}
	return true
}

// typed is the resource type that the first segment names, or nil.
func (req *request) typed() *schema.ResourceType {
	if len(req.segments) == 0 {
		return nil
	}
	return req.tenant.Types.ByEndpoint(req.segments[0])
}
