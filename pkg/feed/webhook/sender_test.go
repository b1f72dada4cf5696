package webhook_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestDeliveries: facts arrive in order, signed by both secrets; one that fails holds back those of its resource only.
// It arrives later, before them, or becomes a dead letter after three days, and is delivered again by hand.
func TestDeliveries(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user() // before the endpoint is there
	time.Sleep(2 * time.Millisecond)
	old, next := webhook.NewSecret(), webhook.NewSecret()
	r := newReceiver(t, old, next)
	r.fail = func(id string, n int) int {
		switch {
		case id == "acme.3" && n < 3:
			return 302 // a redirect is not followed
		case id == "acme.4":
			return 400
		}
		return 0
	}
	f.add("app", r.URL+"/hook", next, old)
	f.start()
	for n := range 3 {
		f.change(fmt.Sprint("v", n), 0) // 2, 3, 4
	}
	f.change("v2", 1) // 5 waits for 4
	f.change("v0", 1) // 6 does not
	f.until("others arrive", func() bool { return len(r.arrived()) >= 3 && slices.Equal(f.waiting(), []int64{4, 5}) })
	got := r.arrived()
	if slices.Index(got, "acme.2") > slices.Index(got, "acme.6") || !slices.Contains(got, "acme.3") || slices.Contains(got, "acme.5") {
		t.Error(got)
	}
	f.ahead.Store(int64(4 * 24 * time.Hour))
	f.until("a dead letter, and the one after it", func() bool { return slices.Equal(f.dead(), []int64{4}) && slices.Contains(r.arrived(), "acme.5") })
	letters, err := f.hooks.Deliveries(t.Context(), "app", true, 9)
	if err != nil || len(letters) != 1 || letters[0].Tries < 2 || letters[0].Resource != "User/v2" || !strings.Contains(letters[0].Error, "400") {
		t.Errorf("%+v %v", letters, err)
	}
	r.answer(nil)
	if n, err := f.sender.Redeliver(t.Context(), "app", f.id, webhook.Redelivery{First: 4, Last: 4}); n != 1 || err != nil {
		t.Error(n, err)
	}
	f.until("the dead letter arrives", func() bool { return slices.Contains(r.arrived(), "acme.4") && f.dead() == nil })
	f.end()
	for _, err := range r.faults() {
		t.Error(err)
	}
}

// TestRedeliver: by number, by range, since a time, and only what the endpoint wants.
func TestRedeliver(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for range 5 {
		f.user()
	}
	time.Sleep(2 * time.Millisecond)
	middle := time.Now()
	for range 150 {
		f.user()
	}
	f.add("app", "https://example.com", webhook.NewSecret())
	for _, c := range []struct {
		which webhook.Redelivery
		want  int
	}{{webhook.Redelivery{First: 3, Last: 3}, 1}, {webhook.Redelivery{First: 2, Last: 4}, 3}, {webhook.Redelivery{First: 150, Last: 999}, 6}, {webhook.Redelivery{Since: middle}, 150}, {webhook.Redelivery{}, 155}, {webhook.Redelivery{First: 156}, 0}} {
		if n, err := f.sender.Redeliver(t.Context(), "app", f.id, c.which); n != c.want || err != nil {
			t.Errorf("%+v: %d, %v", c.which, n, err)
		}
	}
	if n := len(f.waiting()); n != 155 {
		t.Error(n, "wait")
	}
	if _, err := f.hooks.Update(t.Context(), "app", func(e *webhook.Endpoint) error { e.Types = []string{"group.*"}; return nil }); err != nil {
		t.Fatal(err)
	}
	if n, err := f.sender.Redeliver(t.Context(), "app", f.id, webhook.Redelivery{}); n != 0 || err != nil {
		t.Error("of other types:", n, err)
	}
	globex, err := scim.ParseTenantID("globex")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.hooks.Create(t.Context(), webhook.Endpoint{ID: "other", Tenant: globex}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.sender.Redeliver(t.Context(), "other", f.id, webhook.Redelivery{}); err == nil {
		t.Error("facts of another tenant")
	}
}

// TestPaused: an endpoint that takes nothing for three days is paused once, with a reason; nothing is lost, and all
// that waits arrives after it is resumed.
func TestPaused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	key := webhook.NewSecret()
	r := newReceiver(t, key)
	r.fail = func(string, int) int { return 503 }
	var told []string
	f.sender.Paused = func(_ context.Context, e webhook.Endpoint, tenant scim.TenantID) {
		told = append(told, e.ID+" "+tenant.String())
	}
	f.add("app", r.URL, key)
	f.start()
	f.user()
	f.user()
	f.until("both fail", func() bool { return r.tries("acme.1") > 1 && r.tries("acme.2") > 1 }) // one alone does not pause
	f.ahead.Store(int64(73 * time.Hour))
	f.until("it is paused", func() bool { return !f.endpoint().Paused.IsZero() })
	e := f.endpoint()
	if !strings.Contains(e.Reason, "taken nothing since") || !strings.Contains(e.Reason, "503") || f.dead() != nil {
		t.Errorf("%+v, dead %v", e, f.dead())
	}
	f.noticed() // no delivery is on its way any more
	r.answer(nil)
	f.user()
	time.Sleep(20 * time.Millisecond)
	if got := r.arrived(); len(got) != 0 {
		t.Error("while it is paused:", got)
	}
	if _, err := f.sender.Resume(t.Context(), "app"); err != nil {
		t.Fatal(err)
	}
	f.until("all arrive", func() bool { return len(r.arrived()) >= 3 })
	f.until("the failure is over", func() bool { return f.endpoint().Failing.IsZero() })
	f.end()
	got := r.arrived()
	slices.Sort(got)
	if d := cmp.Diff([]string{"acme.1", "acme.2", "acme.3"}, got); d != "" {
		t.Error("(-want +got):", d)
	}
	if !slices.Equal(told, []string{"app acme"}) {
		t.Error("it was told to", told)
	}
}

