package activity

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/internal/fault"
	"github.com/scimstack/scimstack/internal/params"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
)

// Prefix is the path of the log, before the tenant.
const Prefix = "/activity/"

// Explained is a record as it is read, with its explanation.
type Explained struct {
	// Verb says what happened, to the resource whose timeline is read: created, deactivated, renamed,
	// joined, left, refused, …; several are joined by "+". See Record.VerbsFor.
	Verb string `json:"verb"`
	Record
	Explanation Explanation `json:"explanation"`
}

// explained returns a record as a reader of the timelines of some resources sees it.
func explained(r *Record, resources ...string) Explained {
	of := ""
	for _, id := range resources {
		if id != r.Resource && slices.Contains(r.Resources(), id) {
			of = id
		}
	}
	return Explained{verbs(r.VerbsFor(of)), *r, ExplainFor(r, of)}
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
	// Find returns the ids of the resources that have a name now: a userName, a displayName or an
	// externalId. nil: ?user= finds only those that the log knows by name, see Find.
	Find func(ctx context.Context, t *scim.Tenant, name string) ([]string, error)
	// Settle is called before the log is read, after the request was admitted: it has the records of requests that
	// were answered before be in the log. nil: records that a Recorder still holds are not seen.
	Settle func(ctx context.Context)
	// Log gets the causes of answers 5xx, which no client sees, under their error id. nil is slog.Default.
	Log *slog.Logger
}

type reader struct {
	log  Log
	gate Gate
}

// NewHandler returns a handler that serves the log, read-only, to tokens with the scope scim.Activity:
//
//	GET /activity/{tenant}?resource=ID&user=NAME&status=409&failed=true&idp=okta&operation=create
//	                      &request=ID&from=TIME&until=TIME&count=50&cursor=NEXT   → Answer
//	GET /activity/{tenant}/{id}                                                  → Explained
//
// user is a userName, a displayName, an externalId or an id, also of a user or group that was deleted.
// A page has fewer records than count if they are large; Answer.Next then continues. Times are in RFC
// 3339. Errors have the body of RFC 7644 §3.12. The handler is safe for concurrent
// use.
func NewHandler(log Log, gate Gate) http.Handler { return &reader{log: log, gate: gate} }

func (h *reader) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Cache-Control", "no-store")
	head.Set("X-Content-Type-Options", "nosniff")
	body, err := fault.Guarded(func() ([]byte, error) { return h.serve(r) })
	if err != nil {
		fault.Answer(w, r, h.gate.Log, "activity", err)
		return
	}
	head.Set("Content-Type", "application/json")
	head.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client may have closed the connection
	}
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
	if h.gate.Settle != nil {
		h.gate.Settle(r.Context())
	}
	if id != "" {
		return h.one(r.Context(), tenant.ID, id)
	}
	q, user, err := queryOf(r)
	if err != nil {
		return nil, err
	}
	return h.page(r.Context(), tenant, q, user)
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
	return json.Marshal(explained(&rec))
}

// timeline returns a page of records, and the resources whose timelines it is of.
func (h *reader) timeline(ctx context.Context, t *scim.Tenant, q Query, user string) (page Page, of []string, err error) {
	if user == "" {
		if q.Resource != "" {
			of = []string{q.Resource}
		}
		page, err = h.log.Query(ctx, t.ID, q)
		return page, of, err
	}
	if of, err = (People{h.log, h.gate.Find}).IDs(ctx, t, user); err != nil {
		return page, nil, err
	}
	if q.Resource != "" {
		of = slices.DeleteFunc(of, func(id string) bool { return id != q.Resource })
	}
	page, err = Timeline(ctx, h.log, t.ID, of, q)
	return page, of, err
}

func (h *reader) page(ctx context.Context, t *scim.Tenant, q Query, user string) ([]byte, error) {
	page, of, err := h.timeline(ctx, t, q, user)
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
		answer.Records = append(answer.Records, explained(r, of...))
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
func (h *reader) enter(r *http.Request, name string) (*scim.Tenant, error) {
	if name == "" {
		return nil, scim.ErrUnauthenticated
	}
	p, t, err := httpapi.Authenticate(r, h.gate.Authenticator, name)
	if err != nil {
		return nil, err
	}
	if h.gate.Admit != nil {
		if wait, ok := h.gate.Admit(t); !ok {
			e := scim.NewError(scim.CodeThrottled, "too many requests of this tenant; wait and try again")
			e.RetryAfter = max(wait, time.Second)
			return nil, e
		}
	}
	if !p.Scopes.Has(scim.Activity) {
		return nil, scim.NewError(scim.CodeScope, "the token lacks the scope activity; use a token that has it")
	}
	return t, nil
}

func bad(name string) error {
	return scim.NewError(scim.CodeParameter, "the parameter "+name+" has an invalid value")
}

func queryOf(r *http.Request) (q Query, user string, err error) {
	v, err := params.Parse(r.URL.RawQuery)
	if err != nil {
		return Query{}, "", err
	}
	q = Query{Resource: v.Get("resource"), IdP: v.Get("idp"), Operation: v.Get("operation"), RequestID: v.Get("request"), After: v.Get("cursor")}
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
	return q, v.Get("user"), err
}
