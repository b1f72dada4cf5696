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
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/outbound"
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
	for _, s := range r.secrets {
		v, e := standardwebhooks.NewWebhook(s)
		if e == nil {
			e = v.Verify(b, req.Header)
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
		w.WriteHeader(status)
		return
	}
	r.got = append(r.got, id)
	w.WriteHeader(http.StatusNoContent)
}

func (r *receiver) arrived() []string { r.mu.Lock(); defer r.mu.Unlock(); return slices.Clone(r.got) }

// fixture is a tenant whose changes are sent.
type fixture struct {
	*testing.T
	store  *memory.Store
	id     scim.TenantID
	sender webhook.Sender
	users  int
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	store := memory.New()
	source, err := feed.New(store, feed.Options{Poll: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{T: t, store: store, id: id, sender: webhook.Sender{
		Source: source, Positions: feed.NewMemoryPositions(nil), Loopback: true, Pause: time.Millisecond, Logger: slog.New(slog.DiscardHandler),
		Tenants: func(context.Context) ([]scim.TenantID, error) { return []scim.TenantID{id}, nil },
	}}
}

func (f *fixture) user() {
	f.Helper()
	f.users++
	id := fmt.Sprint("u", f.users)
	doc := fmt.Appendf(nil, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"<%s> & co"}`, id)
	if _, err := f.store.Commit(f.Context(), f.id, scim.Change{Type: "User", ID: id, Now: time.Now(), Put: &scim.Resource{Document: doc}}); err != nil {
		f.Fatal(err)
	}
}

// run sends to an endpoint until a condition holds.
func (f *fixture) run(e webhook.Endpoint, during func(), ok func() bool) {
	f.Helper()
	ctx, cancel := context.WithCancel(f.Context())
	defer cancel()
	done := async.Go(func() error { return f.sender.Run(ctx, e) })
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		p, err := f.sender.Positions.Take(ctx, feed.Place{Tenant: f.id, Consumer: webhook.Consumer(e.ID)}, "test", 0)
		if during != nil && err == nil && !p.New {
			during()
			during = nil
		}
		if during == nil && ok() {
			break
		}
		if time.Now().After(end) {
			f.Fatal("it takes too long")
		}
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		f.Error(err)
	}
}

// TestDeliveries: facts arrive once each in order, signed by both secrets, whatever fails in between; the last try
// makes a dead letter.
func TestDeliveries(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user() // before the endpoint is there
	old, next := webhook.NewSecret(), webhook.NewSecret()
	r := newReceiver(t, old, next)
	r.fail = func(id string, n int) int {
		switch {
		case id == "acme.3" && n < 3:
			return 503
		case id == "acme.4" && n < 2:
			return 302 // a redirect is not followed
		case id == "acme.5":
			return 400
		}
		return 0
	}
	f.sender.Tries = 4
	e := webhook.Endpoint{ID: "app", URL: r.URL + "/hook", Secrets: []string{next, old}}
	f.run(e, func() {
		for range 5 {
			f.user()
		}
	}, func() bool { return len(r.arrived()) >= 4 })
	if d := cmp.Diff([]string{"acme.2", "acme.3", "acme.4", "acme.6"}, r.arrived()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff(map[string]int{"acme.2": 1, "acme.3": 3, "acme.4": 2, "acme.5": 4, "acme.6": 1}, r.seen); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	letters, err := f.sender.Positions.Letters(t.Context(), feed.Place{Tenant: f.id, Consumer: webhook.Consumer("app")}, 0, 9)
	if err != nil || len(letters) != 1 || letters[0].ID != "acme.5" || !strings.Contains(letters[0].Error, "400") {
		t.Errorf("%+v %v", letters, err)
	}
	r.fail = nil
	done, err := f.sender.Redeliver(t.Context(), e, f.id, 5, 100)
	if err != nil || done != 6 || !slices.Equal(r.arrived()[4:], []string{"acme.5", "acme.6"}) {
		t.Errorf("redelivered up to %d: %v, %v", done, r.arrived(), err)
	}
	e.Types = []string{"group.*"}
	if done, err = f.sender.Redeliver(t.Context(), e, f.id, 1, 3); err != nil || done != 3 || len(r.arrived()) != 6 {
		t.Errorf("of other types: %d, %v, %v", done, r.arrived(), err)
	}
	for _, err := range r.bad {
		t.Error(err)
	}
}

// TestEndpoints: what cannot be right is refused, without the secret in the error.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	good := webhook.NewSecret()
	s := webhook.Sender{}
	for what, e := range map[string]webhook.Endpoint{
		"no id": {URL: "https://example.com", Secrets: []string{good}}, "id": {ID: "A b", URL: "https://example.com", Secrets: []string{good}},
		"no secret": {ID: "a", URL: "https://example.com"}, "three secrets": {ID: "a", URL: "https://example.com", Secrets: []string{good, good, good}},
		"short": {ID: "a", URL: "https://example.com", Secrets: []string{"whsec_c2hvcnQ="}}, "no base64": {ID: "a", URL: "https://example.com", Secrets: []string{"whsec_!!!!hunter2"}},
		"http": {ID: "a", URL: "http://example.com", Secrets: []string{good}}, "private": {ID: "a", URL: "https://10.0.0.1/", Secrets: []string{good}},
		"loopback": {ID: "a", URL: "https://127.0.0.1/", Secrets: []string{good}}, "user": {ID: "a", URL: "https://u:p@example.com/", Secrets: []string{good}},
	} {
		if err := s.Check(&e); err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), good) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := s.Check(&webhook.Endpoint{ID: "a", URL: "https://example.com/hook", Secrets: []string{good}}); err != nil {
		t.Error(err)
	}
}

// TestAddresses: no address of the inside is reached, in no spelling: 36 of them, names and redirects included.
func TestAddresses(t *testing.T) {
	t.Parallel()
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached") }))
	defer inside.Close()
	port := inside.URL[strings.LastIndex(inside.URL, ":"):]
	f := newFixture(t)
	f.sender.Loopback = false
	hosts := strings.Fields(`127.0.0.1 127.8.9.1 0.0.0.0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 169.254.170.2 100.64.0.1
		100.100.100.200 192.0.0.192 198.18.0.1 224.0.0.1 255.255.255.255 [::1] [::] [fe80::1] [fc00::1] [fd00:ec2::254] [ff02::1] [::ffff:127.0.0.1]
		[::ffff:10.0.0.1] [::ffff:169.254.169.254] [::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [2002:7f00:1::] [2001::1] [fec0::1]
		localhost localhost. 127.1 2130706433 0x7f000001 0`)
	for _, host := range hosts {
		e := webhook.Endpoint{ID: "a", URL: "https://" + host + port + "/", Secrets: []string{webhook.NewSecret()}}
		if err := f.sender.Deliver(t.Context(), e, feed.Fact{ID: "acme.1"}); err == nil || strings.Contains(err.Error(), "status") {
			t.Errorf("%s: %v", host, err)
		}
	}
	if len(hosts) < 30 {
		t.Errorf("%d addresses", len(hosts))
	}
	away := newReceiver(t)
	away.fail = func(string, int) int { return http.StatusTemporaryRedirect }
	f.sender.Loopback = true
	err := f.sender.Deliver(t.Context(), webhook.Endpoint{ID: "a", URL: away.URL, Secrets: []string{webhook.NewSecret()}}, feed.Fact{ID: "acme.1"})
	var status *outbound.StatusError
	if !errors.As(err, &status) || status.Status != 307 || len(away.seen) != 1 || away.seen["acme.1"] != 1 {
		t.Errorf("a redirect: %v, %v", err, away.seen)
	}
}
