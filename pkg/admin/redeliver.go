package admin

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Redeliver implements API.
func (s *Service) Redeliver(ctx context.Context, id string, in Redelivery) (*Redelivered, error) {
	t, err := tenantID(in.Tenant)
	if err != nil {
		return nil, err
	}
	named, err := in.check(t)
	if err != nil {
		return nil, err
	}
	h, e, err := s.webhook(ctx, id)
	if err != nil {
		return nil, err
	}
	if h.Source == nil {
		return nil, fail(Unsupported, "", "this store keeps no feed of changes", "use SQLite, Postgres or DynamoDB")
	}
	if _, err = s.existing(ctx, in.Tenant); err != nil {
		return nil, err
	}
	if !e.Tenant.IsZero() && e.Tenant != t {
		return nil, fail(Invalid, "tenant", "the webhook is of the tenant "+e.Tenant.String(), "name that one")
	}
	r := redelivery{Sender: h, id: id, tenant: t, out: Redelivered{Paused: !e.Paused.IsZero()}}
	switch {
	case in.Dead:
		err = r.dead(ctx, in.First, in.Last)
	case len(named) > 0:
		err = r.named(ctx, named)
	default:
		err = r.span(ctx, &in)
	}
	if err != nil {
		return nil, hookError(id, err)
	}
	s.record(ctx, change{tenant: t, operation: "webhook.redeliver", resource: id, after: r.out})
	return &r.out, nil
}

// check returns the numbers of the facts that are named, or why the selection is none.
func (in *Redelivery) check(t scim.TenantID) (named []int64, err error) {
	chosen := 0
	for _, set := range []bool{len(in.Facts) > 0, !in.Dead && (in.First > 0 || in.Last > 0), in.Since != nil, in.Dead} {
		if set {
			chosen++
		}
	}
	switch {
	case chosen != 1:
		return nil, fail(Invalid, "facts", "it does not say which facts, or says it twice", "name one of: facts, first and last, since, deadLetters")
	case len(in.Facts) > MostRedelivered:
		return nil, fail(Invalid, "facts", "there are more than "+strconv.Itoa(MostRedelivered), "name fewer, or a range")
	case in.First < 0, in.Last < 0, in.Last > 0 && in.Last < in.First:
		return nil, fail(Invalid, "last", "the range has no facts", "write the number of the first fact, then that of the last one")
	}
	for _, fact := range in.Facts {
		of, seq, err := feed.SplitID(fact)
		if err != nil || of != t.String() {
			return nil, fail(Invalid, "facts", strconv.Quote(shortened(fact))+" is not the id of a fact of "+t.String(), "write it as "+t.String()+".41")
		}
		named = append(named, seq)
	}
	slices.Sort(named)
	return slices.Compact(named), nil
}

// redelivery is one call of Redeliver.
type redelivery struct {
	*webhook.Sender
	id     string
	tenant scim.TenantID
	out    Redelivered
}

// dead sends the dead letters of the tenant whose numbers are in a range; a last of 0 is no bound.
func (r *redelivery) dead(ctx context.Context, first, last int64) error {
	list, err := r.letters(ctx, first)
	if err != nil {
		return err
	}
	var numbers []int64
	for i := range list {
		if d := &list[i]; d.Tenant == r.tenant && d.Seq >= first && (last == 0 || d.Seq <= last) {
			numbers = append(numbers, d.Seq)
		}
	}
	if len(numbers) > MostRedelivered {
		r.out.Next, numbers = numbers[MostRedelivered], numbers[:MostRedelivered]
	}
	return r.numbers(ctx, numbers)
}

// letters returns dead letters, those of the tenant among them: one more than a call sends, if the store can find them.
func (r *redelivery) letters(ctx context.Context, first int64) ([]webhook.Delivery, error) {
	if of, ok := r.Store.(webhook.LetterReader); ok {
		return of.Letters(ctx, r.id, r.tenant, first, MostRedelivered+1)
	}
	return r.Store.Deliveries(ctx, r.id, true, MostDeliveries)
}

// numbers sends facts by their numbers, which ascend.
func (r *redelivery) numbers(ctx context.Context, list []int64) (err error) {
	r.out.Facts, r.out.Expired, err = r.RedeliverFacts(ctx, r.id, r.tenant, list)
	return err
}

// named sends facts that the caller has named, each of which must be one.
func (r *redelivery) named(ctx context.Context, list []int64) error {
	last, err := r.Source.Last(ctx, r.tenant)
	if err != nil {
		return err
	}
	id := func(seq int64) string { return r.tenant.String() + "." + strconv.FormatInt(seq, 10) }
	if most := list[len(list)-1]; most > last {
		remedy := "name facts up to " + id(last)
		if last == 0 {
			remedy = "nothing has happened in this tenant yet"
		}
		return fail(Invalid, "facts", "there is no fact "+id(most), remedy)
	}
	err = r.numbers(ctx, list)
	r.out.Other = len(list) - r.out.Facts - r.out.Expired
	return err
}

// span sends a range, or the facts since a time, as far as one call may.
func (r *redelivery) span(ctx context.Context, in *Redelivery) error {
	first := max(in.First, 1)
	if in.Since != nil {
		before, err := r.Source.Before(ctx, r.tenant, *in.Since)
		if err != nil {
			return err
		}
		first = before + 1
	}
	end, err := r.Source.Last(ctx, r.tenant)
	if err != nil {
		return err
	}
	if in.Last > 0 {
		end = min(end, in.Last)
	}
	if first > end {
		return nil
	}
	last := min(end, first+MostRedelivered-1)
	kept, err := r.send(ctx, first, last)
	if next := max(last+1, kept); next <= end {
		r.out.Next = next
	}
	return err
}

// send sends a range, and returns the number of the first fact that is kept, if that is after the range.
func (r *redelivery) send(ctx context.Context, first, last int64) (kept int64, err error) {
	n, err := r.Redeliver(ctx, r.id, r.tenant, webhook.Redelivery{First: first, Last: last})
	r.out.Facts += n
	var gone *scim.GoneError
	if errors.As(err, &gone) && gone.First > last {
		r.out.Expired += int(last - first + 1)
		return gone.First, nil
	}
	return 0, err
}
