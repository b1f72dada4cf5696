package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

// TestPaceCollector: the next collection is about garbageFloor away, whatever is in use, and by a share of what is in use if
// that is more. Afterwards it is as before.
func TestPaceCollector(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	release := paceCollector()
	for _, size := range []uint64{1 << 20, 60 << 20, 400 << 20, 1 << 20} {
		inUse := make([]byte, size)
		end := time.Now().Add(2 * time.Minute)
		for {
			runtime.GC() // more than once: the pace follows one collection later if that before has just set it
			live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/heap/goal:bytes"}}
			metrics.Read(live)
			want := max(garbageFloor, live[0].Value.Uint64()/garbageShare) // other tests may have something in use, too
			if got := live[1].Value.Uint64() - live[0].Value.Uint64(); got > want*8/10 && got < want*13/10 {
				break
			} else if time.Now().After(end) {
				t.Fatalf("%d bytes in use: the next collection is %d away, want about %d", size, got, want)
			}
			time.Sleep(time.Millisecond)
		}
		runtime.KeepAlive(inUse)
	}
	release()
	if was := debug.SetGCPercent(100); was != 100 {
		t.Errorf("afterwards the percentage is %d", was)
	}
}

// TestPercentFor: the goal, which is that of package runtime, is about garbageFloor away from nearly nothing, too.
func TestPercentFor(t *testing.T) {
	t.Parallel()
	for live := uint64(0); live < 64<<20; live += 100 << 10 {
		percent := percentFor(live)
		goal := max(live+live*percent/100, leastGoal*percent/100)
		if got := goal - live; got > garbageFloor+1<<20 || got < garbageFloor*8/10 {
			t.Errorf("%d bytes in use: the next collection is %d away, want about %d", live, got, garbageFloor)
		}
	}
}

// TestPaceCollectorOff: the environment has the last word.
func TestPaceCollectorOff(t *testing.T) {
	t.Setenv("GOGC", "77")
	debug.SetGCPercent(77)
	paceCollector()()
	if was := debug.SetGCPercent(100); was != 77 {
		t.Errorf("the percentage is %d", was)
	}
}
