package still

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

const (
	beat   = 20 * time.Millisecond
	enough = time.Second // a longer pause may reach a time limit
	trials = 5
)

// Watch knows how long this process was not run. Make it with NewWatch.
type Watch struct {
	mu      sync.Mutex
	last    time.Time
	longest time.Duration
}

// NewWatch returns a Watch that works until ctx ends.
func NewWatch(ctx context.Context) *Watch {
	w := &Watch{last: time.Now()}
	async.Go(func() error {
		for async.Sleep(ctx, beat) == nil {
			w.Stood()
		}
		return nil
	})
	return w
}

// Stood reports whether the process stood still for so long, since the Watch was made, that a time limit may have passed
// meanwhile.
func (w *Watch) Stood() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	w.longest, w.last = max(w.longest, now.Sub(w.last)), now
	return w.longest >= enough
}

// Steady runs a trial, and again if it fails while the process stood still. An error of a trial without such a pause fails
// the test at once, and so does a pause in each of several trials.
func Steady(t *testing.T, trial func() error) {
	t.Helper()
	for n := 1; ; n++ {
		ctx, stop := context.WithCancel(t.Context())
		w := NewWatch(ctx)
		err := trial()
		stood := w.Stood()
		stop()
		switch {
		case err == nil:
			return
		case !stood:
			t.Fatal(err)
		case n == trials:
			t.Fatalf("the machine stood still in each of %d trials: %v", trials, err)
		}
		t.Logf("the machine stood still: %v; once more", err)
	}
}
