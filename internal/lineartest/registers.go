package lineartest

import (
	"fmt"

	"github.com/anishathalye/porcupine"
)

// Register is a resource with a version and a value.
type Register struct {
	Version int64
	Value   string
}

// Access is an operation on a register: a read if Value is "", otherwise a write under the condition that
// the version is Match, or under none if Match is 0.
type Access struct {
	Register int
	Value    string
	Match    int64
}

// Answer is the result of an access.
type Answer struct {
	Register        // as read or written
	Refused, Unsure bool
}

// Registers is the model: every register has its first version, with the value "first", to begin with. A
// write that was refused has not been performed.
func Registers() porcupine.Model {
	return porcupine.Model{
		Partition: By(func(in any) int { return in.(Access).Register }),
		Init:      func() any { return Register{1, "first"} },
		Step: func(state, input, output any) (bool, any) {
			now, in, out := state.(Register), input.(Access), output.(Answer)
			holds := in.Match == 0 || in.Match == now.Version
			next := Register{now.Version + 1, in.Value}
			switch {
			case in.Value == "":
				return out.Unsure || out.Register == now, now
			case out.Unsure && !holds:
				return true, now
			case out.Unsure:
				return true, next
			case out.Refused:
				return !holds, now
			}
			return holds && out.Register == next, next
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
	}
}

// By splits a history by a key of the inputs: operations with different keys do not concern each other.
func By[K comparable](key func(in any) K) func([]porcupine.Operation) [][]porcupine.Operation {
	return func(all []porcupine.Operation) (out [][]porcupine.Operation) {
		by := map[K][]porcupine.Operation{}
		for _, op := range all {
			by[key(op.Input)] = append(by[key(op.Input)], op)
		}
		for _, ops := range by {
			out = append(out, ops)
		}
		return out
	}
}
