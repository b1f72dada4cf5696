package chain

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/internal/seeds"
	"github.com/scimstack/scimstack/internal/sqltest"
)

var oneSeed = flag.Uint64("chain.seed", 0, "the only seed to play; 0 plays those of the test")

func TestMain(m *testing.M) { sqltest.Main(m) }

func TestMemory(t *testing.T)   { t.Parallel(); play(t, onMemory, 400) }
func TestSQLite(t *testing.T)   { t.Parallel(); play(t, onSQLite, 60) }
func TestPostgres(t *testing.T) { t.Parallel(); play(t, onPostgres, 60) }
func TestDynamoDB(t *testing.T) { t.Parallel(); play(t, onDynamo, racing.Size(40, 100)) }

const clients, users, groups = 6, 3, 2

// play lets clients send so many requests each, and checks what they saw.
func play(t *testing.T, on func(*testing.T, uint64) *service, steps int) {
	t.Helper()
	for _, seed := range seeds.Of(t, *oneSeed, "CHAINS", racing.Size(1, 3)) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := &world{service: on(t, seed), names: map[string]string{}, mails: []string{"first@example.com"}, newest: map[string]int64{}}
			first := &client{world: w, r: rand.New(rand.NewPCG(seed, 0))}
			for i := range users + groups {
				if err := first.create(map[bool]string{true: "Users", false: "Groups"}[i < users]); err != nil {
					t.Fatal(err)
				}
			}
			w.clients(t, seed, steps)
			w.settle(t)
			for _, id := range w.users {
				first.get("Users", id)
			}
			for _, id := range w.groups {
				first.get("Groups", id)
			}
			w.check(t)
		})
	}
}

// clients sends requests from all clients at once.
func (w *world) clients(t *testing.T, seed uint64, steps int) {
	t.Helper()
	waits := make([]<-chan error, clients)
	for i := range waits {
		waits[i] = async.Go(func() error {
			c := &client{world: w, n: i + 1, r: rand.New(rand.NewPCG(seed, uint64(i+1)))}
			for range steps {
				c.step()
			}
			return nil
		})
	}
	for _, done := range waits {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// check compares all that was seen with the feed.
func (w *world) check(t *testing.T) {
	t.Helper()
	facts, err := w.facts()
	if err != nil {
		t.Fatal(err)
	}
	all, err := chains(facts)
	if err != nil {
		t.Fatal(err)
	}
	left := map[string]bool{}
	for id, c := range all {
		left[id] = c.removed
	}
	byID, counts := map[string][]seen{}, map[int]int{}
	for _, s := range w.seen {
		byID[s.id] = append(byID[s.id], s)
		counts[s.status]++
	}
	for id, list := range byID {
		c := all[id]
		if c == nil {
			t.Errorf("%s is not in the feed", id)
			continue
		}
		c.lags, c.left = w.lags, left
		if err := c.check(list); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	t.Logf("%d resources, %d facts, answers by status %v", len(all), len(facts), counts)
}
