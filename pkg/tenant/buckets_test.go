package tenant_test

import (
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestBuckets: the number of buckets is bounded, and making room forgets no empty bucket while
// full ones are there.
func TestBuckets(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	b := tenant.NewBuckets[int](func() time.Time { return now })
	take := func(key int) bool {
		_, ok := b.Take(key, 1, 1)
		return ok
	}
	for key := range 9000 {
		if !take(key) {
			t.Fatalf("the first of %d is refused", key)
		}
	}
	now = now.Add(time.Second) // all are full again
	if !take(1) || take(1) {
		t.Error("a bucket of one token holds another number")
	}
	for key := range 2000 {
		take(10000 + key)
	}
	if wait, ok := b.Take(1, 1, 1); ok || wait != time.Second {
		t.Error("an empty bucket was forgotten", wait, ok)
	}
	if _, ok := b.Take(1, 1, 2); !ok {
		t.Error("a new burst does not start with a full bucket")
	}
	for key := range 20000 {
		take(100000 + key)
	}
	if !take(2) {
		t.Error("where all buckets are empty, all are dropped")
	}
}