// TestFailureOfAnotherProcess: a failure that another process has noted ends with a delivery of this one. Otherwise the next
// failure, days later, would pause an endpoint that takes all the time.
func TestFailureOfAnotherProcess(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	key := webhook.NewSecret()
	r := newReceiver(t, key)
	f.add("app", r.URL, key)
	f.start()
	f.user()
	f.until("it arrives", func() bool { return len(r.arrived()) == 1 })
	_, err := f.hooks.Update(t.Context(), "app", func(e *webhook.Endpoint) error {
		e.Failing, e.Failed, e.Several = time.Now().Add(-4*24*time.Hour), "acme/User/x", true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	f.noticed()
	f.user()
	f.until("the failure is over", func() bool { return f.endpoint().Failing.IsZero() })
	r.answer(func(_ string, n int) int {
		if n == 1 {
			return 500
		}
		return 0
	})
	f.user()
	f.until("the next one fails, and arrives", func() bool { return len(r.arrived()) == 3 })
	f.end()
	if e := f.endpoint(); !e.Paused.IsZero() {
		t.Error("it is paused:", e.Reason)
	}
}

// TestExpiredUnsent: facts that expire while an endpoint is paused are one dead letter with their numbers, and what is left
// is sent.
func TestExpiredUnsent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.store = memory.NewWith(memory.Options{Feed: scim.Retention{Entries: 3}})
	f.open(f.sender.Positions)
	key := webhook.NewSecret()
	r := newReceiver(t, key)
	f.add("app", r.URL, key)
	f.start()
	f.user()
	f.until("it arrives", func() bool { return len(r.arrived()) == 1 })
	pause := func(change func(*webhook.Endpoint)) {
		t.Helper()
		if _, err := f.hooks.Update(t.Context(), "app", func(e *webhook.Endpoint) error { change(e); return nil }); err != nil {
			t.Fatal(err)
		}
		f.noticed()
	}
	pause(func(e *webhook.Endpoint) { e.Pause(time.Now(), "holidays") })
	for range 6 {
		f.user() // 2 to 4 expire
	}
	pause(func(e *webhook.Endpoint) { e.Resume() })
	f.until("the others arrive", func() bool { return len(r.arrived()) == 4 })
	f.end()
	if got := r.arrived(); !slices.Equal(got, []string{"acme.1", "acme.5", "acme.6", "acme.7"}) {
		t.Error(got)
	}
	letters, err := f.hooks.Deliveries(t.Context(), "app", true, 9)
	if err != nil || len(letters) != 1 || letters[0].Seq != 2 || !strings.Contains(letters[0].Error, "facts 2 to 4 expired") {
		t.Errorf("dead letters: %+v %v", letters, err)
	}
	if w := f.waiting(); len(w) != 0 {
		t.Error("waiting:", w)
	}
}

// TestGone: 410, and an address that no longer is a public one, pause at once.
func TestGone(t *testing.T) {
	t.Parallel()
	for _, status := range []int{410, 0} {
		f := newFixture(t)
		key := webhook.NewSecret()
		r := newReceiver(t, key)
		r.fail = func(string, int) int { return status }
		url := r.URL
		if status == 0 {
			url, f.sender.Loopback = strings.Replace(r.URL, "http:", "https:", 1), false
			url = strings.Replace(url, "127.0.0.1", "localhost", 1)
		}
		f.add("app", url, key)
		f.start()
		f.user()
		f.until("it is paused", func() bool { return !f.endpoint().Paused.IsZero() })
		f.end()
		if len(r.arrived()) != 0 || f.endpoint().Reason == "" {
			t.Errorf("%d: %+v", status, f.endpoint())
		}
	}
}

// TestRestarts: the sender ends again and again while deliveries fail. Every fact arrives, those of one resource in
// order, and few arrive twice.
func TestRestarts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ps := f.sender.Positions
	key := webhook.NewSecret()
	r := newReceiver(t, key)
	r.fail = func(id string, n int) int {
		if n < 1+len(id)%3 || strings.HasSuffix(id, "7") && n < 3 {
			return 500
		}
		return 0
	}
	f.add("app", r.URL, key)
	const users, changes = 10, 6
	for n := range changes {
		f.start()
		for u := range users {
			f.change(fmt.Sprint("u", u), n)
		}
		time.Sleep(5 * time.Millisecond)
		f.end()
		f.open(ps)
	}
	f.start()
	f.until("all arrive", func() bool { return len(compact(r.arrived())) == users*changes && f.waiting() == nil })
	f.end()
	got := r.arrived()
	for u := range users {
		seen := 0
		for n := range changes {
			id := fmt.Sprintf("acme.%d", n*users+u+1)
			at := slices.Index(got, id)
			if at < seen {
				t.Errorf("fact %s arrived before an older one of its resource", id)
			}
			seen = at
		}
	}
	if len(got) > 2*users*changes {
		t.Errorf("%d deliveries of %d facts", len(got), users*changes)
	}
}

