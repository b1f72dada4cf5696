package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/internal/fault"
	"github.com/scimstack/scimstack/internal/params"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Path is the path of the feed of all tenants; the name of a tenant follows it after a slash.
const Path = "/events"

// Answer is the body of GET /events/{tenant} and of a page of a snapshot.
type Answer struct {
	Facts []json.RawMessage `json:"facts"` // each a Fact
	// Next is the number to ask after next. In a snapshot it is that to read on after, once there are no
	// more pages.
	Next int64 `json:"next"`
	// Cursor is the next page of a snapshot; "" after the last one.
	Cursor string `json:"cursor,omitempty"`
}

// Bounds of what a request may ask for.
const (
	usualFacts = 100
	mostFacts  = 1000
	mostTypes  = 100
	mostWait   = 25 * time.Second // gateways end a request after 29 seconds
	mostLooked = 5000             // facts that one request looks at
	mostReads  = 16               // reads of one request: large facts are few in each
)

type handler struct {
	source *Source
	gate   Gate
}

// NewHandler returns a handler that serves the feed, read-only:
//
//	GET /events/{tenant}?after=N&limit=100&types=user.*,membership.added&wait=20   → Answer
//	GET /events/{tenant}/snapshot?cursor=C&limit=100                               → Answer
//	GET /events?after=C&limit=100&types=…&wait=20                                  → AllAnswer
//
// after is the last number that the reader has handled: 0 for all that is kept, "now" for none of them. With
// wait, in seconds, an answer without facts is delayed until there is one, by at most 25. A request looks at 5,000 facts
// at most: an answer without facts that has a later Next is not the end. Types that CheckType refuses are 400. A reader that must start anew gets 410 and the reason. Errors have the body of RFC 7644 §3.12. The handler is safe for
// concurrent use.
func NewHandler(source *Source, gate Gate) http.Handler { return &handler{source: source, gate: gate} }

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Cache-Control", "no-store")
	head.Set("X-Content-Type-Options", "nosniff")
	answer, err := fault.Guarded(func() (any, error) { return h.serve(r) })
	var body []byte
	if err == nil {
		body, err = json.Marshal(answer)
	}
	var late *scim.GoneError
	switch {
	case errors.As(err, &late):
		head.Set("Content-Type", "application/scim+json")
		w.WriteHeader(http.StatusGone)
		_, _ = w.Write(anew(late))
		return
	case err != nil:
		Fail(w, r, h.gate.Log, err)
		return
	}
	head.Set("Content-Type", "application/json")
	head.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client may have closed the connection
	}
}

// serve returns the body of the answer.
func (h *handler) serve(r *http.Request) (any, error) {
	name, rest, _ := strings.Cut(strings.Trim(strings.TrimPrefix(r.URL.Path, Path), "/"), "/")
	if name == "" {
		return h.all(r)
	}
	t, err := h.enter(r, name)
	if err != nil {
		return nil, err
	}
	q, err := queryOf(r)
	switch {
	case err != nil:
		return nil, err
	case rest == "snapshot":
		return h.snapshot(r.Context(), t, q)
	case rest != "":
		return nil, scim.NewError(scim.CodeEndpoint, "there is no such endpoint; use %s/{tenant} or %s/{tenant}/snapshot", Path, Path)
	}
	return h.page(r.Context(), t, q)
}

// enter admits readers of the tenant in the URL.
func (h *handler) enter(r *http.Request, name string) (scim.TenantID, error) {
	id, _, err := h.gate.Enter(r, name)
	if err == nil {
		err = readOnly(r)
	}
	return id, err
}

func readOnly(r *http.Request) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	e := scim.NewError(scim.CodeMethod, "the feed can only be read")
	e.Allow = "GET, HEAD"
	return e
}

// page reads facts after a number, and waits for one if there is none.
func (h *handler) page(ctx context.Context, t scim.TenantID, q query) (*Answer, error) {
	after, err := h.after(ctx, t, q.after)
	if err != nil {
		return nil, err
	}
	end, looked, size := time.Now().Add(q.wait), 0, q.limit
	for reads := 1; ; reads++ {
		answer := &Answer{Facts: []json.RawMessage{}, Next: after}
		facts, err := h.source.Read(ctx, t, after, size)
		if err != nil {
			return nil, err
		}
		if _, err := answer.add(facts, q, mostBytes); err != nil {
			return nil, err
		}
		// Where none of many facts is of a type that is asked for, the reader goes on with the next request.
		looked, size = looked+len(facts), min(2*size, mostFacts)
		after = answer.Next
		if len(answer.Facts) > 0 || len(facts) > 0 && (looked >= mostLooked || reads >= mostReads) {
			return answer, nil
		}
		if left := time.Until(end); len(facts) == 0 && left <= 0 {
			return answer, nil
		} else if len(facts) == 0 {
			if err := h.source.Wait(ctx, t, after, left); err != nil {
				return nil, err
			}
		}
	}
}

