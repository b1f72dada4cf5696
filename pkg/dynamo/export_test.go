package dynamo

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// SlotOf returns the slot of a member.
func SlotOf(id string) int { return slotOf(id) }

// expressionStates are the forms that the state of a group takes in conditions.
var expressionStates = []struct {
	name string
	state
}{
	{"no staged write yet", state{}},
	{"after staged writes", state{HadMembers: true, Count: 5, Seq: 3}},
	{"with void numbers", state{HadMembers: true, Count: 5, Seq: 3, Void: []int64{1, 2}}},
	{"in an epoch", state{HadMembers: true, Count: 5, Epoch: 2, EpochUntil: time.UnixMilli(9000)}},
	{"in shards", state{HadMembers: true, Count: 5, Seq: 3, Split: 256}},
	{"expired lease", state{HadMembers: true, Count: 5, Seq: 3, Lease: &lease{Op: 4, Owner: "other", Until: time.UnixMilli(1000)}}},
}

// Expressions describes every expression of the staged-write protocol, in all of its forms.
func Expressions() string {
	var b strings.Builder
	show := func(name, form string, e expression) { fmt.Fprintf(&b, "%s (%s)\n%s\n", name, form, describe(e)) }
	now, mine := time.UnixMilli(2000), &lease{Op: 5, Owner: "me", Until: time.UnixMilli(3000)}
	for _, s := range expressionStates {
		show("group item: replace", s.name, s.asRead(7))
		show("group item: touch", s.name+", no version", s.touching(0, now, -2))
		show("group item: lease", s.name, s.leasing(7, mine))
		if s.Lease != nil {
			show("group item: break", s.name, s.breaking())
			continue
		}
		show("edge: add", s.name, s.adding())
		show("edge: remove", s.name, s.removing())
	}
	show("group item: switch", "owner", mine.switching(now, 3))
	show("group item: switch", "owner, with shards", (&lease{Op: 5, Owner: "me", Split: 256}).switching(now, 3))
	show("group item: switch", "owner, edges move alone", (&lease{Op: 5, Owner: "me", Split: 256}).spreading())
	show("group item: park", "owner", mine.parking(lease{Op: 5, Owner: "me", Until: time.UnixMilli(4000), Hash: "h", Parked: true, progress: progress{3, 2, 1}}))
	show("group item: abandon", "owner", mine.abandoning())
	show("group item: forget", "with void numbers", state{Seq: 3, Void: []int64{1, 2}}.forgetting([]int64{1}))
	show("group item: leave", "no staged write in progress", leaving(now, now))
	show("group item: begin an epoch", "no staged write in progress", beginningEpoch(now))
	for _, was := range []struct {
		name string
		edge *edge
	}{{"no edge", nil}, {"no marks", &edge{}}, {"added", &edge{added: 2}}, {"both marks", &edge{added: 2, removed: 3}}} {
		show("edge: put or delete", was.name, edgeAsRead(was.edge))
		if was.edge != nil {
			show("edge: mark as removed", was.name, marking(was.edge, 5))
			show("edge: remove the mark", was.name, unmarking(was.edge))
		}
	}
	return b.String()
}

func describe(e expression) string {
	var b strings.Builder
	line := func(name string, v *string) {
		if v != nil {
			fmt.Fprintf(&b, "  %-9s  %s\n", name, *v)
		}
	}
	line("update", e.update())
	line("condition", e.condition())
	for _, name := range slices.Sorted(maps.Keys(e.names)) {
		fmt.Fprintf(&b, "  %-9s  %s\n", name, e.names[name])
	}
	for _, name := range slices.Sorted(maps.Keys(e.values)) {
		fmt.Fprintf(&b, "  %-9s  %s\n", name, describeValue(e.values[name]))
	}
	return b.String()
}

func describeValue(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return fmt.Sprintf("%q", v.Value)
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberNS:
		return "{" + strings.Join(v.Value, ", ") + "}"
	case *types.AttributeValueMemberM:
		var list []string
		for _, name := range slices.Sorted(maps.Keys(v.Value)) {
			list = append(list, name+": "+describeValue(v.Value[name]))
		}
		return "{" + strings.Join(list, ", ") + "}"
	}
	return fmt.Sprintf("%T", v)
}
