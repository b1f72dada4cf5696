package dynamo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// A reader of a group that changes all the time does not wait until the group stands still. It begins an
// epoch: one conditional write of the group item (ep, eu), whose moment is the state that it will
// return. From then on, for epochLife,
//
//	a new edge      has the epoch in which it was added (b), and is younger than the reader's state
//	a removed edge  leaves a trace (\x00<epoch>\x00<member id>), if it is older than the epoch
//
// in the same transaction that changes the edge. Every such transaction has the condition that the epoch is
// the one that the writer knows, so a writer that began before the epoch is repeated. The reader drops what
// is too young, and adds the traces of its epoch, which it reads last. Writers of an epoch do not wait for
// each other more than before. A group that is not read while it changes has no epoch.
//
// Staged writes need none of this, because their marks have numbers. While one holds its lease there is no
// epoch to begin: the group does not change.

const (
	// epochLife is how long removals leave traces.
	epochLife = time.Minute
	// epochUse is how much of it a reader relies on. The rest is for clocks that differ.
	epochUse = 40 * time.Second
	// traceLife is when a trace may be deleted.
	traceLife = time.Hour
)

// never is a number that no staged write reaches: no trace is taken for a membership.
const never = 1 << 53

// firstMember is below the id of every member, and above all traces.
const firstMember = "\x01"

func traceSK(epoch int64, memberID string) string {
	return fmt.Sprintf("\x00%016d\x00%s", epoch, memberID)
}

func isTrace(e edge) bool { return strings.HasPrefix(e.ID, "\x00") }

// beginEpoch returns the group as it is at the beginning of a new epoch, or nil if a staged write holds it
// or it has no members.
func (s *Store) beginEpoch(ctx context.Context, k key, typ string) (*scim.Resource, error) {
	it, err := s.updateItem(ctx, k, beginningEpoch(s.o.Now()), types.ReturnValueAllNew)
	if err != nil {
		return nil, ignoreFailedCondition(err)
	}
	return resourceOf(typ, it)
}

// tracing reports whether removals must leave traces now.
func (s *Store) tracing(st state) bool { return st.EpochUntil.After(s.o.Now()) }

// traced are the edges that a reader of the current epoch must still see after the write has removed them.
func (w *write) traced(ctx context.Context) error {
	if w.traces = nil; len(w.delta.remove) == 0 || !w.s.tracing(w.before) {
		return nil
	}
	places := make([]place, len(w.delta.remove))
	for i, id := range w.delta.remove {
		places[i] = w.after.place(id)
	}
	edges, err := w.s.someEdges(ctx, w.t, w.c.ID, places)
	if err != nil {
		return err
	}
	w.traces = map[string]item{}
	for _, e := range edges {
		if e.epoch >= w.before.Epoch {
			continue
		}
		it := edgeKey(w.t, w.c.ID, place{0, traceSK(w.before.Epoch, e.ID)}).item()
		it[attrMemberType], it[attrAdded], it[attrTTL] = str(e.Type), num(never), num(w.s.o.Now().Add(traceLife).Unix())
		if e.Display != "" {
			it[attrDisplay] = str(e.Display)
		}
		if e.epoch > 0 {
			it[attrEpochAdded] = num(e.epoch)
		}
		if e.groupType != defaultGroupType {
			it[attrGroupType] = str(e.groupType)
		}
		w.traces[e.ID] = it
	}
	return nil
}

// traceActions leave a trace of each removed edge that needs one.
func (w *write) traceActions() []types.TransactWriteItem {
	var actions []types.TransactWriteItem
	for _, id := range w.delta.remove {
		if it := w.traces[id]; it != nil {
			actions = append(actions, w.s.putAction(it, expression{}))
		}
	}
	return actions
}

// withTraces adds the edges that were removed since the epoch began to those that were read up to the id
// last; "" is the end.
func (s *Store) withTraces(ctx context.Context, t scim.TenantID, groupID string, read edgeRange, epoch int64) ([]scim.Member, error) {
	have := make(map[string]bool, len(read.members))
	for _, m := range read.members {
		have[m.ID] = true
	}
	in := s.edgeQuery(t, groupID, place{})
	in.KeyConditionExpression = aws.String("PK = :p AND SK BETWEEN :a AND :z")
	in.ExpressionAttributeValues[":a"], in.ExpressionAttributeValues[":z"] = str(traceSK(epoch, "")), str(firstMember)
	all := read.members
	err := s.query(ctx, in, func(it item) {
		e := edgeOf(it)
		e.ID = e.ID[min(len(traceSK(0, "")), len(e.ID)):]
		if have[e.ID] || e.epoch >= epoch || e.ID <= read.after || read.last != "" && e.ID > read.last {
			return
		}
		have[e.ID] = true
		all = append(all, e.Member)
	})
	slices.SortFunc(all, func(a, b scim.Member) int { return strings.Compare(a.ID, b.ID) })
	return all, err
}
