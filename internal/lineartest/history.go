package lineartest

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/scimstack/scimstack/internal/async"
)

// History records concurrent operations. The zero value is ready.
type History struct {
	Seed uint64 // of the random numbers of the clients

	mu    sync.Mutex
	begin time.Time
	ops   []porcupine.Operation
}

// Clients runs n clients at the same time, each with random numbers of its own, and waits for them.
func (h *History) Clients(n int, run func(client int, random *rand.Rand)) {
	h.begin = time.Now()
	waits := make([]<-chan error, n)
	for i := range n {
		waits[i] = async.Go(func() error { run(i, rand.New(rand.NewPCG(uint64(i), h.Seed))); return nil })
	}
	for _, done := range waits {
		if err := <-done; err != nil {
			panic(err)
		}
	}
}

// Done records an operation that began at start. One with an unknown outcome may take effect at any later
// time, or never: it does not return.
func (h *History) Done(client int, start time.Time, in, out any, unknown bool) {
	end := int64(time.Since(h.begin))
	if unknown {
		end = math.MaxInt64
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: in, Output: out, Call: int64(start.Sub(h.begin)), Return: end})
}

// Check fails the test if the history is illegal, and logs how many outcomes were unknown.
func (h *History) Check(t testing.TB, m porcupine.Model) {
	t.Helper()
	unknown := 0
	for _, op := range h.ops {
		if op.Return == math.MaxInt64 {
			unknown++
		}
	}
	switch porcupine.CheckOperationsTimeout(m, h.ops, time.Minute) {
	case porcupine.Illegal:
		t.Errorf("an illegal history of %d operations, %d with an unknown outcome", len(h.ops), unknown)
	case porcupine.Unknown:
		t.Logf("the check of %d operations was given up", len(h.ops))
	case porcupine.Ok:
		t.Logf("%d operations, %d with an unknown outcome", len(h.ops), unknown)
	}
}
