package engine

import "testing"

// TestShelf: a sheet comes back, but not one that has become too large. The race detector lets a pool drop some.
func TestShelf(t *testing.T) {
	t.Parallel()
	came := func(size int) bool {
		f := &shelf{most: 100}
		for range 100 {
			f.keep(&sheet{out: make([]byte, 0, size)})
			if f.Get() != nil {
				return true
			}
		}
		return false
	}
	if !came(100) || came(101) {
		t.Errorf("of 100 bytes: %t, of 101: %t", came(100), came(101))
	}
}

// TestShelves: a page takes its sheet from the shelf of its size, and each page that is not released has its own.
func TestShelves(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]*shelf{1: smallSheets, smallPage: smallSheets, smallPage + 1: largeSheets, 100: largeSheets} {
		a, b := sheetOf(n), sheetOf(n)
		if a.from != want || b.from != want || a == b || cap(a.parts) < n || len(a.out)+len(a.parts)+len(a.list)+len(a.resources) > 0 {
			t.Errorf("%d resources: %+v, %+v", n, a, b)
		}
	}
}
