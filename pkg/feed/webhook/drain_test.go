package webhook_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
)

// drain calls Drain for all tenants, as a new process does.
func (f *fixture) drain() webhook.Left {
	f.Helper()
	s := f.sender
	left, err := s.Drain(f.Context(), webhook.Work{All: true})
	if err != nil {
		f.Error(err)
	}
	return left
}

// wait lets time pass until what is left is due.
func (f *fixture) wait(l webhook.Left) {
	f.ahead.Add(int64(max(0, l.Next.Sub(f.sender.Now()))))
}

// drained makes a fixture whose pauses are those of a service; only the test moves the clock.
func drained(t *testing.T, r *receiver, secret string) *fixture {
	t.Helper()
	f := newFixture(t)
	start := time.Now()
	f.sender.Pause, f.sender.Now = 5*time.Second, func() time.Time { return start.Add(time.Duration(f.ahead.Load())) }
	f.add("app", r.URL, secret)
	return f
}

// TestDrain: each call does what there is to do, and leaves nothing behind that it does not name.
func TestDrain(t *testing.T) {
	t.Parallel()
	secret := webhook.NewSecret()
	r := newReceiver(t, secret)
	f := drained(t, r, secret)
	f.user()
	f.user()
	if left := f.drain(); left.Any() || !slices.Equal(r.arrived(), []string{"acme.1", "acme.2"}) {
		t.Error(left, r.arrived())
	}
	if left := f.drain(); left.Any() || len(r.arrived()) != 2 {
		t.Error("a call without anything new:", left, r.arrived())
	}
	r.answer(func(id string, n int) int {
		if id == "acme.3" && n == 1 {
			return 500
		}
		return 0
	})
	f.change("u9", 0)
	f.change("u9", 1)
	f.user()
	left := f.drain()
	if !left.Outbox || left.Next.Before(f.sender.Now().Add(3*time.Second)) || !slices.Equal(r.arrived(), []string{"acme.1", "acme.2", "acme.5"}) {
		t.Error("one that fails:", left, r.arrived())
	}
	if left := f.drain(); left.Any() || len(r.arrived()) != 3 {
		t.Error("before it is due:", left, r.arrived())
	}
	f.wait(left)
	if left := f.drain(); left.Any() || !slices.Equal(r.arrived()[3:], []string{"acme.3", "acme.4"}) || len(f.waiting()) != 0 {
		t.Error("once it is due:", left, r.arrived())
	}
}

// TestDrainRests: an endpoint that takes nothing is tried less and less, by whatever process, and all arrives once it is
// back.
func TestDrainRests(t *testing.T) {
	t.Parallel()
	secret := webhook.NewSecret()
	r := newReceiver(t, secret)
	f := drained(t, r, secret)
	tries := 0
	r.answer(func(string, int) int { tries++; return 503 })
	for range 6 {
		f.user()
	}
	left := f.drain()
	if tries != 3 || len(left.Tenants) != 1 || f.endpoint().Rest.IsZero() {
		t.Fatal("after three failures it rests:", tries, left, f.endpoint())
	}
	if again := f.drain(); again.Any() || tries != 3 {
		t.Error("a call while it rests is silent, so that calls do not add up:", again, tries)
	}
	longest := time.Duration(0)
	for n := range 12 {
		before := f.sender.Now()
		longest = max(longest, left.Next.Sub(before))
		f.wait(left)
		f.ahead.Add(int64(time.Second))
		if left = f.drain(); !left.Any() || tries != 4+n {
			t.Fatal("one try after each rest:", n, tries, left)
		}
	}
	if longest < 9*time.Minute || longest > 11*time.Minute {
		t.Error("the longest rest:", longest)
	}
	r.answer(nil)
	f.wait(left)
	f.ahead.Add(int64(time.Second))
	if left = f.drain(); !left.Back {
		t.Error("it is back:", left)
	}
	f.ahead.Add(int64(time.Hour)) // tries of the outbox are due
	f.drain()
	got := r.arrived()
	slices.Sort(got)
	if !slices.Equal(slices.Compact(got), []string{"acme.1", "acme.2", "acme.3", "acme.4", "acme.5", "acme.6"}) || len(f.waiting()) != 0 {
		t.Error(got, f.waiting())
	}
	if e := f.endpoint(); !e.Rest.IsZero() || e.Row != 0 || !e.Failing.IsZero() {
		t.Error(e)
	}
}

// TestDrainPauses: an endpoint that takes nothing for three days is paused, although each call tries one delivery and
// knows nothing of the calls before. No delivery is given up for it.
func TestDrainPauses(t *testing.T) {
	t.Parallel()
	secret := webhook.NewSecret()
	r := newReceiver(t, secret)
	f := drained(t, r, secret)
	r.answer(func(string, int) int { return 503 })
	for range 4 {
		f.user()
	}
	f.drain()
	f.ahead.Add(int64(73 * time.Hour))
	f.drain()
	if e := f.endpoint(); e.Paused.IsZero() || !strings.Contains(e.Reason, "taken nothing since") || f.dead() != nil {
		t.Fatalf("%+v, dead %v", e, f.dead())
	}
	r.answer(nil)
	if _, err := f.sender.Resume(t.Context(), "app"); err != nil {
		t.Fatal(err)
	}
	f.drain()
	got := r.arrived()
	slices.Sort(got)
	if !slices.Equal(got, []string{"acme.1", "acme.2", "acme.3", "acme.4"}) {
		t.Error(got)
	}
}

// TestOneAlonePausesNothing: a fact that the application cannot take becomes a dead letter, and the endpoint goes on.
func TestOneAlonePausesNothing(t *testing.T) {
	t.Parallel()
	secret := webhook.NewSecret()
	r := newReceiver(t, secret)
	f := drained(t, r, secret)
	r.answer(func(string, int) int { return 503 })
	f.user()
	for range 100 {
		f.drain()
		f.ahead.Add(int64(time.Hour))
	}
	if e := f.endpoint(); !e.Paused.IsZero() || !slices.Equal(f.dead(), []int64{1}) {
		t.Fatalf("%+v, dead %v", e, f.dead())
	}
}

// TestDrainEnds: what a call has no time for is named.
func TestDrainEnds(t *testing.T) {
	t.Parallel()
	secret := webhook.NewSecret()
	r := newReceiver(t, secret)
	f := drained(t, r, secret)
	ctx, stop := context.WithCancel(t.Context())
	r.answer(func(string, int) int { stop(); return 0 })
	f.user()
	f.user()
	left, err := f.sender.Drain(ctx, webhook.Work{Tenants: []scim.TenantID{f.id}})
	if err != nil || len(left.Tenants) != 1 || left.Tenants[0] != f.id || len(r.arrived()) != 1 {
		t.Error(left, err, r.arrived())
	}
	if left := f.drain(); left.Any() || !slices.Equal(r.arrived(), []string{"acme.1", "acme.2"}) {
		t.Error(left, r.arrived())
	}
	place := feed.Place{Tenant: f.id, Consumer: f.taken()}
	if _, err := f.sender.Positions.Take(t.Context(), place, "another", time.Minute); err != nil {
		t.Fatal(err)
	}
	f.user()
	if left := f.drain(); len(left.Tenants) != 1 || left.Next.IsZero() {
		t.Error("while another process works:", left)
	}
}

// taken is the name of the endpoint's consumer.
func (f *fixture) taken() string { e := f.endpoint(); return e.Consumer() }
