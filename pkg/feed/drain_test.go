package feed_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/scim"
)

// leaving calls a function right before a place is released.
type leaving struct {
	feed.Positions
	before func()
}

func (l *leaving) Leave(ctx context.Context, p feed.Place, owner string) error {
	if f := l.before; f != nil {
		l.before = nil
		f()
	}
	return l.Positions.Leave(ctx, p, owner)
}

// TestDrainLooksAgain: a fact that is new when one call has read for the last time, and whose own call finds the place taken,
// is handled by the first call: no third one is needed.
func TestDrainLooksAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, err := scim.ParseTenantID("acme")
	w.must(err)
	var got []int64
	places := &leaving{Positions: feed.NewMemoryPositions(nil)}
	c := feed.Consumer{
		Source: w.source, Positions: places, Name: "test", FromNow: true,
		Handle: func(_ context.Context, f feed.Fact) error { got = append(got, f.Seq); return nil },
	}
	w.must(c.Drain(t.Context(), id)) // begins here
	w.create("User", map[string]any{"userName": "ann"})
	places.before = func() {
		w.create("User", map[string]any{"userName": "ben"})
		if err := c.Drain(t.Context(), id); !errors.Is(err, feed.ErrTaken) {
			t.Error("the second call:", err)
		}
	}
	w.must(c.Drain(t.Context(), id))
	if want := []int64{1, 2}; !slices.Equal(got, want) {
		t.Errorf("handled: %v, want %v", got, want)
	}
}
