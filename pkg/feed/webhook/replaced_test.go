package webhook_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
)

// stale is a Store of a process that has not noticed yet what became of the endpoints.
type stale struct {
	webhook.Store
	list []webhook.Endpoint
}

func (s stale) Endpoints(context.Context) ([]webhook.Endpoint, error) { return s.list, nil }

// TestReplaced: an endpoint is removed, and made again under the same id for another tenant, while a process still works for the one
// before. That one neither pauses the new one, nor gives it a delivery, nor takes one of its: no receiver gets a fact of another tenant.
func TestReplaced(t *testing.T) {
	t.Parallel()
	for _, status := range []int{410, 500} {
		f := newFixture(t)
		globex, err := scim.ParseTenantID("globex")
		if err != nil {
			t.Fatal(err)
		}
		key := webhook.NewSecret()
		old, next := newReceiver(t, key), newReceiver(t, key)
		asked, answer := make(chan bool, 100), make(chan bool)
		old.fail = func(string, int) int { asked <- true; <-answer; return status }
		was := webhook.Endpoint{ID: "app", URL: old.URL, Tenant: f.id, Secrets: []string{key}, Created: time.Now()}
		is := webhook.Endpoint{ID: "app", URL: next.URL, Tenant: globex, Secrets: []string{key}, Created: was.Created.Add(time.Second)}
		if err := f.hooks.Create(t.Context(), was); err != nil {
			t.Fatal(err)
		}
		f.sender.Store = stale{f.hooks, []webhook.Endpoint{was}}
		f.start()
		f.user()
		<-asked
		if err := f.hooks.Remove(t.Context(), "app"); err != nil {
			t.Fatal(err)
		}
		if err := f.hooks.Create(t.Context(), is); err != nil {
			t.Fatal(err)
		}
		of := func(tenant scim.TenantID) webhook.Delivery {
			return webhook.Delivery{Endpoint: "app", Tenant: tenant, Seq: 1, Resource: "User/u1", Next: time.Now()}
		}
		if err := f.hooks.Add(t.Context(), false, of(globex)); err != nil {
			t.Fatal(err)
		}
		close(answer)
		f.until("the delivery of the new one is looked at", func() bool {
			list, err := f.hooks.Deliveries(t.Context(), "app", false, 9)
			return err == nil && (len(list) != 1 || list[0].Next.After(time.Now()) || !f.endpoint().Paused.IsZero())
		})
		f.end()
		if e := f.endpoint(); !e.Paused.IsZero() || !e.Failing.IsZero() {
			t.Errorf("%d: the endpoint before it has changed %+v", status, e)
		}
		if list, err := f.hooks.Deliveries(t.Context(), "app", false, 9); err != nil || len(list) != 1 || list[0].Tenant != globex {
			t.Errorf("%d: it has the deliveries %+v %v", status, list, err)
		}
		if t.Failed() {
			return
		}
		f.open(f.sender.Positions)
		if err := f.hooks.Done(t.Context(), of(globex)); err != nil {
			t.Fatal(err)
		}
		if err := f.hooks.Add(t.Context(), false, of(f.id)); err != nil { // of a process that had a moment more
			t.Fatal(err)
		}
		f.start()
		f.until("what is not its own is removed", func() bool { return f.waiting() == nil })
		f.end()
		if n := next.tries("acme.1"); n != 0 || slices.Contains(old.arrived(), "globex.1") {
			t.Errorf("%d: %d facts of acme arrive at globex", status, n)
		}
	}
}

// removable are positions that are removed with the endpoint, as a store may do.
type removable struct {
	at    atomic.Pointer[feed.MemoryPositions]
	takes atomic.Int64 // since
}

func (r *removable) remove() { r.at.Store(feed.NewMemoryPositions(nil)); r.takes.Store(0) }

func (r *removable) Take(ctx context.Context, p feed.Place, owner string, lease time.Duration) (feed.Position, error) {
	r.takes.Add(1)
	return r.at.Load().Take(ctx, p, owner, lease)
}

func (r *removable) Move(ctx context.Context, p feed.Place, owner string, to feed.Moved) error {
	return r.at.Load().Move(ctx, p, owner, to)
}

func (r *removable) Leave(ctx context.Context, p feed.Place, owner string) error {
	return r.at.Load().Leave(ctx, p, owner)
}

func (r *removable) Letters(ctx context.Context, p feed.Place, after int64, limit int) ([]feed.DeadLetter, error) {
	return r.at.Load().Letters(ctx, p, after, limit)
}

func (r *removable) Forget(ctx context.Context, p feed.Place, seqs ...int64) error {
	return r.at.Load().Forget(ctx, p, seqs...)
}

// TestRemovedPlace: a process that has not noticed yet that an endpoint is removed, with its place in the feed, does not send all facts
// from the first one on.
func TestRemovedPlace(t *testing.T) {
	t.Parallel()
	f, at, key := newFixture(t), &removable{}, webhook.NewSecret()
	at.remove()
	f.open(at)
	r := newReceiver(t, key)
	e := webhook.Endpoint{ID: "app", URL: r.URL, Secrets: []string{key}, Created: time.Now().Add(-time.Minute)}
	if err := f.hooks.Create(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	f.sender.Store = stale{f.hooks, []webhook.Endpoint{e}}
	f.user()
	f.user()
	f.start()
	f.until("both arrive", func() bool { return len(r.arrived()) == 2 })
	if err := f.hooks.Remove(t.Context(), "app"); err != nil {
		t.Fatal(err)
	}
	at.remove()
	f.user()
	f.until("the place is taken again", func() bool { return at.takes.Load() > 2 || len(r.arrived()) > 3 })
	f.end()
	if got := r.arrived(); slices.Contains(got[2:], "acme.1") {
		t.Error(got)
	}
}
