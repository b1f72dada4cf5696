package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// receiver is an application with a webhook.
type receiver struct {
	*httptest.Server
	secrets []string // by which each delivery must verify

	mu   sync.Mutex
	got  []string // ids of the deliveries that were answered 2xx
	bad  []error
	fail func(id string, n int) int // status of the n-th delivery of a fact; 0 is 204
	seen map[string]int
	rest string // Retry-After of what is not taken
}

func newReceiver(t *testing.T, secrets ...string) *receiver {
	t.Helper()
	r := &receiver{secrets: secrets, seen: map[string]int{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	b, err := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.valid() {
		v, e := standardwebhooks.NewWebhook(s)
		if e == nil {
			e = v.VerifyIgnoringTimestamp(b, req.Header) // the clock may be ahead
		}
		err = errors.Join(err, e)
	}
	var body struct {
		Type string
		Data feed.Fact
	}
	err = errors.Join(err, json.Unmarshal(b, &body))
	id := req.Header.Get("webhook-id")
	if err != nil || body.Data.ID != id || body.Type != body.Data.Type || req.Method != http.MethodPost || req.Header.Get("Content-Type") != "application/json" {
		r.bad = append(r.bad, fmt.Errorf("%s %s: %w", req.Method, id, errors.Join(err, errors.New(string(b)))))
	}
	r.seen[id]++
	status := 0
	if r.fail != nil {
		status = r.fail(id, r.seen[id])
	}
	if status != 0 {
		w.Header().Set("Location", r.URL+"/elsewhere")
		w.Header().Set("Retry-After", r.rest)
		w.WriteHeader(status)
		return
	}
	r.got = append(r.got, id)
	w.WriteHeader(http.StatusNoContent)
}

// valid are the secrets that each delivery must verify by.
func (r *receiver) valid() []string { return r.secrets }

// accept changes the secrets that each delivery must verify by.
func (r *receiver) accept(secrets ...string) { r.mu.Lock(); defer r.mu.Unlock(); r.secrets = secrets }

// tries is how often a fact was delivered, taken or not.
func (r *receiver) tries(id string) int { r.mu.Lock(); defer r.mu.Unlock(); return r.seen[id] }

// answer changes what is answered.
func (r *receiver) answer(fail func(id string, n int) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = fail
}

func (r *receiver) faults() []error { r.mu.Lock(); defer r.mu.Unlock(); return slices.Clone(r.bad) }

func (r *receiver) arrived() []string { r.mu.Lock(); defer r.mu.Unlock(); return slices.Clone(r.got) }

// fixture is a tenant whose changes are sent.
type fixture struct {
	*testing.T
	store  scim.Store
	hooks  webhook.Store
	id     scim.TenantID
	sender webhook.Sender
	ahead  atomic.Int64 // of the clock, in nanoseconds
	looks  atomic.Int64 // how often the sender has listed the webhooks
	users  int

	stop context.CancelFunc
	done <-chan error
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{T: t, store: memory.New(), hooks: webhook.NewMemory(), id: id}
	f.open(feed.NewMemoryPositions(nil))
	return f
}

// open makes a sender, as after a restart.
func (f *fixture) open(ps feed.Positions) {
	f.Helper()
	source, err := feed.New(f.store, feed.Options{Poll: time.Millisecond})
	if err != nil {
		f.Fatal(err)
	}
	f.sender = webhook.Sender{
		Source: source, Positions: ps, Store: listed{f.hooks, &f.looks}, Loopback: true, Logger: slog.New(slog.DiscardHandler),
		Pause: time.Millisecond, Refresh: time.Millisecond,
		Tenants: func(context.Context) ([]scim.TenantID, error) { return []scim.TenantID{f.id}, nil },
		Now:     func() time.Time { return time.Now().Add(time.Duration(f.ahead.Load())) },
	}
}

// user creates a user; its fact is the only one of its resource.
func (f *fixture) user() {
	f.Helper()
	f.users++
	f.change(fmt.Sprint("u", f.users), 0)
}

// change creates a user (0), or changes it.
func (f *fixture) change(id string, n int) {
	f.Helper()
	doc := fmt.Appendf(nil, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"<%s> & co","title":"%d"}`, id, n)
	at := scim.IfAny
	if n == 0 {
		at = scim.IfAbsent
	}
	_, err := f.store.Commit(f.Context(), f.id, scim.Change{Type: "User", ID: id, If: at, Now: time.Now(), Put: &scim.Resource{Document: doc}})
	if err != nil {
		f.Fatal(err)
	}
}

// add adds an endpoint that gets what happens from now on.
func (f *fixture) add(id, url string, secrets ...string) {
	f.Helper()
	e := webhook.Endpoint{ID: id, URL: url, Secrets: secrets, Created: time.Now().Add(webhook.Slack)}
	if err := f.hooks.Create(f.Context(), e); err != nil {
		f.Fatal(err)
	}
}

// start lets the sender run until end.
func (f *fixture) start() {
	ctx, stop := context.WithCancel(f.Context())
	f.stop = stop
	f.done = async.Go(func() error { return f.sender.Run(ctx) })
	f.Cleanup(stop)
}

func (f *fixture) end() {
	f.Helper()
	f.stop()
	if err := <-f.done; !errors.Is(err, context.Canceled) {
		f.Error(err)
	}
}

// noticed waits until the sender has acted upon what is in the store now.
func (f *fixture) noticed() {
	f.Helper()
	n := f.looks.Load()
	f.until("the sender looks", func() bool { return f.looks.Load() > n+1 }) // then it has done with the look before
}

// listed is a Store that counts how often its webhooks are listed.
type listed struct {
	webhook.Store
	looks *atomic.Int64
}

func (l listed) Endpoints(ctx context.Context) ([]webhook.Endpoint, error) {
	l.looks.Add(1)
	return l.Store.Endpoints(ctx)
}

// until waits for a condition.
func (f *fixture) until(what string, ok func() bool) {
	f.Helper()
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			f.Fatal("it takes too long: ", what)
		}
	}
}

// waiting and dead are the numbers of facts in the Outbox.
func (f *fixture) waiting() []int64 { return f.numbers(false) }
func (f *fixture) dead() []int64    { return f.numbers(true) }

func (f *fixture) numbers(dead bool) (out []int64) {
	list, err := f.hooks.Deliveries(f.Context(), "app", dead, 999)
	if err != nil {
		f.Error(err)
	}
	for i := range list {
		out = append(out, list[i].Seq)
	}
	return out
}

func (f *fixture) endpoint() webhook.Endpoint {
	f.Helper()
	e, err := f.hooks.Endpoint(f.Context(), "app")
	if err != nil {
		f.Fatal(err)
	}
	return e
}
