package soak

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

const (
	workers = 32
	// growth is how much larger the heap may be at the end than after the first minute, by as much data as the store has
	// then, and slack what a small heap may differ by anyway.
	growth = 1.25
	slack  = 2 << 20
	// long is the shortest run that says whether the heap grows, and warm how many operations of each client come first:
	// on a slow store a minute is too short for the groups to get the members that they will have.
	long = 2 * time.Minute
	warm = 50
)

func TestSoakMemory(t *testing.T) { soak(t, onMemory) }

func TestSoakDynamo(t *testing.T) { soak(t, onDynamo) }

// duration is how long one store is tested, and round how long the workers run between two pauses.
func duration(t *testing.T) (all, round time.Duration) {
	all, round = 4*time.Second, time.Second
	if text := os.Getenv("SOAK"); text != "" {
		var err error
		if all, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
		round = min(15*time.Second, all/4)
	}
	return all, round
}

func soak(t *testing.T, open func(*testing.T) *service) {
	before := runtime.NumGoroutine()
	t.Run("workers", func(t *testing.T) { run(t, open(t)) })
	// The service is closed now. Its goroutines end soon after.
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if runtime.NumGoroutine() <= before {
			return
		}
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
}

func run(t *testing.T, s *service) {
	w := newWorld(t, s)
	var common []string
	for i := range shared {
		name := fmt.Sprintf("common-%d", i)
		a := s.do("POST", "/Users", userBody(name, "t", "true", name+"@x.example", name), "", 0)
		if a.status != 201 {
			t.Fatal(a)
		}
		common = append(common, a.text("id"))
	}
	all := make([]*worker, workers)
	for i := range all {
		all[i] = &worker{world: w, n: i, common: common, seen: map[string]string{}}
	}
	total, round := duration(t)
	if total >= long { // with all users and groups that there will be
		if err := async.Each(t.Context(), workers, all, func(_ context.Context, k *worker) error { k.fill(); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	begun := time.Now()
	var first uint64 // the heap to compare with
	var data float64 // what the store had then
	for time.Since(begun) < total && w.faults <= 10 {
		s.faults(true)
		until := time.Now().Add(round)
		if err := async.Each(t.Context(), workers, all, func(_ context.Context, k *worker) error {
			for time.Now().Before(until) {
				k.step()
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		s.faults(false)
		s.quiet(t)
		w.inspect(all)
		s.settle(t)
		if total < long || first == 0 && time.Since(begun) > time.Minute && w.operations() >= warm*workers {
			first, data = heap(), s.data(t)
		}
	}
	if first == 0 {
		t.Fatalf("%s: too few to say whether the heap grows", w.summary())
	}
	last, grown := heap(), max(1, s.data(t)/data)
	t.Logf("%s; heap %.1f MB, then %.1f MB with %.2f times the data", w.summary(), float64(first)/1e6, float64(last)/1e6, grown)
	if float64(last) > growth*grown*float64(first)+slack && total >= long {
		t.Errorf("the heap grew from %d to %d bytes, and the data %.2f times", first, last, grown)
	}
}

// heap is the size of what is in use.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
