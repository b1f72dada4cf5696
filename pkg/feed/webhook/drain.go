package webhook

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Work says of which tenants Drain looks for new facts. Deliveries that failed before are always looked at.
type Work struct {
	Tenants []scim.TenantID
	All     bool // of all tenants
}

// Left is what a call of Drain has found but not done. The zero value is nothing.
type Left struct {
	// Next is when some of it is due; zero: at once. Tenants are those whose facts wait in the feed; Outbox says that
	// deliveries wait.
	Next    time.Time
	Tenants []scim.TenantID
	Outbox  bool
	// Back says that an endpoint takes deliveries again that took none: the facts of all tenants are to be looked at.
	Back bool
}

// Any reports whether something is left.
func (l *Left) Any() bool { return l.Back || l.Outbox || len(l.Tenants) > 0 }

const (
	endpointsAtOnce = 8
	takenPause      = 2 * time.Second // after which the place of another process is looked at again
)

// Drain does what there is to do now, as Run does, and returns: for a program that is called when there is something,
// such as a function of AWS Lambda. All that it knows from one call to the next is in the Store and in Positions, so
// any process may go on, also after one that was killed. An endpoint that takes nothing rests, for a time that grows to
// 10 minutes: Drain tries one delivery after it. The caller should call Drain when facts are new, when what it has left
// is due, and from time to time for all tenants, in case that a call was lost.
//
// When ctx ends, Drain returns what is left; a delivery that is on its way has a second to end.
func (s *Sender) Drain(ctx context.Context, w Work) (Left, error) {
	whole, err := s.whole()
	if err != nil {
		return Left{}, err
	}
	list, err := s.Store.Endpoints(ctx)
	if err != nil || len(list) == 0 {
		return Left{}, err
	}
	if w.All && s.Tenants != nil {
		if w.Tenants, err = s.Tenants(ctx); err != nil {
			return Left{}, err
		}
	}
	d := &drain{Sender: whole, tenants: map[scim.TenantID]bool{}}
	var mu sync.Mutex
	var faults []error
	_ = async.Each(context.WithoutCancel(ctx), endpointsAtOnce, list, func(_ context.Context, e Endpoint) error {
		if err := d.endpoint(ctx, e, w); err != nil {
			mu.Lock()
			defer mu.Unlock()
			faults = append(faults, err)
		}
		return nil // the others go on
	})
	d.left.Tenants = slices.SortedFunc(maps.Keys(d.tenants), func(a, b scim.TenantID) int { return strings.Compare(a.String(), b.String()) })
	return d.left, errors.Join(faults...)
}

// drain is a call of Drain.
type drain struct {
	*Sender
	mu      sync.Mutex
	left    Left
	tenants map[scim.TenantID]bool
	began   bool
}

// endpoint does what there is to do for one endpoint. An error is one of the Store, or of the feed.
func (d *drain) endpoint(ctx context.Context, e Endpoint, w Work) error {
	if !e.Paused.IsZero() || d.now().Before(e.Rest) {
		return nil // the call that made it rest has left it
	}
	working, stop := context.WithCancel(ctx)
	defer stop()
	l := &lane{s: d.Sender, e: e, client: d.client(), stop: stop, health: health{steps: true, failing: !e.Failing.IsZero(), row: e.Row}}
	if err := d.Check(&e); err != nil {
		_ = l.halt(working, e.Tenant, err) // it is paused, and the log says so
		return nil
	}
	more, err := l.outbox(working)
	if more {
		d.leave(Left{Outbox: true}, time.Time{})
	}
	for _, t := range w.Tenants {
		if err != nil || !e.Tenant.IsZero() && e.Tenant != t {
			continue
		}
		err = d.tenant(working, ctx, l, t)
	}
	if l.back.Load() {
		d.leave(Left{Back: true}, time.Time{})
	}
	if at := l.due.at(); !at.IsZero() {
		d.leave(Left{Outbox: true}, at)
	}
	return err
}

// tenant sends the new facts of a tenant. whole is the context of the call, working ends with the lane.
func (d *drain) tenant(working, whole context.Context, l *lane, t scim.TenantID) error {
	if ended(working) || l.resting() {
		if ended(whole) || l.resting() {
			d.leave(Left{Tenants: []scim.TenantID{t}}, l.due.at())
		}
		return nil // or the endpoint was paused
	}
	err := l.consumer().Drain(working, t)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, feed.ErrTaken):
		d.leave(Left{Tenants: []scim.TenantID{t}}, d.now().Add(takenPause))
		return nil
	case l.resting():
		d.leave(Left{Tenants: []scim.TenantID{t}}, l.due.at())
		return nil
	case ended(whole):
		d.leave(Left{Tenants: []scim.TenantID{t}}, time.Time{})
		return nil
	case ended(working):
		return nil // it was paused
	}
	return err
}

// ended reports whether a context has ended, which is no fault here.
func ended(ctx context.Context) bool { return ctx.Err() != nil }

// leave notes what is left, and when it is due; zero is at once.
func (d *drain) leave(l Left, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at.IsZero() {
		at = d.now()
	}
	if !d.began || at.Before(d.left.Next) {
		d.left.Next = at
	}
	d.began = true
	d.left.Outbox, d.left.Back = d.left.Outbox || l.Outbox, d.left.Back || l.Back
	for _, t := range l.Tenants {
		d.tenants[t] = true
	}
}

// outbox delivers again what is due, until nothing is, or the endpoint rests, or ctx ends: then more is true.
func (l *lane) outbox(ctx context.Context) (more bool, err error) {
	for !l.resting() {
		if ended(ctx) {
			return true, nil
		}
		d, err := l.claim(ctx)
		if err == nil && d != nil {
			err = l.retry(ctx, *d)
		}
		if !ended(ctx) && (err != nil || d == nil) {
			return false, err
		}
	}
	return false, nil
}

// resting reports whether so many deliveries in a row have failed in this call or before that the endpoint rests.
func (l *lane) resting() bool {
	return l.health.steps && l.due.rests()
}

// rest notes in an endpoint to which Drain sends how many deliveries have failed, and makes it rest if these are some.
func (l *lane) rest(e *Endpoint, now time.Time, fault error) {
	h := &l.health
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.steps {
		return
	}
	if e.Row = h.row; h.row >= downAfter {
		pause := min(l.s.Pause<<min(h.row-downAfter, 20), longestWait)
		e.Rest = now.Add(max(pause, retryAfter(fault, now)))
		l.due.rest(e.Rest)
	}
}

// dueTime is when something is due again. The zero value is never.
type dueTime struct {
	mu    sync.Mutex
	next  time.Time
	until time.Time // nothing is tried before; zero: the endpoint does not rest
}

func (d *dueTime) add(at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at.Before(d.until) {
		at = d.until
	}
	if d.next.IsZero() || at.Before(d.next) {
		d.next = at
	}
}

// rest says that nothing is due before a time.
func (d *dueTime) rest(until time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.until = until
	if d.next.Before(until) {
		d.next = until
	}
}

func (d *dueTime) rests() bool { d.mu.Lock(); defer d.mu.Unlock(); return !d.until.IsZero() }

func (d *dueTime) at() time.Time { d.mu.Lock(); defer d.mu.Unlock(); return d.next }
