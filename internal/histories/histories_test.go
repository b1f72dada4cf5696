package histories

import (
	"flag"
	"testing"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/internal/seeds"
)

var oneSeed = flag.Uint64("histories.seed", 0, "the only history to play; 0 plays those of the test")

// TestHistories: random requests have the same answers on every store.
func TestHistories(t *testing.T) {
	t.Parallel()
	byKind := map[int][]uint64{}
	for _, seed := range seeds.Of(t, *oneSeed, "HISTORIES", racing.Size(18, dynamotest.Size(48, 600))) {
		kind := generate(seed).kind
		byKind[kind] = append(byKind[kind], seed)
	}
	for kind, list := range byKind {
		t.Run(kinds[kind].name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "memory", "respelled", "sqlite", "dynamo")
			for _, seed := range list {
				if !w.check(t, generate(seed)) {
					return // the others of this kind probably differ for the same reason
				}
			}
		})
	}
}

// check plays a history and reports whether all answers are equal. A difference is an error of the test, with the
// shortest history that shows it.
func (w *world) check(t *testing.T, h history) bool {
	t.Helper()
	d := w.compare(t, h)
	if d == nil {
		return true
	}
	t.Logf("seed %d, which is made shorter now: %s", h.seed, d) // in case that takes longer than the test may
	pair := newWorld(t, d.stores[0], d.stores[1])
	short, d := shrink(h, d, func(h history) *difference { return pair.compare(t, h) })
	t.Errorf("seed %d, a tenant of the kind %q:\n%s\n%s\nTo repeat it: go test ./internal/histories -run TestHistories -histories.seed=%d",
		h.seed, kinds[h.kind].name, short, d, h.seed)
	return false
}
