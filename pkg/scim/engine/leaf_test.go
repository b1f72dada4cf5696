package engine

import "testing"

// TestLeaves: each leaf that is not released has a buffer of its own, and one that has become too large does not come
// back. The race detector lets a pool drop some.
func TestLeaves(t *testing.T) {
	t.Parallel()
	a, b := leafOf(10), leafOf(10)
	if a == b || len(a.out)+len(b.out) > 0 || cap(a.out) < 10 {
		t.Errorf("%+v, %+v", a, b)
	}
	large := leafOf(mostLeaf + 1)
	for range 100 {
		large.keep()
		if leafOf(1) == large {
			t.Fatal("a large buffer came back")
		}
	}
}
