package memory_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/storetest"
)

func open(*testing.T) scim.Store { return memory.New() }

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Behaviour(t, open)
	storetest.Jumps(t, open)
	storetest.Renames(t, open, 0)
	storetest.Conflict(t, open)
	storetest.Concurrency(t, open)
	storetest.Leavers(t, open, 0)
	storetest.Feed(t, open, 0)
}

// TestCollisions: keys with the same hash are told apart.
func TestCollisions(t *testing.T) {
	t.Parallel()
	storetest.Behaviour(t, func(*testing.T) scim.Store {
		s := memory.New()
		s.Collide(2)
		return s
	})
}

// TestOrder compares the chunked order with a sorted slice in thousands of random steps.
func TestOrder(t *testing.T) {
	t.Parallel()
	o, want := memory.NewOrder(), []string{}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		s := fmt.Sprintf("%05d", r.IntN(3000))
		i, found := slices.BinarySearch(want, s)
		if r.IntN(3) > 0 {
			o.Insert(s)
			if !found {
				want = slices.Insert(want, i, s)
			}
		} else {
			o.Remove(s)
			if found {
				want = slices.Delete(want, i, i+1)
			}
		}
		offset, limit := r.IntN(len(want)+2), r.IntN(5)
		got, more := o.Page("", offset, limit)
		from, to := min(offset, len(want)), min(offset+limit, len(want))
		if !slices.Equal(got, want[from:to]) || more != (to < len(want)) {
			t.Fatalf("page %d+%d: %v, want %v", offset, limit, got, want[from:to])
		}
		got, _ = o.Page(s, 0, 3)
		i, found = slices.BinarySearch(want, s)
		if found {
			i++
		}
		if !slices.Equal(got, want[i:min(i+3, len(want))]) {
			t.Fatalf("after %s: %v", s, got)
		}
	}
}
