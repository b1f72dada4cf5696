package dynamo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// state is what a resource's item says of its edges. A resource that never had members has
// the zero state.
type state struct {
	Had   bool    // there have been members: the edge collection may hold something
	Count int64   // members now
	Seq   int64   // staged writes up to this number are decided
	Void  []int64 // of them, those that were given up: their marks on edges mean nothing
	Pend  *lease  // the staged write under way
}

// lease is the right of one staged write to change the edges of a group.
type lease struct {
	Op    int64 // its number; always Seq+1
	Owner string
	Until time.Time
}

// any makes the zero state nil, as scim.Resource.State has it.
func (s state) any() any {
	if !s.Had && s.Seq == 0 && s.Pend == nil {
		return nil
	}
	return s
}

func stateOf(r *scim.Resource) state {
	if r == nil {
		return state{}
	}
	s, _ := r.State.(state)
	return s
}

func readState(it item) state {
	s := state{Count: numberOf(it, "mc"), Seq: numberOf(it, "seq"), Void: numbersOf(it, "vo")}
	_, s.Had = it["mc"]
	if m, ok := it["pend"].(*types.AttributeValueMemberM); ok {
		s.Pend = &lease{Op: numberOf(m.Value, "op"), Owner: textOf(m.Value, "by"), Until: time.UnixMilli(numberOf(m.Value, "until"))}
	}
	return s
}

// write puts the state into an item. A lease is never carried along: who writes the whole
// item has made sure that there is none, or breaks it.
func (s state) write(it item) {
	if s.Had {
		it["mc"] = num(s.Count)
	}
	if s.Seq > 0 {
		it["seq"] = num(s.Seq)
	}
	if len(s.Void) > 0 {
		it["vo"] = nums(s.Void...)
	}
}

// broken is the state once a lease that has run out is given up.
func (s state) broken() state {
	if s.Pend == nil {
		return s
	}
	s.Seq = s.Pend.Op
	s.Void = append(slices.Clone(s.Void), s.Pend.Op)
	s.Pend = nil
	return s
}

// counts tells whether the mark of a staged write is to be believed.
func (s state) counts(op int64) bool { return op > 0 && op <= s.Seq && !slices.Contains(s.Void, op) }

// visible tells whether an edge with these marks is a membership: a is the staged write that
// added it (0: none had to), r the one that removed it (0: none did).
func (s state) visible(a, r int64) bool { return (a == 0 || s.counts(a)) && !s.counts(r) }

// unchanged is the condition that the state is still what was read. Values go to the map.
func (s state) unchanged(values item) string {
	cond := "attribute_not_exists(seq)"
	if s.Seq > 0 {
		cond = "seq = :wasseq"
		values[":wasseq"] = num(s.Seq)
	}
	if s.Pend == nil {
		return cond + " AND attribute_not_exists(pend)"
	}
	values[":wasowner"] = str(s.Pend.Owner)
	return cond + " AND pend.#by = :wasowner"
}

// names are the placeholders that unchanged needs.
func (s state) names() map[string]string {
	if s.Pend == nil {
		return nil
	}
	return map[string]string{"#by": "by"}
}

// visibleIf is visible as a condition on an edge.
func (s state) visibleIf(values item) string {
	if s.Seq == 0 {
		return "attribute_not_exists(a) AND attribute_not_exists(r)"
	}
	values[":seq"] = num(s.Seq)
	in := func(name string) string {
		if len(s.Void) == 0 {
			return ""
		}
		list := make([]string, len(s.Void))
		for i, n := range s.Void {
			list[i] = fmt.Sprintf(":void%d", i)
			values[list[i]] = num(n)
		}
		return name + " IN (" + strings.Join(list, ", ") + ")"
	}
	a, r := "a <= :seq", "r > :seq"
	if void := in("a"); void != "" {
		a = "(a <= :seq AND NOT " + void + ")"
		r = "r > :seq OR " + in("r")
	}
	return "(attribute_not_exists(a) OR " + a + ") AND (attribute_not_exists(r) OR " + r + ")"
}
