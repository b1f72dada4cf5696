package main

import (
	"net/http"
	"runtime"
	"syscall"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// feedRows compare a create with the feed and without it. The limit is a tenth more. It is of the time of the processor,
// collections of garbage included, because the feed keeps what it has.
func feedRows() []*row {
	on := func() scim.Store { return memory.New() }
	return []*row{{name: "create, feed on (against off)", ours: createBench(on), peer: createBench(newMemory), limit: 1.1, maxAllocs: -1, time: "1s"}}
}

// createBench returns a bench that creates users through the whole handler, in a new store.
func createBench(store func() scim.Store) bench {
	return func(b *testing.B) {
		s := newSide("ours", newOursOn(store()), oursBase)
		bodies := make([]string, b.N)
		for i := range bodies {
			bodies[i] = userBody(i)
		}
		runtime.GC()
		b.ReportAllocs()
		b.ResetTimer()
		before := processorTime()
		for _, body := range bodies {
			s.do(http.MethodPost, "/Users", body, http.StatusCreated)
		}
		b.ReportMetric(float64(processorTime()-before)/float64(b.N), processor)
	}
}

// processor is the metric of the time of the processor. A row whose benches report it is compared by it.
const processor = "cpu-ns/op"

// processorTime is the time that this process has had of the processor, in nanoseconds.
func processorTime() int64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}
