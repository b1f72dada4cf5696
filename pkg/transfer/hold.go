package transfer

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// consumer is the name of the place in feed.Positions that an import holds.
const consumer = "import"

// usualLease is ImportOptions.Lease.
const usualLease = 20 * time.Second

// lock holds the tenant for one import. A nil lock, of a place without positions, holds nothing.
type lock struct {
	positions feed.Positions
	place     feed.Place
	owner     string
	lease     time.Duration
	at        feed.Position // the last mark
}

// hold takes the tenant. The context ends when another import has taken it, because this one did not come to life for
// long, with the cause ErrBusy; free gives it back.
func (i *importer) hold(ctx context.Context) (held context.Context, free func(), err error) {
	if i.Positions == nil {
		return ctx, func() {}, nil
	}
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	l := &lock{positions: i.Positions, place: feed.Place{Tenant: i.id, Consumer: consumer}, owner: hex.EncodeToString(b[:]), lease: i.o.Lease}
	for end := i.o.Now().Add(l.lease + l.lease/2); ; {
		l.at, err = l.positions.Take(ctx, l.place, l.owner, l.lease)
		if err == nil {
			break
		}
		if !errors.Is(err, feed.ErrTaken) {
			return nil, nil, err
		}
		if i.o.Now().After(end) {
			return nil, nil, ErrBusy
		}
		i.o.Progress(Progress{Step: "waiting for the end of another import"})
		if err := async.Sleep(ctx, min(time.Second, l.lease/4)); err != nil {
			return nil, nil, err
		}
	}
	i.lock = l
	held, lost := context.WithCancelCause(ctx)
	alive, stop := context.WithCancel(ctx)
	done := async.Go(func() error {
		for async.Sleep(alive, l.lease/4) == nil {
			if _, err := l.positions.Take(alive, l.place, l.owner, l.lease); errors.Is(err, feed.ErrTaken) {
				lost(ErrBusy)
				return err
			}
		}
		return nil
	})
	return held, func() {
		stop()
		<-done
		lost(nil)
		leave, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = l.positions.Leave(leave, l.place, l.owner)
	}, nil
}

// mark keeps that the tenant is what imports have made up to a number of its feed.
func (l *lock) mark(ctx context.Context, seq int64) error {
	if l == nil || !l.at.New && l.at.Seq == seq {
		return nil
	}
	return l.positions.Move(ctx, l.place, l.owner, feed.Moved{Seq: seq, Lease: l.lease})
}

// The reason why a tenant is paused during an import. It says when it was paused.
const (
	reasonBegin = "an import that began at "
	reasonEnd   = " is not complete; the operator repeats scimstack tenant import"
)

func (i *importer) reason(at time.Time) string {
	return reasonBegin + at.UTC().Format(time.RFC3339) + reasonEnd
}

// retryAfter is when clients of a tenant that is being imported send their requests again. Without it an identity provider
// that writes already here, or comes early, would give up what it sends: a leaver would stay. A shorter time
// is of no use, because processes serve the tenant again up to a minute after the import; a longer one delays what waits.
const retryAfter = time.Minute

// halted returns settings with the pause of this import.
func (i *importer) halted(s tenant.Settings) tenant.Settings {
	s.Paused, s.RetryAfter = i.reason(i.began), retryAfter
	return s
}

// interrupted reports whether a tenant is paused by an import, and since when.
func (i *importer) interrupted(s *tenant.Settings) (since time.Time, yes bool) {
	rest, yes := strings.CutPrefix(s.Paused, reasonBegin)
	if !yes {
		return since, false
	}
	text, _, _ := strings.Cut(rest, " ")
	since, err := time.Parse(time.RFC3339, text)
	if err != nil || since.After(i.began) { // by a clock that was ahead
		return i.began, true
	}
	return since, true
}

// pause pauses a tenant that is there, and waits until every process knows it.
func (i *importer) pause(ctx context.Context, had *tenant.Record) error {
	since, yes := i.interrupted(&had.Settings)
	if !yes {
		since = i.o.Now()
		if err := i.Directory.Put(ctx, i.halted(had.Settings)); err != nil {
			return changed(err)
		}
	}
	for {
		left := i.o.Wait - i.o.Now().Sub(since)
		if i.o.Wait < 0 || left <= 0 {
			return nil
		}
		i.o.Progress(Progress{Step: fmt.Sprintf("waiting %s until no process serves the tenant", left.Round(time.Second))})
		if err := async.Sleep(ctx, min(left, time.Second)); err != nil {
			return err
		}
	}
}

// compareSettings counts a difference of the settings.
func (i *importer) compareSettings(had *tenant.Record) error {
	if had.Settings.ID.IsZero() {
		i.tally.add(actionCreate, KindSettings, i.id.String(), 1)
		return nil
	}
	was, err := had.Settings.Document()
	if err != nil {
		return err
	}
	want, err := i.file.settings.Document()
	if err != nil {
		return err
	}
	if bytes.Equal(was, want) {
		i.tally.equal(KindSettings, 1)
		return nil
	}
	i.tally.add(actionChange, KindSettings, i.id.String(), 1, names(was, want)...)
	return nil
}

// put writes settings: those of the file, with the pause of this import or their own.
func (i *importer) put(ctx context.Context, s tenant.Settings) error {
	now, err := i.Directory.Resolve(ctx, i.id)
	if err != nil {
		return err
	}
	s.Version = now.Settings.Version
	was, err := now.Settings.Document()
	if err != nil {
		return err
	}
	want, err := s.Document()
	if err != nil || bytes.Equal(was, want) {
		return err
	}
	if _, yes := i.interrupted(&now.Settings); !yes {
		return ErrChanged
	}
	return changed(i.Directory.Put(ctx, s))
}

// changed is the error of a write of the directory that others have come before.
func changed(err error) error {
	if errors.Is(err, tenant.ErrChanged) {
		return ErrChanged
	}
	return err
}
