package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// garbageFloor and garbageShare are how much garbage there is when the collector begins: so many bytes, or that share of
// what is in use if it is more.
const (
	garbageFloor = 28 << 20
	garbageShare = 4
)

// paceCollector keeps garbage at garbageFloor or garbageShare. By default there may be as much of it as of what is in
// use. That is too little in a server that holds little: a thousand users are a few megabytes, which some hundred
// requests allocate, and at 24 MB a GET took a tenth less processor time, a create a sixth and a page a quarter. And it
// is much for a hundred thousand users, of whom a collection costs little, because a resource in memory has no pointers.
// GOGC or GOMEMLIMIT in the environment turn it off.
func paceCollector() (release func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	const byDefault = 100
	p := &pacer{percent: byDefault}
	p.collected()
	return func() {
		p.done.Store(true)
		debug.SetGCPercent(byDefault)
	}
}

// pacer sets the percentage of the collector after each collection.
type pacer struct {
	percent uint64
	done    atomic.Bool
}

func (p *pacer) collected() {
	if p.done.Load() {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	p.set(percentFor(live[0].Value.Uint64()))
	type mark struct{ _ *byte } // of the next collection, which finds it unused
	runtime.AddCleanup(&mark{}, (*pacer).collected, p)
}

// set sets a percentage. That stops the program for a moment, so a small difference is left out.
func (p *pacer) set(percent uint64) {
	if d := p.percent / 20; percent < p.percent-d || percent > p.percent+d {
		p.percent = percent
		debug.SetGCPercent(int(percent))
	}
}

// leastGoal is what a percentage of 100 lets a heap grow to in any case; another percentage, that share of it.
const leastGoal = 4 << 20

// percentFor is the percentage of what is in use that garbage may be.
func percentFor(live uint64) uint64 {
	garbage := max(garbageFloor, live/garbageShare)
	return min(100*garbage/max(live, 1), 100*(live+garbage)/leastGoal)
}
