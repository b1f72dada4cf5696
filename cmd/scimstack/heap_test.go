package main

import (
	"runtime"
	"testing"
)

// TestHoldFloor: while the floor is held, the next collection is further away than the heap alone would have it.
func TestHoldFloor(t *testing.T) {
	release := holdFloor()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.NextGC < 2*heapFloor || m.HeapAlloc < heapFloor {
		t.Errorf("the next collection is at %d bytes, %d are in use", m.NextGC, m.HeapAlloc)
	}
	release()
}
