package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// intentGrace is how long after its lease the intent of a staged write expires.
const intentGrace = time.Minute

// firstOp is the number of the staged write that creates a group.
const firstOp = 1

// staged changes more edges than a transaction takes, in six steps:
//
//	claim    unique keys look free                       (reads only; the last step decides)
//	intend   intent item                                 its expiry makes the sweeper look
//	lease    group item: pend = {op, by, until}          other writers wait
//	mark     edges: a=op (added) or r=op (removed)       readers do not believe op yet
//	check    members to add                              they exist (see joining.go)
//	switch   group item: seq=op, v+1, document, keys     pend is gone: all marks are true at once
//
// A failure or crash before the last step leaves the old members. The owner of the lease, the
// next writer or the sweeper then declares op void: marks with it never mean anything, even if
// a delayed write adds some later. state.go has the expressions.
func (w *write) staged(ctx context.Context) (*scim.Resource, error) {
	if err := w.claimable(ctx); err != nil {
		return nil, err
	}
	if err := w.planSplit(ctx); err != nil {
		return nil, err
	}
	until := w.leaseEnd(ctx)
	if err := w.intend(ctx, until); err != nil {
		return nil, err
	}
	if err := w.takeLease(ctx, until); err != nil {
		return nil, err
	}
	next, err := w.markAndSwitch(ctx)
	if err != nil {
		return nil, w.interrupted(ctx, err)
	}
	if len(w.delta.move) > 0 {
		return next, nil // when the intent expires, the sweeper deletes what has moved
	}
	// If this fails, the intent expires and the sweeper finds nothing to do.
	_ = w.s.deleteItem(ctx, intentKey(w.t, w.c.ID), onlyIf(absent(attrMoves)))
	return next, nil
}

// claimable checks that unique keys are free before thousands of edges are written. Only the
// transaction at the end decides.
func (w *write) claimable(ctx context.Context) error {
	for _, k := range w.keys.claim {
		if !k.Unique {
			continue
		}
		it, err := w.s.getItem(ctx, w.indexKey(k), true)
		if err != nil {
			return err
		}
		if id := stringOf(it, attrID); it != nil && id != w.c.ID {
			return &scim.TakenError{Attr: k.Attr, ID: id}
		}
	}
	return nil
}

// leaseEnd is when other writers may assume that this write has ended.
func (w *write) leaseEnd(ctx context.Context) time.Time {
	left := w.s.o.Lease
	if deadline, ok := ctx.Deadline(); ok {
		left = min(left, time.Until(deadline)+time.Second)
	}
	return w.s.o.Now().Add(left)
}

// intend leaves an item whose expiry makes the sweeper look at the group.
func (w *write) intend(ctx context.Context, until time.Time) error {
	var e expression // an update: edges that an earlier write has moved are still to be swept
	e.set(e.alias(attrType), e.bind(":type", str(w.c.Type)))
	e.set(e.alias(attrTTL), e.bind(":ttl", num(until.Add(intentGrace).Unix())))
	if w.moves() && w.after.HadMembers {
		e.set(attrMoves, e.bind(":moves", num(1)))
	}
	_, err := w.s.updateItem(ctx, intentKey(w.t, w.c.ID), e, types.ReturnValueNone)
	return err
}

// takeLease leases the group, breaking an expired lease.
func (w *write) takeLease(ctx context.Context, until time.Time) error {
	l := &lease{Op: w.after.Seq + 1, Owner: newOwner(), Until: until, Hash: w.hash()}
	if w.split > w.after.Split {
		l.Split = w.split
	}
	if w.continues() {
		w.after = w.before
		w.after.Lease = nil
		l.Op, l.progress = w.before.Lease.Op, w.before.Lease.progress
	}
	current, err := w.s.updateItem(ctx, w.key(), w.before.leasing(w.version(), l), types.ReturnValueAllNew)
	var failed *conditionFailed
	if errors.As(err, &failed) {
		current = failed.current[0]
		switch st := readState(current); {
		case current == nil:
			return scim.ErrNotFound
		case st.Lease == nil || st.Lease.Owner != l.Owner:
			return &stale{current: current}
		}
		err = nil // the response was lost, and the lease is ours
	}
	if err != nil {
		return err
	}
	w.lease = l
	w.cur, err = resourceOf(w.c.Type, current)
	return err
}

