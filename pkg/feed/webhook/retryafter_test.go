package webhook_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/outbound"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
)

// TestRetryAfter: seconds and a date are read, more than the longest pause is that pause, and anything else is no time.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	const longest, padded = 6 * time.Hour, " 30 "
	for text, want := range map[string]time.Duration{
		"": 0, "0": 0, "120": 2 * time.Minute, padded: 30 * time.Second, "-5": 0, "1.5": 0, "soon": 0,
		"21600": longest, "21601": longest, "99999999999999999999999": longest,
		now.Add(2 * time.Minute).Format(http.TimeFormat): 2 * time.Minute, now.Add(-time.Minute).Format(http.TimeFormat): 0,
		now.AddDate(70, 0, 0).Format(http.TimeFormat): longest, now.Add(time.Hour).Format(time.RFC850): time.Hour,
	} {
		if got := webhook.RetryAfter(&outbound.StatusError{Status: 429, RetryAfter: text}, now); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestRetryAfterWhileDown: a receiver that takes nothing and asks to be left alone is, also by facts that wait in the feed.
func TestRetryAfterWhileDown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	key := webhook.NewSecret()
	r := newReceiver(t, key)
	r.rest = "3600"
	r.fail = func(string, int) int { return http.StatusTooManyRequests }
	f.add("app", r.URL, key)
	f.start()
	for range 5 {
		f.user()
	}
	f.until("three fail", func() bool { return r.tries("acme.3") > 0 })
	time.Sleep(50 * time.Millisecond) // with pauses of 1 ms, 2 ms, …
	for _, id := range []string{"acme.1", "acme.2", "acme.3", "acme.4", "acme.5"} {
		if n := r.tries(id); n > 1 || id > "acme.3" && n > 0 {
			t.Errorf("%s was tried %d times", id, n)
		}
	}
	r.answer(nil)
	f.ahead.Store(int64(61 * time.Minute))
	f.until("all arrive", func() bool { return len(compact(r.arrived())) == 5 })
	f.end()
}

// TestDrainRestsAsAsked: a call of Drain leaves what is due when the receiver asks for it.
func TestDrainRestsAsAsked(t *testing.T) {
	t.Parallel()
	key := webhook.NewSecret()
	r := newReceiver(t, key)
	r.rest = "7200"
	r.fail = func(string, int) int { return http.StatusServiceUnavailable }
	f := drained(t, r, key)
	for range 5 {
		f.user()
	}
	left := f.drain()
	if wait := left.Next.Sub(f.sender.Now()); wait < 2*time.Hour || r.tries("acme.3") != 1 || r.tries("acme.4") != 0 {
		t.Errorf("%+v is due in %v", left, wait)
	}
	f.ahead.Add(int64(time.Hour))
	f.drain()
	if n := r.tries("acme.3"); n != 1 {
		t.Errorf("tried %d times before the receiver asks for it", n)
	}
	r.answer(nil)
	f.wait(left)
	for range 3 {
		f.drain()
	}
	if got := compact(r.arrived()); len(got) != 5 {
		t.Error(got)
	}
}
