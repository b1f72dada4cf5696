package mirror

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
)

// mortal is the connection of one process to its positions: after its end nothing is written.
type mortal struct {
	feed.Positions
	dead *atomic.Bool
}

var errKilled = errors.New("killed")

func (m mortal) Move(ctx context.Context, p feed.Place, owner string, to feed.Moved) error {
	if m.dead.Load() {
		return errKilled
	}
	return m.Positions.Move(ctx, p, owner, to)
}

func (m mortal) Leave(ctx context.Context, p feed.Place, owner string) error {
	if m.dead.Load() {
		return errKilled
	}
	return m.Positions.Leave(ctx, p, owner)
}

// live runs one life of the consumer, which ends after some facts, or when stop says so.
func live(ctx context.Context, c feed.Consumer, app *table, facts int, stop func() bool) error {
	var dead atomic.Bool
	ctx, kill := context.WithCancel(ctx)
	defer kill()
	var handled atomic.Int64
	c.Positions = mortal{c.Positions, &dead}
	c.Handle = func(_ context.Context, f feed.Fact) error {
		if dead.Load() {
			return errKilled
		}
		app.handle(f)
		if handled.Add(1) == int64(facts) {
			dead.Store(true) // as SIGKILL does: after the work, before the position is kept
			kill()
		}
		return nil
	}
	c.Anew = func(_ context.Context, t scim.TenantID, seq int64, all iter.Seq2[feed.Fact, error]) error {
		return app.anew(t, seq, all)
	}
	done := async.Go(func() error { return c.Run(ctx) })
	for {
		select {
		case err := <-done:
			if errors.Is(err, context.Canceled) {
				err = nil
			}
			return err
		case <-time.After(20 * time.Millisecond):
			if stop() {
				kill()
			}
		}
	}
}
