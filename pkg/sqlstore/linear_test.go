package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// TestLinear: with requests that are given up in the middle, every read and write of a resource is one
// step in an order that all clients agree on. ErrVersion says that nothing was written.
func TestLinear(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		s, acme := d.Store(), tenantID(t, "acme")
		for n := range 3 {
			_, err := s.Commit(t.Context(), acme, newUser(n, "first", at.Add(time.Duration(n))))
			if n == 0 {
				must(t, err)
				continue
			}
			var taken *scim.TakenError
			if !errors.As(err, &taken) { // the name is taken: each has its own
				t.Fatal(err)
			}
			_, err = s.Commit(t.Context(), acme, newUser(n, fmt.Sprint("first", n), at))
			must(t, err)
		}
		var h history
		h.clients(6, func(client int, random *rand.Rand) {
			seen := map[int]int64{}
			for i := range 25 {
				in := access{register: random.IntN(3)}
				if random.IntN(5) > 1 {
					in.value = fmt.Sprintf("%d-%d", client, i)
					if random.IntN(2) == 0 {
						in.match = seen[in.register]
					}
				}
				ctx, cancel := t.Context(), context.CancelFunc(func() {})
				if random.IntN(4) == 0 {
					ctx, cancel = context.WithTimeout(ctx, time.Duration(random.IntN(3000))*time.Microsecond)
				}
				start := time.Now()
				r, err := in.do(ctx, s, acme)
				cancel()
				out := outcome{refused: errors.Is(err, scim.ErrVersion)}
				var busy *scim.BusyError
				out.unsure = errors.Is(err, context.DeadlineExceeded) || errors.As(err, &busy)
				if err == nil {
					out.register = register{r.Version, valueIn(r)}
					seen[in.register] = r.Version
				} else if !out.refused && !out.unsure {
					t.Error(err)
				}
				h.done(client, start, in, out)
			}
		})
		h.check(t)
	})
}

// do reads or writes a register. A write changes a key too.
func (in access) do(ctx context.Context, s *sqlstore.Store, acme scim.TenantID) (*scim.Resource, error) {
	if in.value == "" {
		return s.Get(ctx, acme, "User", userID(in.register))
	}
	c := newUser(in.register, in.value, at)
	if c.If = in.match; in.match == 0 {
		c.If = scim.IfAny
	}
	return s.Commit(ctx, acme, c)
}

// valueIn is the value of a register: "first" whatever its number.
func valueIn(r *scim.Resource) string {
	name := strings.Split(string(r.Document), `"`)
	value := name[len(name)-2]
	if strings.HasPrefix(value, "first") {
		return "first"
	}
	return value
}

// history records concurrent operations, for the checker of linearizability.
type history struct {
	mu    sync.Mutex
	begin time.Time
	ops   []porcupine.Operation
}

// clients runs n clients at the same time.
func (h *history) clients(n int, run func(client int, random *rand.Rand)) {
	h.begin = time.Now()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { run(i, rand.New(rand.NewPCG(uint64(i), 7))) })
	}
	wg.Wait()
}

// done records an operation that began at start. One with an unknown outcome may take effect at any
// later time, or never: it does not return.
func (h *history) done(client int, start time.Time, in access, out outcome) {
	end := int64(time.Since(h.begin))
	if out.unsure {
		end = math.MaxInt64
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: in, Output: out, Call: int64(start.Sub(h.begin)), Return: end})
}

func (h *history) check(t *testing.T) {
	t.Helper()
	unsure := 0
	for _, op := range h.ops {
		if op.Return == math.MaxInt64 {
			unsure++
		}
	}
	result := porcupine.CheckOperationsTimeout(registers(), h.ops, time.Minute)
	if result == porcupine.Illegal {
		t.Error("an illegal history")
	}
	t.Logf("%s: %d operations, %d with an unknown outcome", result, len(h.ops), unsure)
}

// register is a resource with a version and a value.
type register struct {
	version int64
	value   string
}

// access is an operation on a register: a read if value is "", otherwise a write under the condition
// that the version is match, or under none if match is 0.
type access struct {
	register int
	value    string
	match    int64
}

// outcome is the result of an access.
type outcome struct {
	register
	refused, unsure bool
}

// registers is the model: every register has its first version to begin with.
func registers() porcupine.Model {
	return porcupine.Model{
		Partition: func(all []porcupine.Operation) (out [][]porcupine.Operation) {
			by := map[int][]porcupine.Operation{}
			for _, op := range all {
				n := op.Input.(access).register
				by[n] = append(by[n], op)
			}
			for _, ops := range by {
				out = append(out, ops)
			}
			return out
		},
		Init: func() any { return register{1, "first"} },
		Step: func(state, input, output any) (bool, any) {
			now, in, out := state.(register), input.(access), output.(outcome)
			holds := in.match == 0 || in.match == now.version
			next := register{now.version + 1, in.value}
			switch {
			case in.value == "":
				return out.unsure || out.register == now, now
			case out.unsure && !holds:
				return true, now
			case out.unsure:
				return true, next
			case out.refused:
				return !holds, now
			}
			return holds && out.register == next, next
		},
	}
}
