// Package racing tells tests whether the race detector is there, which takes about ten times as long.
//
//	make test   -race      small sizes; what one goroutine does alone is tested with fewer rounds, or not at all
//	make large  no -race   the same tests at their size (also a part of make ci)
package racing

import "testing"

// Size returns the size of a test: all without the race detector, and few with it.
func Size[T any](few, all T) T {
	if Enabled {
		return few
	}
	return all
}

// Skip skips a test that takes minutes under the race detector. make large runs it without.
func Skip(t testing.TB) {
	t.Helper()
	if Enabled {
		t.Skip("takes minutes under the race detector; make large runs it without")
	}
}
