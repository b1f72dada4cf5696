package secevent

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scimstack/scimstack/internal/fault"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	keysPath = feed.Path + "/jwks.json"
	suffix   = "/sets"

	mostBody   = 1 << 20
	usualSets  = 100
	mostSets   = 1000
	mostWait   = 25 * time.Second // gateways end a request after 29 seconds
	turn       = 5 * time.Second  // of a poll to note what was acknowledged
	mostBeyond = 10_000           // acknowledgements that are remembered although an earlier one is missing
	mostBytes  = 2 << 20          // of the tokens of an answer, but for one
	mostLogged = 20               // errors of one poll that are logged
)

// Serves reports whether a path is one of ServeHTTP: GET /events/jwks.json, and POST /events/{tenant}/sets.
func (t *Transmitter) Serves(path string) bool {
	name, ok := strings.CutSuffix(strings.TrimPrefix(path, feed.Path+"/"), suffix)
	return path == keysPath || ok && strings.HasPrefix(path, feed.Path+"/") && name != "" && !strings.Contains(name, "/")
}

// request is the body of a poll (RFC 8936 §2.4).
type request struct {
	Max         *int                       `json:"maxEvents"`
	Immediately bool                       `json:"returnImmediately"`
	Ack         []string                   `json:"ack"`
	Errors      map[string]json.RawMessage `json:"setErrs"`
}

// answer is the answer to it (RFC 8936 §2.5).
type answer struct {
	Sets map[string]string `json:"sets"`
	More bool              `json:"moreAvailable,omitempty"`
}

// ServeHTTP serves the keys, and polls. A receiver that polls for the first time gets what happens from then on: it
// reads a snapshot after that. One that was away for longer than facts are kept gets 410, with the event to acknowledge after
// a snapshot: until then it gets 410 again, because an answer may be lost on its way.
func (t *Transmitter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.URL.Path == keysPath {
		w.Header().Set("Content-Type", "application/jwk-set+json")
		w.Header().Set("Cache-Control", "public, max-age=300")
		_, _ = w.Write(t.keys)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	a, err := fault.Guarded(func() (*answer, error) { return t.serve(r) })
	var late *scim.GoneError
	if errors.As(err, &late) {
		err = scim.Refuse(http.StatusGone, "", fmt.Sprintf("some events have expired before they were read: read GET %s/{tenant}/snapshot, then poll with \"ack\":[%q]", feed.Path, eventOf(r, late.Last)))
	}
	if err != nil {
		feed.Fail(w, r, t.o.Gate.Log, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(a)
}

// tenantOf is the name of the tenant in the path of a poll.
func tenantOf(r *http.Request) string {
	return strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, feed.Path+"/"), suffix)
}

// eventOf is the id of an event of the tenant in the path.
func eventOf(r *http.Request, seq int64) string { return fmt.Sprintf("%s.%d", tenantOf(r), seq) }

func (t *Transmitter) serve(r *http.Request) (*answer, error) {
	tenant, subject, err := t.o.Gate.Enter(r, tenantOf(r))
	if err != nil {
		return nil, err
	}
	if r.Method != http.MethodPost {
		e := scim.NewError(scim.CodeMethod, "events are polled with POST (RFC 8936)")
		e.Allow = http.MethodPost
		return nil, e
	}
	var q request
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, mostBody)).Decode(&q); err != nil {
		return nil, scim.NewError(scim.CodeBodyBroken, "the body is not the JSON of a poll (RFC 8936)")
	}
	place := stream(tenant, subject)
	t.refused(r.Context(), tenant, &q)
	seq, err := t.acknowledge(r.Context(), place, q.Ack)
	if err != nil {
		return nil, err
	}
	return t.sets(r.Context(), place, seq, &q)
}

// refused logs what the receiver refuses, and takes it for acknowledged: it would be refused again.
func (t *Transmitter) refused(ctx context.Context, tenant scim.TenantID, q *request) {
	ids := slices.Sorted(maps.Keys(q.Errors))
	q.Ack = append(q.Ack, ids...)
	for _, jti := range ids[:min(len(ids), mostLogged)] {
		t.o.Logger.WarnContext(ctx, "a receiver refuses an event", "tenant", tenant.String(), "fact", fmt.Sprintf("%.80q", jti), "cause", fmt.Sprintf("%.500q", string(q.Errors[jti])))
	}
	if more := len(ids) - mostLogged; more > 0 {
		t.o.Logger.WarnContext(ctx, "a receiver refuses more events", "tenant", tenant.String(), "events", more)
	}
}

