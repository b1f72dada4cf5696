package webhook

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Redelivery selects facts of a tenant that are delivered again, whether or not they have arrived.
type Redelivery struct {
	First, Last int64     // by number; a Last of 0 is the last fact that there is
	Since       time.Time // those from this time on; zero is no bound
}

// Redeliver puts the facts of a tenant that an endpoint wants into the Outbox, dead letters too, and returns their
// number: Run delivers them, those of one resource in order, before newer ones of that resource.
func (s *Sender) Redeliver(ctx context.Context, id string, t scim.TenantID, which Redelivery) (n int, err error) {
	e, err := s.Store.Endpoint(ctx, id)
	if err != nil {
		return 0, err
	}
	if !e.Tenant.IsZero() && e.Tenant != t {
		return 0, errOtherTenant
	}
	last, err := s.Source.Last(ctx, t)
	if err != nil {
		return 0, err
	}
	if which.Last > 0 {
		last = min(last, which.Last)
	}
	after := max(which.First-1, 0)
	if !which.Since.IsZero() {
		before, err := s.Source.Before(ctx, t, which.Since)
		if err != nil {
			return 0, err
		}
		after = max(after, before)
	}
	for after < last {
		facts, err := s.Source.Read(ctx, t, after, int(min(last-after, 100)))
		var gone *scim.GoneError
		if errors.As(err, &gone) && gone.First > after+1 && gone.First <= last {
			after = gone.First - 1
			continue
		}
		if err != nil || len(facts) == 0 {
			return n, err
		}
		list := s.wanted(&e, t, facts)
		if err := s.Store.Add(ctx, true, list...); err != nil {
			return n, err
		}
		n += len(list)
		after = facts[len(facts)-1].Seq
	}
	return n, nil
}

// readsAtOnce are the reads of RedeliverFacts that run together.
const readsAtOnce = 8

// RedeliverFacts is Redeliver for facts by their numbers, which ascend. It reads those together that are close to each other.
// expired are facts that the feed no longer has.
func (s *Sender) RedeliverFacts(ctx context.Context, id string, t scim.TenantID, numbers []int64) (n, expired int, err error) {
	e, err := s.Store.Endpoint(ctx, id)
	if err == nil && !e.Tenant.IsZero() && e.Tenant != t {
		err = errOtherTenant
	}
	if err != nil {
		return 0, 0, err
	}
	last, err := s.Source.Last(ctx, t)
	if err != nil {
		return 0, 0, err
	}
	var runs []*run
	for _, seq := range numbers {
		switch end := len(runs) - 1; {
		case seq < 1 || seq > last:
		case end >= 0 && seq-runs[end].numbers[0] < 100:
			runs[end].numbers = append(runs[end].numbers, seq)
		default:
			runs = append(runs, &run{numbers: []int64{seq}})
		}
	}
	err = async.Each(ctx, readsAtOnce, runs, func(ctx context.Context, r *run) error { return s.read(ctx, &e, t, r) })
	if err != nil {
		return 0, 0, err
	}
	var list []Delivery
	for _, r := range runs {
		list, expired = append(list, r.found...), expired+r.expired
	}
	return len(list), expired, s.Store.Add(ctx, true, list...)
}

// run are facts that are read together.
type run struct {
	numbers []int64
	found   []Delivery
	expired int
}

// read finds the facts of a run.
func (s *Sender) read(ctx context.Context, e *Endpoint, t scim.TenantID, r *run) error {
	last := r.numbers[len(r.numbers)-1]
	for after := r.numbers[0] - 1; after < last; {
		facts, err := s.Source.Read(ctx, t, after, int(last-after))
		var gone *scim.GoneError
		if errors.As(err, &gone) && gone.First > after+1 {
			for _, seq := range r.numbers {
				if seq > after && seq < gone.First {
					r.expired++
				}
			}
			after = gone.First - 1
			continue
		}
		if err != nil || len(facts) == 0 {
			return err
		}
		after = facts[len(facts)-1].Seq
		facts = slices.DeleteFunc(facts, func(f feed.Fact) bool { _, ok := slices.BinarySearch(r.numbers, f.Seq); return !ok })
		r.found = append(r.found, s.wanted(e, t, facts)...)
	}
	return nil
}

func (s *Sender) wanted(e *Endpoint, t scim.TenantID, facts []feed.Fact) (list []Delivery) {
	for i := range facts {
		if feed.Matches(e.Types, facts[i].Type) {
			list = append(list, deliveryOf(e.ID, t, &facts[i], s.now()))
		}
	}
	return list
}

// Resume lets a paused endpoint go on, with all that waits: each delivery has its tries anew.
func (s *Sender) Resume(ctx context.Context, id string) (Endpoint, error) {
	e, err := s.Store.Update(ctx, id, func(e *Endpoint) error { e.Resume(); return nil })
	if err != nil {
		return e, err
	}
	return e, s.Store.Hurry(ctx, id, s.now(), true)
}

var errOtherTenant = errors.New("webhook: the endpoint is of another tenant")
