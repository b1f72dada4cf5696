package feed

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
)

// unknown is the number of a tenant that the consumer meets for the first time.
const unknown = -1

// anew starts anew from a snapshot, and returns the number to read on after. from is the one that was handled before.
func (r *running) anew(ctx context.Context, place Place, w *work, from int64) (int64, error) {
	seq, err := r.Source.Last(ctx, place.Tenant) // not above the number of the snapshot
	if err != nil {
		return 0, err
	}
	if !r.Since.IsZero() {
		seq, err = r.Source.Before(ctx, place.Tenant, r.Since)
	}
	if err != nil {
		return 0, err
	}
	if r.FromNow || !r.Since.IsZero() {
		if from != unknown && from < seq && r.Skipped != nil {
			if err := r.Skipped(ctx, place.Tenant, from+1, seq); err != nil {
				return 0, err
			}
		}
		return seq, r.Positions.Move(ctx, place, r.owner, Moved{seq, r.Lease, nil})
	}
	var letter *DeadLetter
	if all := r.Source.Snapshot(ctx, place.Tenant); r.Anew != nil {
		if err = guard(func() error { return r.Anew(ctx, place.Tenant, seq, all) }); err != nil && ctx.Err() == nil {
			w.count("snapshot")
			r.rest(w)
		}
	} else {
		letter, err = r.snapshot(ctx, w, seq, all)
	}
	if err != nil {
		return 0, err
	}
	w.aside = nil
	return seq, r.Positions.Move(ctx, place, r.owner, Moved{seq, r.Lease, letter})
}

// snapshot gives the facts of a snapshot to Handle. One that fails ends it, and it is read again, until that was the last try:
// then the others are handled without it, and the letter that is returned says so.
func (r *running) snapshot(ctx context.Context, w *work, seq int64, all iter.Seq2[Fact, error]) (*DeadLetter, error) {
	var letter *DeadLetter
	var failed []error
	for f, err := range all {
		if err != nil {
			return nil, err
		}
		err = guard(func() error { return r.Handle(ctx, f) })
		if err == nil {
			continue
		}
		spot := spotOf(&f)
		if ctx.Err() != nil || !w.aside[spot] && !r.last(w, spot) {
			return nil, err
		}
		if w.aside == nil {
			w.aside = map[string]bool{}
		}
		w.aside[spot] = true
		r.Logger.ErrorContext(ctx, "a fact of a snapshot is a dead letter", "consumer", r.Name, "fact", f.ID, "type", f.Type, "cause", err)
		if len(failed) < maxFailed {
			failed = append(failed, fmt.Errorf("%s: %w", f.ID, err))
		}
		if letter == nil {
			letter = &DeadLetter{Seq: seq, ID: f.ID, Type: f.Type, Tries: r.Tries}
		}
	}
	if letter != nil {
		letter.Error, letter.Time = short(errors.Join(failed...)), time.Now().UTC()
	}
	return letter, nil
}

// maxFailed is how many facts of a snapshot its letter names; the log has all.
const maxFailed = 20

// spotOf is the same for a fact in each snapshot.
func spotOf(f *Fact) string {
	if f.Member != nil {
		return f.Type + " " + f.Resource.ID + " " + f.Member.ID
	}
	return f.Type + " " + f.Resource.ID
}
