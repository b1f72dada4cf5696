package feed

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	batch     = 100         // facts that are read together
	keepAfter = time.Second // the position is kept so often while a batch lasts
)

// running is a Consumer at work.
type running struct {
	Consumer
	owner  string
	slots  chan struct{} // has an element for each worker
	places map[scim.TenantID]*work
}

// work is what one process knows of one tenant. Only the loop of Run reads it while done is closed or nil,
// and only the worker while it is not.
type work struct {
	done <-chan error
	seq  int64 // the last number that is handled, as far as this process knows; -1 if it does not
	// stuck is the fact that failed, tries how often, and until when it rests. A fact of a snapshot has another number in each
	// snapshot, see spotOf.
	stuck string
	tries int
	until time.Time
	aside map[string]bool // facts of the snapshot that have failed for the last time
}

// start lets a worker handle a tenant that has something to do. Its only error is that of ctx.
func (r *running) start(ctx context.Context, t scim.TenantID) error {
	w := r.places[t]
	if w == nil {
		w = &work{seq: -1}
		r.places[t] = w
	}
	if w.done != nil {
		select {
		case <-w.done:
			w.done = nil
		default:
			return nil // it is at work
		}
	}
	if time.Now().Before(w.until) {
		return nil
	}
	if last, err := r.Source.Last(ctx, t); err == nil && last == w.seq {
		return nil
	}
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	w.done = async.Go(func() error {
		defer func() { <-r.slots }()
		err := guard(func() error { return r.tenant(ctx, t, w) })
		if err != nil && ctx.Err() == nil && !errors.Is(err, ErrTaken) {
			r.Logger.WarnContext(ctx, "the facts of a tenant wait", "consumer", r.Name, "tenant", t.String(), "cause", err)
		}
		if err != nil {
			w.seq = -1
			w.until = later(w.until, time.Now().Add(r.Pause))
		}
		return nil
	})
	return nil
}

// keep forgets what is known of tenants that are no longer listed: one that is made again has new numbers.
func (r *running) keep(tenants []scim.TenantID) {
	listed := make(map[scim.TenantID]bool, len(tenants))
	for _, t := range tenants {
		listed[t] = true
	}
	maps.DeleteFunc(r.places, func(t scim.TenantID, w *work) bool {
		if listed[t] || w.done == nil {
			return !listed[t]
		}
		select {
		case <-w.done:
			return true
		default:
			return false // it is at work
		}
	})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// join waits for the workers.
func (r *running) join() {
	for _, w := range r.places {
		if w.done != nil {
			<-w.done
		}
	}
}

// tenant handles what one tenant has.
func (r *running) tenant(ctx context.Context, t scim.TenantID, w *work) error {
	place := Place{t, r.Name}
	at, err := r.Positions.Take(ctx, place, r.owner, r.Lease)
	if err != nil {
		return err
	}
	ctx, lost := context.WithCancel(ctx)
	defer lost()
	defer func() {
		free, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = r.Positions.Leave(free, place, r.owner)
	}()
	defer r.hold(ctx, lost, place)()
	if w.seq = at.Seq; at.New {
		if w.seq, err = r.anew(ctx, place, w, unknown); err != nil {
			return err
		}
	}
	for {
		facts, err := r.Source.Read(ctx, t, w.seq, batch)
		var gone *scim.GoneError
		switch {
		case errors.As(err, &gone):
			r.Logger.WarnContext(ctx, "a consumer starts anew", "consumer", r.Name, "tenant", t.String(), "cause", gone)
			if w.seq, err = r.anew(ctx, place, w, w.seq); err != nil {
				return err
			}
			continue
		case err != nil, len(facts) == 0:
			return err
		}
		if err := r.facts(ctx, place, w, facts); err != nil {
			return err
		}
		w.seq = facts[len(facts)-1].Seq
	}
}

// hold keeps the lease while a handler works, and ends its context if it is lost. The function that it
// returns ends that.
func (r *running) hold(ctx context.Context, lost context.CancelFunc, place Place) func() {
	ctx, stop := context.WithCancel(ctx)
	done := async.Go(func() error {
		for async.Sleep(ctx, r.Lease/3) == nil {
			if _, err := r.Positions.Take(ctx, place, r.owner, r.Lease); errors.Is(err, ErrTaken) {
				lost()
				return err
			}
		}
		return nil
	})
	return func() { stop(); <-done }
}

// facts handles some facts of a tenant.
func (r *running) facts(ctx context.Context, place Place, w *work, facts []Fact) (err error) {
	if r.Many != nil {
		return r.many(ctx, place, w, facts)
	}
	kept, last, letters := time.Now(), int64(0), 0
	for i := range facts {
		var letter *DeadLetter
		if letter, err = r.fact(ctx, w, facts[i]); err != nil {
			break
		}
		last = facts[i].Seq
		if letter == nil && time.Since(kept) < keepAfter {
			continue
		}
		if letter != nil {
			letters++
		}
		if err := r.Positions.Move(ctx, place, r.owner, Moved{last, r.Lease, letter}); err != nil {
			return err
		}
		kept, last = time.Now(), 0
	}
	if last > 0 { // also what was handled before a failure, or the end of ctx
		keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.Lease/3)
		defer cancel()
		if err := r.Positions.Move(keep, place, r.owner, Moved{last, r.Lease, nil}); err != nil {
			return err
		}
	}
	if r.Observe != nil && err == nil {
		if newest, err := r.Source.Last(ctx, place.Tenant); err == nil {
			f := &facts[len(facts)-1]
			r.Observe(place.Tenant, Lag{newest - f.Seq, f.Age(time.Now()), letters})
		}
	}
	return err
}

