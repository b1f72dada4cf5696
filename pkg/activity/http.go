package activity

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/internal/params"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
)

// Prefix is the path of the log, before the tenant.
const Prefix = "/activity/"

// Explained is a record as it is read, with its explanation.
type Explained struct {
	Record
	Explanation Explanation `json:"explanation"`
}

// Answer is the body of GET /activity/{tenant}.
type Answer struct {
	Records []Explained `json:"records"` // newest first
	Next    string      `json:"next,omitempty"`
}

// Gate decides which requests may read the log. Authenticator is required. Admit limits the request
// rate of a tenant, see httpapi.Options.Admit; nil admits everything.
type Gate struct {
	Authenticator scim.Authenticator
	Admit         func(t *scim.Tenant) (wait time.Duration, ok bool)
}

type reader struct {
	log  Log
	gate Gate
}

// NewHandler returns a handler that serves the log, read-only, to tokens with the scope scim.Activity:
//
//	GET /activity/{tenant}?resource=ID&status=409&failed=true&idp=okta&operation=create
//	                      &request=ID&from=TIME&until=TIME&count=50&cursor=NEXT   → Answer
//	GET /activity/{tenant}/{id}                                                  → Explained
//
// A page has fewer records than count if they are large; Answer.Next then continues. Times are in RFC
// 3339. Errors have the body of RFC 7644 §3.12. The handler is safe for concurrent
// use.
func NewHandler(log Log, gate Gate) http.Handler { return &reader{log: log, gate: gate} }

func (h *reader) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Cache-Control", "no-store")
	head.Set("X-Content-Type-Options", "nosniff")
	body, err := h.serve(r)
	if err != nil {
		h.fail(w, err)
		return
	}
	head.Set("Content-Type", "application/json")
	head.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client may have closed the connection
	}
}

func (h *reader) fail(w http.ResponseWriter, err error) {
	e := scim.AsError(err)
	if e.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="scim"`)
	}
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((e.RetryAfter+time.Second-1)/time.Second)))
	}
	if e.Allow != "" {
		w.Header().Set("Allow", e.Allow)
	}
	w.Header().Set("Content-Type", "application/scim+json")
	w.WriteHeader(e.Status)
	_, _ = w.Write(e.AppendJSON(nil))
}

func (h *reader) serve(r *http.Request) ([]byte, error) {
	name, id, _ := strings.Cut(strings.Trim(strings.TrimPrefix(r.URL.Path, Prefix), "/"), "/")
	tenant, err := h.enter(r, name)
	if err != nil {
		return nil, err
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		e := scim.NewError(scim.CodeMethod, "the log can only be read")
		e.Allow = "GET, HEAD"
		return nil, e
	}
	if id != "" {
		return h.one(r.Context(), tenant, id)
	}
	q, err := queryOf(r)
	if err != nil {
		return nil, err
	}
	return h.page(r.Context(), tenant, q)
}

func (h *reader) one(ctx context.Context, t scim.TenantID, id string) ([]byte, error) {
	rec, err := h.log.Get(ctx, t, id)
	if errors.Is(err, ErrNotFound) {
		e := scim.NewError(scim.CodeResource, "no such record; it may have expired")
		e.Cause = err
		return nil, e
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(Explained{rec, Explain(&rec)})
}

func (h *reader) page(ctx context.Context, t scim.TenantID, q Query) ([]byte, error) {
	page, err := h.log.Query(ctx, t, q)
	if errors.Is(err, ErrCursor) {
		err = bad("cursor")
	}
	if err != nil {
		return nil, err
	}
	answer := Answer{Records: []Explained{}, Next: page.Next}
	size := 0
	for i := range page.Records {
		r := &page.Records[i]
		if size += roughly(r); size > maxPage && i > 0 {
			answer.Next = page.Records[i-1].ID
			break
		}
		answer.Records = append(answer.Records, Explained{*r, Explain(r)})
	}
	return json.Marshal(answer)
}

// maxPage limits the records on a page, in bytes: a gateway has a limit of its own, and a page that is
// too large for it could never be read.
const maxPage = 2 << 20

// roughly returns the size of a record and its explanation in JSON, rounded up.
func roughly(r *Record) int {
	b, err := json.Marshal(r)
	if err != nil {
		return MaxRecord
	}
	return len(b) + maxFrame
}

// enter admits tokens of the tenant in the URL that have the scope.
func (h *reader) enter(r *http.Request, name string) (scim.TenantID, error) {
	if name == "" {
		return scim.TenantID{}, scim.ErrUnauthenticated
	}
	p, t, err := httpapi.Authenticate(r, h.gate.Authenticator, name)
	if err != nil {
		return scim.TenantID{}, err
	}
	if h.gate.Admit != nil {
		if wait, ok := h.gate.Admit(t); !ok {
			e := scim.NewError(scim.CodeThrottled, "too many requests of this tenant; wait and try again")
			e.RetryAfter = max(wait, time.Second)
			return scim.TenantID{}, e
		}
	}
	if !p.Scopes.Has(scim.Activity) {
		return scim.TenantID{}, scim.NewError(scim.CodeScope, "the token lacks the scope activity")
	}
	return t.ID, nil
}

func bad(name string) error {
	return scim.NewError(scim.CodeParameter, "the parameter "+name+" has an invalid value")
}

func queryOf(r *http.Request) (Query, error) {
	v, err := params.Parse(r.URL.RawQuery)
	if err != nil {
		return Query{}, err
	}
	q := Query{Resource: v.Get("resource"), IdP: v.Get("idp"), Operation: v.Get("operation"), RequestID: v.Get("request"), After: v.Get("cursor")}
	number := func(name string) (n int) {
		if s := v.Get(name); s != "" {
			var e error
			if n, e = strconv.Atoi(s); e != nil || n < 0 {
				err = bad(name)
			}
		}
		return n
	}
	at := func(name string) (t time.Time) {
		if s := v.Get(name); s != "" {
			var e error
			if t, e = time.Parse(time.RFC3339Nano, s); e != nil {
				err = bad(name)
			}
		}
		return t
	}
	q.Status, q.Limit, q.From, q.Until = number("status"), number("count"), at("from"), at("until")
	switch v.Get("failed") {
	case "", "false":
	case "true":
		q.Failed = true
	default:
		err = bad("failed")
	}
	return q, err
}