// markAndSwitch marks the edges and makes the marks true, before the lease expires.
func (w *write) markAndSwitch(ctx context.Context) (*scim.Resource, error) {
	ctx, cancel := context.WithDeadline(ctx, w.enough(ctx))
	defer cancel()
	if err := w.planMoves(ctx); err != nil {
		return nil, err
	}
	w.delta.sort()
	for w.lease.done < w.delta.all() {
		if w.lease.done >= w.delta.size() && w.withoutEffect() {
			break
		}
		if err := w.markPart(ctx, w.delta.part(w.lease.done, w.s.o.edgesAtOnce())); err != nil {
			return nil, err
		}
	}
	if w.withoutEffect() {
		w.abandon(ctx)
		return w.cur, nil
	}
	return w.switchOn(ctx)
}

// withoutEffect reports whether all edges that have been marked were in the requested state.
func (w *write) withoutEffect() bool { return w.c.Put == nil && w.lease.moved == 0 && !w.spreads }

// markPart marks some of the edges, and checks the members that they add.
func (w *write) markPart(ctx context.Context, part delta) error {
	edges, err := w.currentEdges(ctx, part)
	if err != nil {
		return err
	}
	effective := part.effective(edges, w.after)
	told := async.Start(func() (struct{}, error) { return struct{}{}, w.tellPart(ctx, effective, edges) })
	err = w.markEdges(ctx, effective, edges)
	if _, failed := told(); err == nil {
		err = failed
	}
	if err != nil {
		return err
	}
	if err := w.membersExist(ctx, effective.add); err != nil {
		return err
	}
	w.lease.done += part.all()
	w.lease.moved += effective.size()
	w.lease.grown += effective.growth()
	return nil
}

// currentEdges are the edges that a part of the write is about, as far as they exist: in the places where
// they are, and in those where they will be.
func (w *write) currentEdges(ctx context.Context, part delta) (map[place]edge, error) {
	if w.delta.read != nil || !w.after.HadMembers && w.after.Seq == 0 && !w.continues() {
		return w.delta.read, nil
	}
	places := make([]place, 0, part.size())
	for _, m := range part.add {
		places = append(places, w.after.place(m.ID))
		if to := placeIn(w.split, m.ID); to != w.after.place(m.ID) {
			places = append(places, to)
		}
	}
	for _, id := range part.remove {
		places = append(places, w.after.place(id))
	}
	return w.s.someEdges(ctx, w.t, w.c.ID, places)
}

// markEdges marks every edge with the number of this write, each on condition that it is as it
// was read. Those that an earlier request has marked for the same write are as they should be.
func (w *write) markEdges(ctx context.Context, d delta, edges map[place]edge) error {
	err := async.Each(ctx, w.s.o.Parallel, d.add, func(ctx context.Context, m scim.Member) error {
		to := placeIn(w.split, m.ID)
		e := edgeAt(edges, to)
		if e != nil && e.added == w.lease.Op && e.removed == 0 {
			return nil
		}
		return w.markAdded(ctx, m, to, e)
	})
	if err != nil {
		return err
	}
	err = async.Each(ctx, w.s.o.Parallel, d.remove, func(ctx context.Context, id string) error {
		e := edgeAt(edges, w.after.place(id))
		if e != nil && e.removed == w.lease.Op {
			return nil
		}
		return w.markRemoved(ctx, w.after.place(id), e)
	})
	if err != nil {
		return err
	}
	return async.Each(ctx, w.s.o.Parallel, d.move, func(ctx context.Context, m scim.Member) error { return w.markMoved(ctx, m, edges) })
}