// many calls Many once, and keeps what it has handled. After an error the tenant rests.
func (r *running) many(ctx context.Context, place Place, w *work, facts []Fact) error {
	done := 0
	err := guard(func() (err error) { done, err = r.Many(ctx, facts); return err })
	if err != nil {
		w.until = time.Now().Add(r.Pause)
	}
	if done == 0 {
		return err
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.Lease/3)
	defer cancel()
	return errors.Join(r.Positions.Move(keep, place, r.owner, Moved{facts[done-1].Seq, r.Lease, nil}), err)
}

// fact calls Handle once. After an error the tenant rests, unless it was the last try: that is a letter.
func (r *running) fact(ctx context.Context, w *work, f Fact) (*DeadLetter, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	err := guard(func() error { return r.Handle(ctx, f) })
	if err == nil || ctx.Err() != nil {
		return nil, err
	}
	if !r.last(w, f.ID) {
		return nil, err
	}
	r.Logger.ErrorContext(ctx, "a fact is a dead letter", "consumer", r.Name, "fact", f.ID, "type", f.Type, "cause", err)
	return &DeadLetter{Seq: f.Seq, ID: f.ID, Type: f.Type, Error: short(err), Tries: w.tries, Time: time.Now().UTC()}, nil
}

// last counts a call that failed, and reports whether it was the last one. Otherwise the tenant rests.
func (r *running) last(w *work, stuck string) bool {
	if w.count(stuck); w.tries >= r.Tries {
		return true
	}
	r.rest(w)
	return false
}

func (w *work) count(stuck string) {
	if w.stuck != stuck {
		w.stuck, w.tries = stuck, 0
	}
	w.tries++
}

// rest lets a tenant rest for longer with each try.
func (r *running) rest(w *work) {
	pause := min(r.Pause<<min(w.tries-1, 20), r.Longest)
	w.until = time.Now().Add(pause - pause/10 + time.Duration(rand.Int64N(int64(pause/5)+1)))
}

// short bounds what is kept of an error.
func short(err error) string {
	const most = 2000
	s := err.Error()
	return s[:min(len(s), most)]
}

// guard calls f and returns its panic as an error.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &async.PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}
