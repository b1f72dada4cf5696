package memory_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
)

// TestIndex compares the hash table with a map in many random steps, while it grows to two hundred pages and while it
// becomes empty again. Some hashes are those of several numbers.
func TestIndex(t *testing.T) {
	t.Parallel()
	var x memory.Index
	want := map[uint32][]uint32{}
	r := rand.New(rand.NewPCG(1, 2))
	type pair struct{ h, n uint32 }
	var all []pair
	check := func(h uint32) {
		if got := x.Of(h); !slices.Equal(got, want[h]) {
			t.Fatalf("%d pairs, hash %x: %v, want %v", len(all), h, got, want[h])
		}
	}
	for step, size := 0, 60_000; step < size || len(all) > 0; step++ {
		grow := 70
		if step > size {
			grow = 30
		}
		var p pair
		if len(all) == 0 || r.IntN(100) < grow {
			p = pair{r.Uint32(), uint32(step)}
			if len(all) > 0 && r.IntN(4) == 0 {
				p.h = all[r.IntN(len(all))].h
			}
			x.Add(p.h, p.n)
			all, want[p.h] = append(all, p), append(want[p.h], p.n)
			slices.Sort(want[p.h])
		} else {
			at := r.IntN(len(all))
			p = all[at]
			all[at] = all[len(all)-1]
			all = all[:len(all)-1]
			x.Remove(p.h, p.n)
			want[p.h] = slices.DeleteFunc(want[p.h], func(n uint32) bool { return n == p.n })
		}
		check(p.h)
		check(p.h ^ 1<<r.IntN(32)) // a neighbour, which mostly has none
		if x.Size() != len(all) {
			t.Fatalf("%d pairs, want %d", x.Size(), len(all))
		}
		if n := x.Longest(); step%5000 == 0 && n > 400 {
			t.Fatalf("a page has %d of %d pairs", n, len(all))
		}
	}
}