// op is the number of the staged write.
func (w *write) op() int64 {
	if w.lease == nil {
		return firstOp // of a group that is being created
	}
	return w.lease.Op
}

func (w *write) markAdded(ctx context.Context, m scim.Member, to place, was *edge) error {
	return acceptOwnMark(w.s.putItem(ctx, w.edgeItem(m, to.shard, w.op(), 0), edgeAsRead(was)), attrAdded, w.op())
}

func (w *write) markRemoved(ctx context.Context, from place, was *edge) error {
	_, err := w.s.updateItem(ctx, edgeKey(w.t, w.c.ID, from), marking(was, w.op()), types.ReturnValueNone)
	return acceptOwnMark(err, attrRemoved, w.op())
}

// acceptOwnMark ignores a condition that failed because of our own mark, whose response was
// lost. Any other mark means that the lease was broken.
func acceptOwnMark(err error, attr string, op int64) error {
	var failed *conditionFailed
	if !errors.As(err, &failed) {
		return err
	}
	if numberOf(failed.current[0], attr) == op {
		return nil
	}
	return &scim.BusyError{RetryAfter: time.Second, Cause: errors.New("dynamo: the lease on the group was lost")}
}

// switchOn makes the marks true.
func (w *write) switchOn(ctx context.Context) (*scim.Resource, error) {
	w.before = stateOf(w.cur)
	w.after = w.before
	w.after.Seq, w.after.Lease, w.after.Split = w.lease.Op, nil, max(w.before.Split, w.lease.Split)
	next := w.next(w.lease.moved, w.lease.grown)
	if w.c.Put != nil {
		w.resource = w.resourceAction(next)
		w.delta = delta{move: w.delta.move}
		_, err := w.send(ctx)
		return next, err
	}
	e := w.lease.spreading()
	if !w.spreads {
		e = w.lease.switching(w.c.Now, w.lease.grown)
		w.s.telling(&e, w.fact())
	}
	_, err := w.s.updateItem(ctx, w.key(), e, types.ReturnValueNone)
	var failed *conditionFailed
	if errors.As(err, &failed) {
		if readState(failed.current[0]).applied(w.lease.Op) {
			return next, nil // the response was lost
		}
		return nil, &scim.BusyError{RetryAfter: time.Second, Cause: err}
	}
	return next, err
}

// abandon ends a staged write that failed: its number becomes void and the lease is free at
// once. If this fails as well, the lease expires.
func (w *write) abandon(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_, _ = w.s.updateItem(ctx, w.key(), w.lease.abandoning(), types.ReturnValueNone)
}

// stageNew writes the edges of a group that is about to be created. No reader sees them while
// there is no group item, and the group item is created with seq=1. The id is new: no edges of
// an earlier group can exist.
func (w *write) stageNew(ctx context.Context) error {
	switch it, err := w.s.getItem(ctx, w.key(), true); {
	case err != nil:
		return err
	case it != nil:
		return scim.ErrVersion
	}
	if err := w.claimable(ctx); err != nil {
		return err
	}
	if err := w.intend(ctx, w.leaseEnd(ctx)); err != nil {
		return err
	}
	if w.split > 0 {
		if err := w.s.markSharded(ctx, w.t); err != nil {
			return err
		}
	}
	w.parts = "+" + newOwner() // another attempt with this id has others
	told := async.Start(func() (struct{}, error) {
		return struct{}{}, w.s.putParts(ctx, w.t, w.c.ID, w.parts, 0, w.delta.add, nil)
	})
	err := async.Each(ctx, w.s.o.Parallel, w.delta.add, func(ctx context.Context, m scim.Member) error {
		return w.markAdded(ctx, m, placeIn(w.split, m.ID), nil)
	})
	if _, failed := told(); err == nil {
		err = failed
	}
	if err != nil {
		return err
	}
	return w.membersExist(ctx, w.delta.add)
}
