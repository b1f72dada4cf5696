package dynamo_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestKilledInTheMiddle kills the server's process while it replaces the members of a group, at a
// different point each time. Every read returns the members before or after the change, never a
// mix, and the next write succeeds.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	rounds, n := dynamotest.Size(4, 20), dynamotest.Size(200, 5000)
	w := newWorld(t, scim.Limits{})
	w.lease = dynamotest.Size(1500*time.Millisecond, 3*time.Second) // a whole write must fit into it
	if racing.Enabled {
		w.lease = 3 * time.Second
	}
	users := seed(t, w.store, n+n/2)
	before, after := users[:n], users[n/2:]
	_, other := w.spawn(t)
	g := other.create("/Groups", `{"displayName":"g","members":[`+references(before)+`]}`)
	random := rand.New(rand.NewPCG(1, 2))
	olds := 0
	for round := range rounds {
		nth, fault := 1+random.IntN(n+3), dynamotest.DropBefore
		if round%4 == 3 { // the last write, which makes the new members visible
			nth, fault = n+3, dynamotest.DropAfter
		}
		if !w.killDuring(t, replacement{g, before, after}, nth, fault) {
			olds++
		}
		// The next write recovers from any state.
		if status, m := other.do("PUT", "/Groups/"+g, `{"displayName":"g","members":[`+references(before)+`]}`); status != 200 {
			t.Fatalf("round %d: the next write got %d %v", round, status, m)
		}
		if d := cmp.Diff(before, w.allMembers(t, g, 1000)); d != "" {
			t.Fatalf("round %d: after recovery: %.500s", round, d)
		}
	}
	t.Logf("%d rounds: the old members %d times, the new ones %d times", rounds, olds, rounds-olds)
}

// replacement is a change of all members of a group.
type replacement struct {
	group         string
	before, after []string
}

// killDuring replaces members in a process that is killed at its nth write, while another one
// reads. It reports whether the change took effect.
func (w *world) killDuring(t *testing.T, r replacement, nth int, fault dynamotest.FaultKind) bool {
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
				w.oneState(t, r)
			}
		}
	})
	c.TB = quiet{t} // its connection breaks
	c.once("PUT", "/Groups/"+r.group, `{"displayName":"g","members":[`+references(r.after)+`]}`)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	close(stop)
	reader.Wait()
	w.engine.Inject(nil)
	return w.oneState(t, r)
}

// oneState reads the group and reports whether it is in the new state. Any state but the old and
// the new one is an error.
func (w *world) oneState(t *testing.T, r replacement) (isNew bool) {
	t.Helper()
	l, err := w.store.Members(t.Context(), id(t, "acme"), r.group, scim.Page{Limit: 100_000})
	if err != nil {
		t.Error(err)
		return false
	}
	ids := make([]string, len(l.Members))
	for i, m := range l.Members {
		ids[i] = m.ID
	}
	if isNew = slices.Equal(ids, r.after); !isNew && !slices.Equal(ids, r.before) {
		t.Errorf("neither the old nor the new members: %d of them", len(ids))
	}
	return isNew
}

// quiet is a test whose client may fail.
type quiet struct{ testing.TB }

func (quiet) Error(...any) {}
