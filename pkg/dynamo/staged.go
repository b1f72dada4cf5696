package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// staged changes more edges than a transaction takes.
//
//	intent item        so that the sweeper hears of it, should it never end
//	lease on header    pend = {op, by, until}; other writers wait
//	edges              marked a=op (added) or r=op (removed): readers do not believe op yet
//	header             seq=op, v+1, document, keys; pend is gone: all of it is true at once
//
// A writer that finds a lease that has run out puts its number into void: marks with it mean
// nothing for ever, even those that a slow process should write afterwards.
func (s *Store) staged(ctx context.Context, w write) (*scim.Resource, error) {
	if err := s.claimable(ctx, w); err != nil {
		return nil, err
	}
	until := s.leaseEnd(ctx)
	if err := s.intend(ctx, w.t, w.c, until); err != nil {
		return nil, err
	}
	pend, err := s.takeLease(ctx, &w, until)
	if err != nil {
		return nil, err
	}
	next, err := s.stageAndSwitch(ctx, &w, pend)
	if err != nil {
		s.giveUp(ctx, &w, pend)
		return nil, err
	}
	_ = s.deleteItem(ctx, intentKey(w.t, w.c.ID)) // else it expires, and the sweeper finds nothing
	return next, nil
}

func (s *Store) stageAndSwitch(ctx context.Context, w *write, pend *lease) (*scim.Resource, error) {
	ctx, cancel := context.WithDeadline(ctx, time.Now().Add(pend.Until.Sub(s.o.Now())))
	defer cancel()
	edges := w.delta.read
	if edges == nil && (w.after.Had || w.after.Seq > 0) { // else there are none
		ids := make([]string, 0, w.delta.size())
		for _, m := range w.delta.add {
			ids = append(ids, m.ID)
		}
		var err error
		if edges, err = s.someEdges(ctx, w.t, w.c.ID, append(ids, w.delta.remove...)); err != nil {
			return nil, err
		}
	}
	w.delta = effective(w.delta, edges, w.after)
	if w.c.Put == nil && w.delta.size() == 0 {
		s.giveUp(ctx, w, pend)
		return w.cur, nil
	}
	if err := s.markEdges(ctx, w, edges, pend.Op); err != nil {
		return nil, err
	}
	return s.switchOn(ctx, w, pend)
}

// effective leaves out edges that are there already or not there at all.
func effective(d delta, edges map[string]edge, st state) delta {
	var out delta
	member := func(id string) bool {
		e, ok := edges[id]
		return ok && st.visible(e.a, e.r)
	}
	for _, m := range d.add {
		if !member(m.ID) {
			out.add = append(out.add, m)
		}
	}
	for _, id := range d.remove {
		if member(id) {
			out.remove = append(out.remove, id)
		}
	}
	return out
}

// leaseEnd is when others may think that this write is dead.
func (s *Store) leaseEnd(ctx context.Context) time.Time {
	left := s.o.Lease
	if deadline, ok := ctx.Deadline(); ok {
		left = min(left, time.Until(deadline)+time.Second)
	}
	return s.o.Now().Add(left)
}

// intend leaves an item whose expiry tells the sweeper to look after the group.
func (s *Store) intend(ctx context.Context, t scim.TenantID, c scim.Change, until time.Time) error {
	it := intentKey(t, c.ID).item()
	it["type"], it["ttl"] = str(c.Type), num(until.Add(time.Minute).Unix())
	return retry(ctx, func() error {
		_, err := s.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: it})
		return err
	})
}

// claimable looks whether unique keys are free before thousands of edges are written. Only
// the transaction at the end decides.
func (s *Store) claimable(ctx context.Context, w write) error {
	for _, k := range w.keys.claim {
		if !k.Unique {
			continue
		}
		it, err := s.getItem(ctx, indexKey(w.t, w.c.Type, k, w.c.ID), true)
		if err != nil {
			return err
		}
		if id := textOf(it, "id"); it != nil && id != w.c.ID {
			return &scim.TakenError{Attr: k.Attr, ID: id}
		}
	}
	return nil
}

// takeLease marks the header, breaking a lease that has run out.
func (s *Store) takeLease(ctx context.Context, w *write, until time.Time) (*lease, error) {
	pend := &lease{Op: w.after.Seq + 1, Owner: newOwner(), Until: until}
	values := item{":pend": &types.AttributeValueMemberM{Value: item{
		"op": num(pend.Op), "by": str(pend.Owner), "until": num(until.UnixMilli()),
	}}}
	cond := "attribute_exists(PK) AND " + w.before.unchanged(values)
	if w.c.If > 0 || w.c.Put != nil || w.c.ClearMembers {
		cond += " AND v = :v"
		values[":v"] = num(w.cur.Version)
	}
	update := "SET pend = :pend"
	if w.before.Pend != nil {
		update += ", seq = :op ADD vo :ops"
		values[":op"], values[":ops"] = num(w.before.Pend.Op), nums(w.before.Pend.Op)
	}
	now, err := s.updateHeader(ctx, w, update, cond, w.before.names(), values)
	if err != nil {
		var r *refused
		if !errors.As(err, &r) {
			return nil, err
		}
		switch st := readState(r.now[0]); {
		case r.now[0] == nil:
			return nil, scim.ErrNotFound
		case st.Pend == nil || st.Pend.Owner != pend.Owner:
			return nil, &stale{now: r.now[0]}
		}
		now = r.now[0] // the answer was lost, the lease is ours
	}
	if w.cur, err = resourceOf(w.c.Type, now); err != nil {
		return nil, err
	}
	return pend, nil
}

