package async

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestStartReturnsResults(t *testing.T) {
	t.Parallel()
	wait := Start(func() (int, error) { return 7, nil })
	for range 2 { // may be asked again
		if n, err := wait(); n != 7 || err != nil {
			t.Fatalf("got %d, %v", n, err)
		}
	}
	want := errors.New("no")
	if _, err := Start(func() (int, error) { return 0, want })(); !errors.Is(err, want) {
		t.Fatalf("got %v", err)
	}
}

func TestPanicsBecomeErrors(t *testing.T) {
	t.Parallel()
	boom := func() (int, error) { panic("boom") }
	_, started := Start(boom)()
	one := Each(t.Context(), 4, []int{1}, func(context.Context, int) error { panic("boom") })
	many := Each(t.Context(), 4, []int{1, 2, 3}, func(context.Context, int) error { panic("boom") })
	gone := <-Go(func() error { panic("boom") })
	for name, err := range map[string]error{"Start": started, "Each of one": one, "Each": many, "Go": gone} {
		var p *PanicError
		if !errors.As(err, &p) || p.Value != "boom" || len(p.Stack) == 0 {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestEachBoundsAndJoins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var running, most, done atomic.Int32
		parts := slices.Repeat([]int{1}, 20)
		err := Each(t.Context(), 3, parts, func(context.Context, int) error {
			most.Store(max(most.Load(), running.Add(1)))
			time.Sleep(time.Second)
			running.Add(-1)
			done.Add(1)
			return nil
		})
		if err != nil || most.Load() > 3 || done.Load() != 20 {
			t.Errorf("err %v, most %d, done %d", err, most.Load(), done.Load())
		}
	})
}

func TestEachStopsAtTheFirstError(t *testing.T) {
	t.Parallel()
	want := errors.New("no")
	var mu sync.Mutex
	var started []int
	err := Each(t.Context(), 1, []int{1, 2, 3, 4}, func(_ context.Context, n int) error {
		mu.Lock()
		defer mu.Unlock()
		if started = append(started, n); n == 2 {
			return want
		}
		return nil
	})
	if !errors.Is(err, want) || len(started) > 3 {
		t.Errorf("err %v after %v", err, started)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Each(ctx, 2, []int{1, 2}, func(context.Context, int) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}
