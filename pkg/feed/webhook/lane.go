package webhook

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/outbound"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
)

// lane is the work for one endpoint: a consumer that delivers new facts, and a loop that delivers again what waits
// in the Outbox.
type lane struct {
	s      *Sender
	e      Endpoint
	client *outbound.Client
	health health
	stop   context.CancelFunc
	done   <-chan error

	quiet quiet
	due   dueTime     // of Drain: when something is due again
	back  atomic.Bool // the endpoint was down, and takes deliveries again
}

// open starts the work for an endpoint.
func (m *manager) open(ctx context.Context, e Endpoint) *lane {
	ctx, stop := context.WithCancel(ctx)
	l := &lane{s: m.Sender, e: e, client: m.client(), stop: stop}
	if !e.Failing.IsZero() { // before the last restart
		l.health.failing, l.health.row = true, downAfter
	}
	l.done = async.Go(func() error {
		defer stop()
		if err := m.Check(&e); err != nil {
			return l.halt(ctx, e.Tenant, err)
		}
		again := async.Go(func() error { return l.again(ctx) })
		err := l.consumer().Run(ctx)
		stop()
		<-again
		if err != nil && !errors.Is(err, context.Canceled) {
			m.Logger.WarnContext(ctx, "a webhook waits", "webhook", e.ID, "cause", err)
		}
		return err
	})
	return l
}

// end stops the work and waits for it.
func (l *lane) end() { l.stop(); <-l.done }

// over reports whether the work has ended.
func (l *lane) over() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// slack is how long before its commit a change may have its time, which is that of the request: facts of requests that
// were on their way when the endpoint was created are sent.
const slack = 2 * time.Second

// consumer is what follows the feed. It has no last try: what fails goes to the Outbox.
func (l *lane) consumer() *feed.Consumer {
	tenants := l.s.Tenants
	if !l.e.Tenant.IsZero() {
		tenants = func(context.Context) ([]scim.TenantID, error) { return []scim.TenantID{l.e.Tenant}, nil }
	}
	if tenants == nil {
		tenants = func(context.Context) ([]scim.TenantID, error) { return nil, errTenants }
	}
	positions := l.s.Positions
	if !l.health.steps { // a call of Drain has just read the endpoint
		positions = places{positions, l}
	}
	return &feed.Consumer{
		Source: l.s.Source, Positions: positions, Name: l.e.Consumer(), Tenants: tenants, Logger: l.s.Logger, Since: l.e.Created.Add(-slack),
		Tries: math.MaxInt, Pause: l.s.Pause, Longest: longestWait, Handle: l.handle, Skipped: l.skipped,
	}
}

// skipped keeps facts that expired before they were sent as one dead letter, so that the commands and the administration show it.
func (l *lane) skipped(ctx context.Context, t scim.TenantID, first, last int64) error {
	now := l.s.now().UTC()
	d := Delivery{Endpoint: l.e.ID, Tenant: t, Seq: first, Resource: fmt.Sprintf("facts/%d-%d", first, last), Type: "expired", Next: now.Add(time.Hour), Error: fmt.Sprintf(
		"the facts %d to %d expired before they were sent: they are no longer in the feed; read a snapshot into the receiver", first, last)}
	l.s.Logger.ErrorContext(ctx, "facts expired before a webhook has sent them", "webhook", l.e.ID, "tenant", t.String(), "first", first, "last", last)
	if err := l.s.Store.Add(ctx, true, d); err != nil {
		return err
	}
	d.Dead = now
	return l.s.Store.Failed(ctx, d)
}

// While an endpoint takes nothing at all, the facts of a tenant wait in the feed, instead of moving into the Outbox one
// by one. They do not wait for ever, because the reason may be some facts in a row that no one can take.
const (
	longestWait = 10 * time.Minute // between two tries of a fact that waits in the feed
	mostWaits   = 8                // tries of it; then it moves to the Outbox, and the next one is tried
)

