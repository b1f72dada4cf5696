package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/params"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// handler is the HTTP binding over a Provider.
type handler struct {
	p    scim.Provider
	o    Options
	only map[string]bool

	prefix string // Prefix and a slash
}

// NewHandler makes the HTTP binding of RFC 7644 over a Provider. It returns an error that names
// what is missing from the options.
//
// Mount the handler without a ServeMux before it: it takes paths as they come and never
// redirects. It is safe for concurrent use.
func NewHandler(p scim.Provider, o Options) (http.Handler, error) {
	switch {
	case p == nil:
		return nil, errors.New("httpapi: a Provider is required; engine.New makes one over a Store")
	case o.Authenticator == nil:
		return nil, errors.New("httpapi: Options.Authenticator is required; tenant.NewAuthenticator makes one")
	case o.Prefix != "" && (o.Prefix[0] != '/' || strings.HasSuffix(o.Prefix, "/")):
		return nil, fmt.Errorf("httpapi: Options.Prefix %q must begin with a slash and not end with one", o.Prefix)
	}
	if o.Prefix == "" {
		o.Prefix = "/scim/v2"
	}
	switch {
	case o.Observe == nil:
		o.Now = func() time.Time { return time.Time{} } // without an observer the time of a request is of no use
	case o.Now == nil:
		o.Now = time.Now
	}
	if o.Log == nil && o.Observe == nil {
		o.Log = slog.Default()
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
	return h, nil
}

// request is one request on its way through the handler.
type request struct {
	http      *http.Request
	ctx       context.Context //nolint:containedctx // lives for one request
	segments  []string        // decoded path after the tenant
	params    params.List     // of the query string
	tenant    *scim.Tenant
	principal *scim.Principal
	idp       string // that of the record

	// Space for what nearly every request needs, so that all of it is one allocation.
	record scim.Record
	parts  [3]string
	reply  response
}

// response is the answer of a route.
type response struct {
	status int
	typed  bool // has a media type even without a body
	body   []byte
	one    *scim.Result // of an operation on one resource: its Body is the body
	page   *scim.Found  // of a search: its Joined is the rest of the body, if there is one
	own    fields
}

// fields are the header fields whose values no two responses share. The header has parts of this array.
type fields [4]string

// The fields, by index. Their names are canonical, as http.Header wants them.
const (
	length = iota
	requestID
	etag
	location
)

var fieldNames = [...]string{length: "Content-Length", requestID: "X-Request-Id", etag: "Etag", location: "Location"}

// at is a response with a location.
func (res *response) at(url string) *response {
	res.own[location] = url
	return res
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := h.o.Now()
	req := &request{http: r, ctx: r.Context(), record: scim.Record{Time: start, Method: scim.MethodName(r.Method)}}
	rec := &req.record
	res, err := h.guarded(req)
	if rec.RequestID == "" {
		rec.RequestID = newRequestID()
	}
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
	defer caught(&err)
	if err := oversized(req.http); err != nil {
		return nil, err
	}
	return h.serve(req)
}

// caught is deferred: it makes a panic the error of the function that defers it.
func caught(err *error) {
	if v := recover(); v != nil {
		*err = &async.PanicError{Value: v, Stack: debug.Stack()}
	}
}

func (h *handler) failure(w http.ResponseWriter, req *request, err error) *response {
	e := *scim.AsError(err)
	req.record.Fail(&e, err)
	e.ID = req.record.ErrorID
	h.log(req.ctx, &req.record)
	if e.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", h.challenge(req.http))
	}
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((e.RetryAfter+time.Second-1)/time.Second)))
	}
	if e.Code == scim.CodeEncoding {
		w.Header().Set("Accept-Encoding", "gzip")
	}
	if e.Allow != "" {
		w.Header().Set("Allow", e.Allow)
	}
	drain(req.http)
	return &response{status: e.Status, body: e.AppendJSON(nil)}
}

// log writes down the cause of a fault, which no answer shows.
func (h *handler) log(ctx context.Context, rec *scim.Record) {
	if h.o.Log == nil || rec.ErrorID == "" {
		return
	}
	h.o.Log.ErrorContext(ctx, "scim", "error_id", rec.ErrorID, "code", rec.Code, "tenant", rec.Tenant.String(), "operation", rec.Operation,
		"item", rec.Item, "type", rec.Type, "id", rec.ResourceID, "cause", rec.Err)
}

// requestIDOf is the id that the gateway or the client set, or a new one. It is for requests with a
// known token only: nothing that a stranger wrote gets into a record.
func requestIDOf(r *http.Request) string {
	if id := first(r.Header["X-Request-Id"]); len(id) >= 8 && len(id) <= 64 && plainToken(id) {
		return id
	}
	return newRequestID()
}

func newRequestID() string {
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

// target is what a request on a resource type, or on one resource of it, is about.
func (req *request) target(rt *schema.ResourceType, id string) scim.Target {
	return scim.Target{Tenant: req.tenant, Type: rt, ID: id, By: req.principal}
}
