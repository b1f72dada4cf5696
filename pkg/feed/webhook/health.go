package webhook

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/scimstack/scimstack/internal/outbound"
	"github.com/scimstack/scimstack/pkg/scim"
)

// health is what a lane knows of its endpoint.
type health struct {
	mu      sync.Mutex
	failing bool // the Store knows that the last delivery failed
	row     int  // failures since the last success
	waits   map[scim.TenantID]waiting
	steps   bool // of Drain: what is known is in the Store, and row counts for all tenants
}

// waiting is a fact that waits in the feed.
type waiting struct {
	seq   int64
	tries int
}

// downAfter is how many deliveries in a row fail until the endpoint counts as down.
const downAfter = 3

// wait reports whether a fact that failed is to wait in the feed.
func (h *health) wait(t scim.TenantID, seq int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.row < downAfter {
		return false
	}
	if h.steps {
		return h.row < downAfter+mostWaits
	}
	if h.waits == nil {
		h.waits = map[scim.TenantID]waiting{}
	}
	w := h.waits[t]
	if w.seq != seq {
		w = waiting{seq: seq}
	}
	w.tries++
	h.waits[t] = w
	return w.tries < mostWaits
}

// noticed notes that a delivery of another process has failed: the next success of this one ends the failure for all.
func (h *health) noticed(failing bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failing = h.failing || failing
}

// success counts a delivery, and reports whether the state of the endpoint changes, and whether it was down.
func (h *health) success() (changes, down bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	changes, down = h.failing, h.row >= downAfter
	h.failing, h.row = false, 0
	return changes, down
}

// failure counts a delivery that failed.
func (h *health) failure() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failing = true
	h.row++
}

// took notes that the endpoint has taken a delivery. What waits because it was down is then due at once.
func (l *lane) took(ctx context.Context) error {
	l.quiet.end()
	changes, down := l.health.success()
	if !changes {
		return nil
	}
	_, err := l.update(ctx, (*Endpoint).taken)
	if err == nil && down {
		l.back.Store(true)
		err = l.s.Store.Hurry(ctx, l.e.ID, l.s.now(), false)
	}
	return err
}

// refused notes that the endpoint has not taken a delivery. It returns an error if the endpoint is paused, for it or
// before. What decides is in the Store: a lane that begins again, in this process or in another, does not know what
// failed before. The delivery is judged by the same now (fail), so it is not given up in the moment before the pause.
func (l *lane) refused(ctx context.Context, d *Delivery, now time.Time, fault error) error {
	l.health.failure()
	if lasting(fault) {
		return l.halt(ctx, d.Tenant, fault)
	}
	resource := d.Tenant.String() + "/" + d.Resource
	e, err := l.s.Store.Endpoint(ctx, l.e.ID)
	if err == nil {
		err = l.owns(&e)
	}
	if err == nil && (e.news(resource) || l.health.steps) {
		e, err = l.update(ctx, func(e *Endpoint) {
			e.failed(now, resource)
			l.rest(e, now, fault)
		})
	}
	switch {
	case err != nil:
		return l.ended(err)
	case !e.Paused.IsZero():
		l.stop()
		return fmt.Errorf("webhook %s is paused: %s", e.ID, e.Reason)
	case e.Several && now.Sub(e.Failing) >= l.s.Window:
		return l.halt(ctx, d.Tenant, fmt.Errorf("it has taken nothing since %s; the last failure: %w", e.Failing.Format(time.RFC3339), fault))
	}
	return nil
}

// lasting reports whether a failure does not end by itself: an address of the inside, or 410, by which a receiver says
// that it wants no more (Standard Webhooks).
func lasting(fault error) bool {
	var status *outbound.StatusError
	return errors.Is(fault, outbound.ErrAddress) || errors.Is(fault, outbound.ErrURL) || errors.As(fault, &status) && status.Status == http.StatusGone
}

// halt pauses the endpoint, ends the lane, and returns the reason.
func (l *lane) halt(ctx context.Context, t scim.TenantID, reason error) error {
	defer l.stop()
	keep, cancel := noted(ctx)
	defer cancel()
	first := false
	e, err := l.update(keep, func(e *Endpoint) {
		first = e.Paused.IsZero()
		e.Pause(l.s.now(), short(reason))
	})
	if err != nil {
		return err
	}
	if first {
		l.s.Logger.ErrorContext(ctx, "a webhook is paused", "webhook", e.ID, "cause", e.Reason)
		if l.s.Paused != nil {
			l.s.Paused(keep, e, t)
		}
	}
	return fmt.Errorf("webhook %s is paused: %w", e.ID, reason)
}

// fail notes a try that failed, and when the next one is due, or that there is none.
func (d *Delivery) fail(now time.Time, fault error, s *Sender) {
	if d.Tries++; d.First.IsZero() {
		d.First = now
	}
	pause := min(s.Pause<<min(d.Tries-1, 20), longest)
	pause += time.Duration((rand.Float64() - 0.5) / 2.5 * float64(pause)) // a fifth more or less
	pause = max(pause, retryAfter(fault, now))
	d.Error, d.Next = short(fault), now.Add(pause)
	if now.Sub(d.First) >= s.Window {
		d.Dead = now
	}
}

// short bounds what is kept of an error.
func short(err error) string {
	const most = 1000
	s := err.Error()
	return s[:min(len(s), most)]
}
