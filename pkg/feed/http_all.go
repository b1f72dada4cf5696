package feed

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// AllAnswer is the body of GET /events: facts of all tenants, in order for each of them.
type AllAnswer struct {
	Facts []json.RawMessage `json:"facts"`
	// Anew are tenants of which facts have expired before the reader came: it gets theirs from now on, and
	// must read GET /events/{tenant}/snapshot first.
	Anew []string `json:"anew,omitempty"`
	Next string   `json:"next"` // cursor to ask after next
}

// all reads the feeds of all tenants after a cursor, which holds the number of each. It grows with the
// tenants, so this way out is for up to about a thousand.
func (h *handler) all(r *http.Request) (*AllAnswer, error) {
	if h.gate.Operator == nil || !h.gate.Operator(r) {
		return nil, scim.ErrUnauthenticated
	}
	if h.gate.Tenants == nil {
		return nil, scim.Refuse(http.StatusNotImplemented, "", "this service cannot list its tenants; read the feed of each of them: GET "+Path+"/{tenant}")
	}
	if err := readOnly(r); err != nil {
		return nil, err
	}
	q, err := queryOf(r)
	if err != nil {
		return nil, err
	}
	at, now, err := places(q.after)
	if err != nil {
		return nil, err
	}
	for end := time.Now().Add(q.wait); ; now = false {
		answer, err := h.round(r.Context(), at, q, now)
		if err != nil || len(answer.Facts)+len(answer.Anew) > 0 || !time.Now().Before(end) {
			return answer, err
		}
		if err := async.Sleep(r.Context(), min(h.source.poll, time.Until(end))); err != nil {
			return nil, err
		}
	}
}

// round asks every tenant once, until there is enough. It begins with any of them: where an answer has no room for all, those
// at the end of the list would otherwise wait for as long as the others have facts.
func (h *handler) round(ctx context.Context, at map[string]int64, q query, now bool) (*AllAnswer, error) {
	tenants, err := h.gate.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	all := &AllAnswer{Facts: []json.RawMessage{}}
	next := make(map[string]int64, len(tenants))
	if len(tenants) > 0 {
		first := rand.N(len(tenants))
		tenants = slices.Concat(tenants[first:], tenants[:first])
	}
	room := mostBytes
	for i, t := range tenants {
		one := Answer{Next: at[t.String()]}
		others := len(tenants) - i - 1
		left := (q.limit - len(all.Facts) + others) / (others + 1) // a tenant with many facts leaves room to the others
		if now {
			one.Next, err = h.source.Last(ctx, t)
		} else if left > 0 && room > 0 {
			var size int
			size, err = h.some(ctx, t, &one, query{limit: left, types: q.types}, room)
			room -= size
		}
		var late *scim.GoneError
		if err != nil && h.gone(ctx, t) {
			err = nil // it is being deleted, which holds up no other
		} else if errors.As(err, &late) {
			all.Anew, one.Next, err = append(all.Anew, t.String()), late.Last, nil
		}
		if err != nil {
			return nil, err
		}
		all.Facts = append(all.Facts, one.Facts...)
		next[t.String()], at[t.String()] = one.Next, one.Next
	}
	all.Next, err = cursorOf(next)
	return all, err
}

// gone reports whether a tenant has no settings any more. A database that does not answer is no reason to believe that.
func (h *handler) gone(ctx context.Context, t scim.TenantID) bool {
	known, err := h.gate.known(ctx, t)
	return err == nil && !known && ctx.Err() == nil
}

func (h *handler) some(ctx context.Context, t scim.TenantID, to *Answer, q query, room int) (size int, err error) {
	facts, err := h.source.Read(ctx, t, to.Next, q.limit)
	if err != nil {
		return 0, err
	}
	return to.add(facts, q, room)
}

func cursorOf(at map[string]int64) (string, error) {
	b, err := json.Marshal(at)
	return base64.RawURLEncoding.EncodeToString(b), err
}

// places reads a cursor: the number of each tenant, or now.
func places(cursor string) (at map[string]int64, now bool, err error) {
	at = map[string]int64{}
	if cursor == "" || cursor == "now" {
		return at, cursor == "now", nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || json.Unmarshal(b, &at) != nil {
		return nil, false, invalid("after")
	}
	return at, false, nil
}