// handle delivers a fact of the feed. A fact that fails goes to the Outbox, and those of its resource follow it there.
func (l *lane) handle(ctx context.Context, f feed.Fact) error {
	if !feed.Matches(l.e.Types, f.Type) {
		return nil
	}
	t, err := scim.ParseTenantID(f.Tenant)
	if err != nil {
		return err
	}
	d := deliveryOf(l.e.ID, t, &f, l.s.now())
	if waits, err := l.s.Store.Follow(ctx, d); waits || err != nil {
		return err
	}
	if err := l.quiet.err(l.s.now()); err != nil {
		return err
	}
	fault := l.s.deliver(ctx, l.client, &l.e, &f)
	if err := ctx.Err(); err != nil && fault != nil {
		return err
	}
	ctx, cancel := noted(ctx)
	defer cancel()
	if fault == nil {
		return l.took(ctx)
	}
	now := l.s.now().UTC()
	if err := l.refused(ctx, &d, now, fault); err != nil {
		return err
	}
	if l.health.wait(d.Tenant, d.Seq) {
		l.quiet.begin(fault, now)
		return fault
	}
	d.fail(now, fault, l.s)
	l.due.add(d.Next)
	return l.s.Store.Add(ctx, false, d)
}

// again delivers what waits in the Outbox, until ctx ends.
func (l *lane) again(ctx context.Context) error {
	for {
		d, err := l.claim(ctx)
		if err == nil && d != nil {
			err = l.retry(ctx, *d)
		}
		if err != nil && ctx.Err() == nil {
			l.s.Logger.WarnContext(ctx, "a webhook waits", "webhook", l.e.ID, "cause", err)
		}
		if err != nil || d == nil {
			if err := async.Sleep(ctx, l.s.Refresh); err != nil {
				return err
			}
		}
	}
}

// claim takes a delivery that is due, if there is one. The Store is not interrupted: a claim that is not known waits
// for its end.
func (l *lane) claim(ctx context.Context) (*Delivery, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx, cancel := noted(ctx)
	defer cancel()
	now := l.s.now()
	return l.s.Store.Claim(ctx, l.e.ID, now, now.Add(2*timeout))
}

// retry delivers what was claimed. If ctx ends before the delivery does, it is due again at once.
func (l *lane) retry(ctx context.Context, d Delivery) error {
	err := l.attempt(ctx, d)
	if ctx.Err() == nil || !errors.Is(err, ctx.Err()) {
		return err
	}
	d.Next = l.s.now().UTC()
	ctx, cancel := noted(ctx)
	defer cancel()
	return errors.Join(err, l.s.Store.Failed(ctx, d))
}

// attempt delivers what was claimed, and notes what became of it.
func (l *lane) attempt(ctx context.Context, d Delivery) error {
	if !l.e.Tenant.IsZero() && d.Tenant != l.e.Tenant {
		return l.stray(ctx, d)
	}
	facts, err := l.s.Source.Read(ctx, d.Tenant, d.Seq-1, 1)
	var gone *scim.GoneError
	if errors.As(err, &gone) || err == nil && len(facts) == 0 {
		d.Dead, d.Error = l.s.now().UTC(), "the fact has expired: it is no longer in the feed"
		return l.s.Store.Failed(ctx, d)
	}
	if err != nil {
		return err
	}
	fault := l.s.deliver(ctx, l.client, &l.e, &facts[0])
	if err := ctx.Err(); err != nil && fault != nil {
		return err
	}
	ctx, cancel := noted(ctx)
	defer cancel()
	if fault == nil {
		if err := l.s.Store.Done(ctx, d); err != nil {
			return err
		}
		return l.took(ctx)
	}
	now := l.s.now().UTC()
	stopped := l.refused(ctx, &d, now, fault)
	if d.fail(now, fault, l.s); stopped != nil {
		d.Dead = time.Time{} // it waits until the endpoint is resumed
	}
	if d.Dead.IsZero() {
		l.due.add(d.Next)
	}
	if !d.Dead.IsZero() {
		l.s.Logger.ErrorContext(ctx, "a webhook delivery is a dead letter", "webhook", d.Endpoint, "tenant", d.Tenant.String(), "seq", d.Seq, "type", d.Type, "cause", d.Error)
	}
	return errors.Join(l.s.Store.Failed(ctx, d), stopped)
}

// noted is a context for what became of a delivery: it is kept, even if the lane ends.
func noted(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), timeout)
}
