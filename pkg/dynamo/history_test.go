package dynamo_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/scimstack/scimstack/internal/dynamotest"
)

// history records concurrent operations, for the checker of linearizability.
type history struct {
	mu    sync.Mutex
	begin time.Time
	ops   []porcupine.Operation
}

// done records an operation that began at start. One with an unknown outcome may take effect at any
// later time, or never: it does not return.
func (h *history) done(client int, start time.Time, in, out any, unknown bool) {
	end := int64(time.Since(h.begin))
	if unknown {
		end = math.MaxInt64
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: in, Output: out, Call: int64(start.Sub(h.begin)), Return: end})
}

// check fails the test if the history is illegal, and says how many outcomes were unknown.
func (h *history) check(t *testing.T, m porcupine.Model) {
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

// clients runs n clients at the same time.
func (h *history) clients(n int, run func(client int, random *rand.Rand)) {
	h.begin = time.Now()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { run(i, rand.New(rand.NewPCG(uint64(i), 5))) })
	}
	wg.Wait()
}

// losing fails 8 % of the requests; half of them have taken effect.
func losing(seed uint64) func(string, int) dynamotest.Fault {
	return dynamotest.Randomly(seed, 0.08, dynamotest.DropAfter, dynamotest.DropAfter, dynamotest.DropBefore, dynamotest.InternalError)
}

// register is a resource with a version and a value.
type register struct {
	version int64
	value   string
}

// access is an operation on a register: a read if value is "", otherwise a write under the
// condition that the version is match, or under none if match is 0.
type access struct {
	register int
	value    string
	match    int64
}

// answer is the result of an access.
type answer struct {
	register        // as read or written
	refused, unsure bool
}

// registers is the model: every register has its first version to begin with. A write that was
// refused has not been performed.
var registers = porcupine.Model{
	Partition: func(all []porcupine.Operation) [][]porcupine.Operation {
		by := map[int][]porcupine.Operation{}
		for _, op := range all {
			n := op.Input.(access).register
			by[n] = append(by[n], op)
		}
		return values(by)
	},
	Init: func() any { return register{1, "first"} },
	Step: func(state, input, output any) (bool, any) {
		now, in, out := state.(register), input.(access), output.(answer)
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
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
}

func values[K comparable](by map[K][]porcupine.Operation) (out [][]porcupine.Operation) {
	for _, ops := range by {
		out = append(out, ops)
	}
	return out
}

// naming is an operation on a unique name.
type naming struct {
	name, verb, id string // create, delete or find
}

// named is its result: what was found, or that it was refused (taken, not found).
type named struct {
	id              string
	refused, unsure bool
}

// names is the model of unique names: the state is the id of the holder.
var names = porcupine.Model{
	Partition: func(all []porcupine.Operation) [][]porcupine.Operation {
		by := map[string][]porcupine.Operation{}
		for _, op := range all {
			n := op.Input.(naming).name
			by[n] = append(by[n], op)
		}
		return values(by)
	},
	Init: func() any { return "" },
	Step: func(state, input, output any) (bool, any) {
		holder, in, out := state.(string), input.(naming), output.(named)
		if in.verb == "find" {
			return out.unsure || out.id == holder, holder
		}
		before, after := "", in.id
		if in.verb == "delete" {
			before, after = in.id, ""
		}
		possible := holder == before
		switch {
		case out.unsure && possible:
			return true, after
		case out.unsure:
			return true, holder
		case out.refused:
			return !possible, holder
		}
		return possible, after
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
}