// after is the number that a client names.
func (h *handler) after(ctx context.Context, t scim.TenantID, text string) (int64, error) {
	switch text {
	case "":
		return 0, nil
	case "now":
		return h.source.Last(ctx, t)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, invalid("after")
	}
	return n, nil
}

// add puts facts into the answer, as many as it may have and of these bytes but for one fact, and returns their size.
func (a *Answer) add(facts []Fact, q query, most int) (size int, err error) {
	for i := range facts {
		if q.wants(facts[i].Type) {
			if len(a.Facts) == q.limit {
				return size, nil
			}
			b, err := json.Marshal(&facts[i])
			if err != nil {
				return size, err
			}
			if len(a.Facts) > 0 && size+len(b) > most {
				return size, nil
			}
			a.Facts, size = append(a.Facts, b), size+len(b)
		}
		a.Next = facts[i].Seq
	}
	return size, nil
}

// snapshot is a page of all that a tenant has.
func (h *handler) snapshot(ctx context.Context, t scim.TenantID, q query) (*Answer, error) {
	page, err := h.source.SnapshotPage(ctx, t, q.cursor, q.limit)
	if errors.Is(err, ErrCursor) {
		return nil, invalid("cursor")
	}
	if err != nil {
		return nil, err
	}
	answer := &Answer{Facts: []json.RawMessage{}, Cursor: page.Next}
	for i := range page.Facts {
		b, err := json.Marshal(&page.Facts[i])
		if err != nil {
			return nil, err
		}
		answer.Facts = append(answer.Facts, b)
	}
	answer.Next = page.Seq
	return answer, nil
}

// gone is the body of a 410.
type gone struct {
	Schemas []string `json:"schemas"`
	Status  string   `json:"status"`
	Detail  string   `json:"detail"`
	First   int64    `json:"first"`
	Last    int64    `json:"last"`
}

// anew is the answer to a reader that must start anew.
func anew(late *scim.GoneError) []byte {
	body, _ := json.Marshal(gone{
		Schemas: []string{"urn:ietf:params:scim:api:messages:2.0:Error"}, Status: "410", First: late.First, Last: late.Last,
		Detail: fmt.Sprintf("%v: GET %s/{tenant}/snapshot for all that there is, page by page (cursor), then read on after the number that its last page names as next", late, Path),
	})
	return body
}

// Fail answers with an error, in the form of RFC 7644 §3.12. The cause of an answer 5xx goes to the log, which is Gate.Log, under an error id.
func Fail(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	if errors.Is(err, scim.ErrNoFeed) {
		err = scim.Refuse(http.StatusNotImplemented, "", "this service keeps no feed")
	}
	fault.Answer(w, r, log, "events", err)
}

// query is what a request asks for.
type query struct {
	after, cursor string
	limit         int
	types         []string
	wait          time.Duration
}

func invalid(name string) error {
	return scim.NewError(scim.CodeParameter, "the parameter "+name+" has an invalid value")
}

func queryOf(r *http.Request) (query, error) {
	v, err := params.Parse(r.URL.RawQuery, "types")
	if err != nil {
		return query{}, err
	}
	q := query{after: v.Get("after"), cursor: v.Get("cursor"), limit: usualFacts}
	if s := v.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return q, invalid("limit")
		}
		q.limit = min(n, mostFacts)
	}
	if s := v.Get("wait"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return q, invalid("wait")
		}
		q.wait = min(time.Duration(min(n, 3600))*time.Second, mostWait)
	}
	for s := range strings.SplitSeq(v.All("types"), ",") {
		if s = strings.TrimSpace(s); s != "" {
			q.types = append(q.types, s)
		}
	}
	if len(q.types) > mostTypes {
		return q, invalid("types")
	}
	for _, typ := range q.types {
		if err := CheckType(typ); err != nil {
			return q, scim.NewError(scim.CodeParameter, "types: %v", err)
		}
	}
	return q, nil
}

// wants reports whether a fact of a type was asked for. A type "user.*" is all that begin so.
func (q *query) wants(typ string) bool { return Matches(q.types, typ) }

// Matches reports whether a type of facts is among some: by its name, or by one that ends with "*". None
// are all.
func Matches(types []string, typ string) bool {
	for _, t := range types {
		if stem, ok := strings.CutSuffix(t, "*"); t == typ || ok && strings.HasPrefix(typ, stem) {
			return true
		}
	}
	return len(types) == 0
}
