package dynamo_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestKilledInTheMiddle kills the server's process while it replaces members (5,000 at full size), at another
// point each time. Whoever reads sees the members before or after, never a mix, and the next
// write succeeds.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	rounds, n := dynamotest.Size(4, 20), dynamotest.Size(200, 5000)
	w := newWorld(t, scim.Limits{})
	users := seed(t, w.store, n+n/2)
	before, after := users[:n], users[n/2:]
	_, healer := w.spawn(t)
	g := healer.create("/Groups", `{"displayName":"g","members":[`+references(before)+`]}`)
	random := rand.New(rand.NewPCG(1, 2))
	olds := 0
	for round := range rounds {
		nth, fault := 1+random.IntN(n+3), dynamotest.DropBefore
		if round%4 == 3 { // the last write of all, which switches the new members on
			nth, fault = n+3, dynamotest.DropAfter
		}
		if !w.killDuring(t, g, before, after, nth, fault) {
			olds++
		}
		// The next write heals, whatever it finds.
		if status, m := healer.do("PUT", "/Groups/"+g, `{"displayName":"g","members":[`+references(before)+`]}`); status != 200 {
			t.Fatalf("round %d: the next write got %d %v", round, status, m)
		}
		if d := cmp.Diff(before, w.allMembers(t, g, 1000)); d != "" {
			t.Fatalf("round %d: after healing: %.500s", round, d)
		}
	}
	t.Logf("%d rounds: %d times the old members were left, %d times the new ones", rounds, olds, rounds-olds)
}

// killDuring replaces members in a process that is killed at its nth write, while others read.
// It reports whether the change came through.
func (w *world) killDuring(t *testing.T, g string, before, after []string, nth int, fault dynamotest.FaultKind) bool {
	t.Helper()
	cmd, c := w.spawn(t)
	var writes atomic.Int64
	w.engine.Inject(func(op string, _ int) dynamotest.Fault {
		if op != "PutItem" && op != "UpdateItem" && op != "TransactWriteItems" {
			return dynamotest.Fault{}
		}
		switch i := int(writes.Add(1)); {
		case i == nth:
			_ = cmd.Process.Kill()
			return dynamotest.Fault{Kind: fault}
		case i > nth: // sent before the process died; some arrive, some do not
			if i%2 == 0 {
				return dynamotest.Fault{Kind: dynamotest.DropBefore}
			}
		}
		return dynamotest.Fault{}
	})
	stop := make(chan struct{})
	var reader sync.WaitGroup
	reader.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				w.oneState(t, g, before, after)
			}
		}
	})
	c.TB = quiet{t} // its connection breaks
	c.once("PUT", "/Groups/"+g, `{"displayName":"g","members":[`+references(after)+`]}`)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	close(stop)
	reader.Wait()
	w.engine.Inject(nil)
	return w.oneState(t, g, before, after)
}

// oneState reads the group and reports which of two states it is in; another one is an error.
func (w *world) oneState(t *testing.T, g string, before, after []string) (isNew bool) {
	t.Helper()
	l, err := w.store.Members(t.Context(), id(t, "acme"), g, scim.Page{Limit: 100_000})
	if err != nil {
		t.Error(err)
		return false
	}
	ids := make([]string, len(l.Members))
	for i, m := range l.Members {
		ids[i] = m.ID
	}
	if isNew = slices.Equal(ids, after); !isNew && !slices.Equal(ids, before) {
		t.Errorf("neither the old nor the new members: %d of them", len(ids))
	}
	return isNew
}

// quiet is a test whose client may fail.
type quiet struct{ testing.TB }

func (quiet) Error(...any) {}