func compact(s []string) []string { s = slices.Clone(s); slices.Sort(s); return slices.Compact(s) }

// TestPoison: facts in a row that no one takes make the tenant slower, but hold it up no longer.
func TestPoison(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	key := webhook.NewSecret()
	r := newReceiver(t, key)
	r.fail = func(id string, _ int) int {
		if len(id) == len("acme.1") { // 1 to 9
			return 500
		}
		return 0
	}
	f.add("app", r.URL, key)
	for range 12 {
		f.user()
	}
	f.start()
	f.until("the others arrive", func() bool { return len(r.arrived()) == 3 })
	f.end()
	if got := f.waiting(); len(got) != 9 {
		t.Error(got)
	}
}

// TestRotation: two secrets sign until the old one ends, without a restart of the sender.
func TestRotation(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	one, two, three := webhook.NewSecret(), webhook.NewSecret(), webhook.NewSecret()
	r := newReceiver(t, one)
	f.add("app", r.URL, one)
	f.start()
	sent := 0
	check := func(secrets ...string) {
		t.Helper()
		r.accept(secrets...)
		f.user()
		sent++
		f.until("it arrives", func() bool { return len(r.arrived()) == sent })
	}
	check(one)
	rotate := func(secret string, until time.Duration) {
		t.Helper()
		if _, err := f.hooks.Update(t.Context(), "app", func(e *webhook.Endpoint) error { e.Rotate(secret, time.Now().Add(until)); return nil }); err != nil {
			t.Fatal(err)
		}
		f.noticed()
	}
	rotate(two, time.Hour)
	check(one, two)
	rotate(three, time.Hour)
	check(two, three)
	f.ahead.Store(int64(2 * time.Hour))
	e := f.endpoint()
	if e.Secrets[0] != three || len(e.Secrets) != 2 {
		t.Error(e.Secrets)
	}
	f.user()
	f.until("it arrives", func() bool { return len(r.arrived()) == sent+1 || len(r.faults()) > 0 })
	f.end()
	if bad := r.faults(); len(bad) != 1 || !strings.Contains(bad[0].Error(), "acme.4") {
		t.Error("the old secret signs after its end:", bad)
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
		"form": {ID: "a", URL: "https://example.com", Form: "xml"},
	} {
		if err := s.Check(&e); err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), good) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := s.Check(&webhook.Endpoint{ID: "a", URL: "https://example.com/hook", Secrets: []string{good}}); err != nil {
		t.Error(err)
	}
	if err := (&webhook.Sender{Source: &feed.Source{}}).Run(t.Context()); err == nil {
		t.Error("a sender without a store runs")
	}
}
