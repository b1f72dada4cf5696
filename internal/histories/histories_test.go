package histories

import (
	"flag"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/internal/seeds"
	"github.com/scimstack/scimstack/internal/sqltest"
)

var oneSeed = flag.Uint64("histories.seed", 0, "the only history to play; 0 plays those of the test")

// TestHistories: random requests have the same answers on every store.
func TestHistories(t *testing.T) {
	t.Parallel()
	histories(t, racing.Size(18, dynamotest.Size(48, 600)), "memory", "respelled", "sqlite", "dynamo")
}

// TestPostgres: Postgres, too, if there is one.
func TestPostgres(t *testing.T) {
	t.Parallel()
	sqltest.NeedPostgres(t)
	histories(t, racing.Size(6, dynamotest.Size(24, 300)), "memory", "postgres")
}

func TestMain(m *testing.M) { sqltest.Main(m) }

// histories plays n of them, or those that are asked for.
func histories(t *testing.T, n int, stores ...string) {
	t.Helper()
	byKind := map[int][]uint64{}
	for _, seed := range seeds.Of(t, *oneSeed, "HISTORIES", n) {
		kind := generate(seed).kind
		byKind[kind] = append(byKind[kind], seed)
	}
	for kind, list := range byKind {
		t.Run(kinds[kind].name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, stores...)
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
	t.Errorf("seed %d, a tenant of the kind %q:\n%s\n%s\nTo repeat it: go test ./internal/histories -run %s -histories.seed=%d",
		h.seed, kinds[h.kind].name, short, d, strings.SplitN(t.Name(), "/", 2)[0], h.seed)
	return false
}