// markEdges writes every edge with the number of this write, each on condition that it is as
// it was read under the lease.
func (s *Store) markEdges(ctx context.Context, w *write, edges map[string]edge, op int64) error {
	at := func(id string) *edge {
		if e, ok := edges[id]; ok {
			return &e
		}
		return nil
	}
	err := async.Each(ctx, s.o.Parallel, w.delta.add, func(ctx context.Context, m scim.Member) error {
		return s.markAdded(ctx, w, m, at(m.ID), op)
	})
	if err != nil {
		return err
	}
	return async.Each(ctx, s.o.Parallel, w.delta.remove, func(ctx context.Context, id string) error {
		return s.markRemoved(ctx, w, id, at(id), op)
	})
}

func (s *Store) markAdded(ctx context.Context, w *write, m scim.Member, was *edge, op int64) error {
	values := item{}
	cond := asRead(was, values)
	in := &dynamodb.PutItemInput{TableName: &s.table, Item: edgeItem(w.t, w.c.Type, w.c.ID, m, op), ConditionExpression: &cond,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}
	if len(values) > 0 {
		in.ExpressionAttributeValues = values
	}
	return marked(retry(ctx, func() error {
		_, err := s.api.PutItem(ctx, in)
		return err
	}), "a", op)
}

func (s *Store) markRemoved(ctx context.Context, w *write, id string, was *edge, op int64) error {
	values := item{":op": num(op)}
	cond := asRead(was, values)
	return marked(retry(ctx, func() error {
		_, err := s.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &s.table, Key: edgeKey(w.t, w.c.ID, id).item(),
			UpdateExpression: aws.String("SET r = :op"), ConditionExpression: &cond, ExpressionAttributeValues: values,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
		return err
	}), "r", op)
}

// marked forgives a refusal that comes from our own mark, whose answer was lost.
func marked(err error, mark string, op int64) error {
	var r *refused
	if !errors.As(err, &r) {
		return err
	}
	if numberOf(r.now[0], mark) == op {
		return nil
	}
	return &scim.BusyError{RetryAfter: time.Second, Cause: errors.New("dynamo: the lease on the group was lost")}
}

// switchOn makes the staged write true.
func (s *Store) switchOn(ctx context.Context, w *write, pend *lease) (*scim.Resource, error) {
	w.before = stateOf(w.cur)
	w.after = w.before
	w.after.Seq, w.after.Pend = pend.Op, nil
	next := w.next()
	if w.c.Put != nil {
		w.header = w.headerAction(next)
		w.delta = delta{}
		_, err := w.send(ctx)
		return next, err
	}
	values := item{":one": num(1), ":zero": num(0), ":now": num(w.c.Now.UnixMilli()), ":op": num(pend.Op), ":by": str(pend.Owner),
		":more": num(int64(len(w.delta.add) - len(w.delta.remove)))}
	_, err := s.updateHeader(ctx, w, "SET v = v + :one, lm = :now, seq = :op, mc = if_not_exists(mc, :zero) + :more REMOVE pend",
		"pend.#by = :by", map[string]string{"#by": "by"}, values)
	var r *refused
	if errors.As(err, &r) {
		if st := readState(r.now[0]); st.counts(pend.Op) {
			return next, nil // the answer was lost
		}
		return nil, &scim.BusyError{RetryAfter: time.Second, Cause: err}
	}
	return next, err
}

func (s *Store) updateHeader(ctx context.Context, w *write, update, cond string, names map[string]string, values item) (item, error) {
	var now item
	err := retry(ctx, func() error {
		out, err := s.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &s.table, Key: resourceKey(w.t, w.c.Type, w.c.ID).item(),
			UpdateExpression: &update, ConditionExpression: &cond, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
			ReturnValues: types.ReturnValueAllNew, ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
		if err == nil {
			now = out.Attributes
		}
		return err
	})
	return now, err
}

// giveUp ends a staged write that failed: its number becomes void and the lease is free at
// once. Should this fail too, the lease runs out.
func (s *Store) giveUp(ctx context.Context, w *write, pend *lease) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_, _ = s.updateHeader(ctx, w, "SET seq = :op REMOVE pend ADD vo :ops", "pend.#by = :by", map[string]string{"#by": "by"},
		item{":op": num(pend.Op), ":ops": nums(pend.Op), ":by": str(pend.Owner)})
}

// stageNew writes the edges of a group that is about to be created: without a header nobody
// sees them, and the header is born with seq=1. The id is new, so that nothing can be left of
// an earlier group.
func (s *Store) stageNew(ctx context.Context, w write) error {
	switch it, err := s.getItem(ctx, resourceKey(w.t, w.c.Type, w.c.ID), true); {
	case err != nil:
		return err
	case it != nil:
		return scim.ErrVersion
	}
	if err := s.claimable(ctx, w); err != nil {
		return err
	}
	if err := s.intend(ctx, w.t, w.c, s.leaseEnd(ctx)); err != nil {
		return err
	}
	return async.Each(ctx, s.o.Parallel, w.delta.add, func(ctx context.Context, m scim.Member) error {
		return s.markAdded(ctx, &w, m, nil, 1)
	})
}