// acknowledge notes what was received, and returns the number up to which everything was.
func (t *Transmitter) acknowledge(ctx context.Context, p feed.Place, ids []string) (int64, error) {
	owner := rand.Text()
	at, err := t.o.Positions.Take(ctx, p, owner, turn)
	if errors.Is(err, feed.ErrTaken) {
		return 0, &scim.BusyError{RetryAfter: time.Second, Cause: err}
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = t.o.Positions.Leave(context.WithoutCancel(ctx), p, owner) }()
	seq := at.Seq
	if at.New {
		seq, err = t.o.Source.Last(ctx, p.Tenant)
	} else {
		seq = t.acks.add(p, seq, ids)
	}
	if err != nil || !at.New && seq == at.Seq {
		return seq, err
	}
	return seq, t.o.Positions.Move(ctx, p, owner, feed.Moved{Seq: seq, Lease: turn})
}

// sets are the tokens after a number, without those that were received out of order.
func (t *Transmitter) sets(ctx context.Context, p feed.Place, seq int64, q *request) (*answer, error) {
	a := &answer{Sets: map[string]string{}}
	most := usualSets
	if q.Max != nil {
		most = min(max(*q.Max, 0), mostSets)
	}
	if most == 0 { // only acknowledgements
		return a, nil
	}
	facts, err := t.o.Source.Read(ctx, p.Tenant, seq, most+1)
	var gone *scim.GoneError
	if errors.As(err, &gone) {
		if seq = renewed(p.Tenant, gone, q.Ack); seq < 0 {
			return nil, gone
		}
		if err := t.skip(ctx, p, seq); err != nil {
			return nil, err
		}
		facts, err = t.o.Source.Read(ctx, p.Tenant, seq, most+1)
	}
	if err == nil && len(facts) == 0 && !q.Immediately {
		if err = t.o.Source.Wait(ctx, p.Tenant, seq, mostWait); err == nil {
			facts, err = t.o.Source.Read(ctx, p.Tenant, seq, most+1)
		}
	}
	if err != nil {
		return nil, err
	}
	size, err := t.sign(a, p, facts[:min(len(facts), most)])
	a.More = a.More || len(facts) > most
	if err != nil || a.More || size < mostBytes/4 {
		return a, err
	}
	last, err := t.o.Source.Last(ctx, p.Tenant) // Read returns fewer facts if they are large
	a.More = last > facts[len(facts)-1].Seq
	return a, err
}

// sign adds tokens of facts to an answer, as far as it has room, and returns their size.
func (t *Transmitter) sign(a *answer, p feed.Place, facts []feed.Fact) (size int, err error) {
	for i := range facts {
		f := &facts[i]
		if t.acks.has(p, f.Seq) {
			continue
		}
		token, err := t.Token(f, t.Issuer(f.Tenant))
		if err != nil {
			return 0, err
		}
		if a.More = len(a.Sets) > 0 && size+len(token) > mostBytes; a.More {
			return size, nil
		}
		a.Sets[f.ID], size = token, size+len(token)
	}
	return size, nil
}

// renewed is the number up to which a receiver that came too late has read a snapshot, as it acknowledges; -1 if it does not.
// Any number up to the last one counts from which nothing has expired.
func renewed(t scim.TenantID, gone *scim.GoneError, ids []string) int64 {
	to := int64(-1)
	for _, id := range ids {
		name, n, err := feed.SplitID(id)
		if err == nil && name == t.String() && n >= gone.First-1 && n <= gone.Last {
			to = max(to, n)
		}
	}
	return to
}

// skip moves a receiver that came too late.
func (t *Transmitter) skip(ctx context.Context, p feed.Place, to int64) error {
	owner := rand.Text()
	if _, err := t.o.Positions.Take(ctx, p, owner, turn); err != nil {
		return err
	}
	defer func() { _ = t.o.Positions.Leave(context.WithoutCancel(ctx), p, owner) }()
	return t.o.Positions.Move(ctx, p, owner, feed.Moved{Seq: to, Lease: turn})
}

// acks are the acknowledgements above the position of a receiver. They end with the process; the events then come again.
type acks struct {
	mu     sync.Mutex
	beyond map[feed.Place]map[int64]bool
}

// add adds acknowledgements to a position, and returns the position.
func (a *acks) add(p feed.Place, seq int64, ids []string) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.beyond == nil {
		a.beyond = map[feed.Place]map[int64]bool{}
	}
	known := a.beyond[p]
	if known == nil {
		known = map[int64]bool{}
		a.beyond[p] = known
	}
	for _, id := range ids {
		name, n, err := feed.SplitID(id)
		if err == nil && name == p.Tenant.String() && n > seq && len(known) < mostBeyond {
			known[n] = true
		}
	}
	for known[seq+1] {
		seq++
	}
	maps.DeleteFunc(known, func(n int64, _ bool) bool { return n <= seq }) // also of before a move
	if len(known) == 0 {
		delete(a.beyond, p)
	}
	return seq
}

func (a *acks) has(p feed.Place, seq int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.beyond[p][seq]
}
