package dynamo_test

import (
	"fmt"

	"github.com/anishathalye/porcupine"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/lineartest"
)

// losing fails 8 % of the requests; half of them have taken effect.
func losing(seed uint64) func(string, int) dynamotest.Fault {
	return dynamotest.Randomly(seed, 0.08, dynamotest.DropAfter, dynamotest.DropAfter, dynamotest.DropBefore, dynamotest.InternalError)
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
	Partition: lineartest.By(func(in any) string { return in.(naming).name }),
	Init:      func() any { return "" },
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
