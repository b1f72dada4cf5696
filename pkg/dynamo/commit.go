package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/pkg/scim"
)

// maxRounds bounds how often a change is tried anew on a resource that others change too.
const maxRounds = 12

// stale says that the resource is no longer what a change was prepared for.
type stale struct{ now item }

func (*stale) Error() string { return "the resource has changed meanwhile" }

// Commit implements scim.Store. What fits a transaction is one transaction, a document alone
// one conditional put; more edges than that are written in stages (see staged.go).
func (s *Store) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	if err := fits(c); err != nil {
		return nil, err
	}
	if !storable(c.ID) {
		return nil, scim.ErrNotFound
	}
	if err := s.markNested(ctx, t, c.AddMembers); err != nil {
		return nil, err
	}
	if c.If == scim.IfAbsent {
		return s.create(ctx, t, c)
	}
	cur, err := s.prior(ctx, t, c)
	if err != nil {
		return nil, err
	}
	for round := range maxRounds {
		if cur, err = s.awaitLease(ctx, t, c, cur); err != nil {
			return nil, err
		}
		if c.If > 0 && cur.Version != c.If {
			return nil, scim.ErrVersion
		}
		var next *scim.Resource
		if c.Remove {
			err = s.remove(ctx, t, c, cur)
		} else {
			next, err = s.change(ctx, t, c, cur)
		}
		var old *stale
		if !errors.As(err, &old) {
			return next, err
		}
		if cur, err = s.again(ctx, t, c, old, round); err != nil {
			return nil, err
		}
	}
	return nil, &scim.BusyError{RetryAfter: time.Second, Cause: err}
}

// prior is the resource to change: what the caller has read, or what is read now.
func (s *Store) prior(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	if c.Prior != nil && (c.If == scim.IfAny || c.If == c.Prior.Version) {
		return c.Prior, nil
	}
	return s.Get(ctx, t, c.Type, c.ID)
}

// again reads the resource after a round that came too late.
func (s *Store) again(ctx context.Context, t scim.TenantID, c scim.Change, old *stale, round int) (*scim.Resource, error) {
	if round > 0 {
		if err := pause(ctx, round); err != nil {
			return nil, err
		}
	} else if old.now != nil {
		return resourceOf(c.Type, old.now)
	}
	return s.Get(ctx, t, c.Type, c.ID)
}

// awaitLease waits while another staged write of the group is under way, and returns the group
// as it is then. A lease that has run out is no obstacle: it may be broken.
func (s *Store) awaitLease(ctx context.Context, t scim.TenantID, c scim.Change, cur *scim.Resource) (*scim.Resource, error) {
	begin := time.Now()
	for try := 1; ; try++ {
		pend := stateOf(cur).Pend
		if pend == nil || !pend.Until.After(s.o.Now()) {
			return cur, nil
		}
		if time.Since(begin) > s.o.Patience {
			return nil, &scim.BusyError{RetryAfter: 5 * time.Second, Cause: errors.New("dynamo: a large change of this group is under way")}
		}
		if err := pause(ctx, min(try, 4)); err != nil {
			return nil, err
		}
		var err error
		if cur, err = s.Get(ctx, t, c.Type, c.ID); err != nil {
			return nil, err
		}
	}
}

// create writes a resource that must not exist.
func (s *Store) create(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	next := *c.Put
	next.Type, next.ID, next.Version, next.LastModified, next.Keys = c.Type, c.ID, 1, c.Now, c.Keys
	d, err := s.deltaOf(ctx, t, c, state{})
	if err != nil {
		return nil, err
	}
	st := state{Had: d.size() > 0, Count: int64(len(d.add))}
	d.remove = nil
	w := write{store: s, t: t, c: c, keys: keyChanges(nil, c.Keys), delta: d}
	if d.size() > w.room() {
		if err := s.stageNew(ctx, w); err != nil {
			return nil, err
		}
		st.Seq, w.delta = 1, delta{}
	}
	next.State = st.any()
	it := resourceKey(t, c.Type, c.ID).item()
	for k, v := range fields(&next) {
		it[k] = v
	}
	st.write(it)
	w.header = types.TransactWriteItem{Put: &types.Put{TableName: &s.table, Item: it, ConditionExpression: aws.String("attribute_not_exists(PK)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}}
	_, err = w.send(ctx)
	var old *stale
	if errors.As(err, &old) {
		return nil, scim.ErrVersion
	}
	if err != nil {
		return nil, err
	}
	return &next, nil
}

// change writes a new state of a resource, of its edges, or of both.
func (s *Store) change(ctx context.Context, t scim.TenantID, c scim.Change, cur *scim.Resource) (*scim.Resource, error) {
	st := stateOf(cur)
	d, err := s.deltaOf(ctx, t, c, st.broken())
	if err != nil {
		return nil, err
	}
	if c.Put == nil && d.size() == 0 {
		return cur, nil
	}
	w := write{store: s, t: t, c: c, cur: cur, before: st, after: st.broken(), delta: d}
	if c.Put != nil {
		w.keys = keyChanges(cur.Keys, c.Keys)
	}
	if d.size() > w.room() {
		return s.staged(ctx, w)
	}
	if c.Put != nil && w.keys.none() && d.size() == 0 {
		return s.putOnly(ctx, &w)
	}
	for {
		next := w.next()
		w.header = w.headerAction(next)
		dropped, err := w.send(ctx)
		if err != nil {
			return nil, err
		}
		if dropped == 0 {
			return next, nil
		}
		if c.Put == nil && w.delta.size() == 0 {
			return cur, nil // every edge is as it should be: nothing is written (L-10)
		}
	}
}

// putOnly writes a document whose index keys and edges stay: no transaction is needed.
func (s *Store) putOnly(ctx context.Context, w *write) (*scim.Resource, error) {
	next := w.next()
	put := w.headerAction(next).Put
	mine := newOwner()
	put.Item["w"] = str(mine)
	in := &dynamodb.PutItemInput{TableName: put.TableName, Item: put.Item, ConditionExpression: put.ConditionExpression,
		ExpressionAttributeNames: put.ExpressionAttributeNames, ExpressionAttributeValues: put.ExpressionAttributeValues,
		ReturnValuesOnConditionCheckFailure: put.ReturnValuesOnConditionCheckFailure}
	err := retry(ctx, func() error {
		_, err := s.api.PutItem(ctx, in)
		return err
	})
	var r *refused
	if errors.As(err, &r) {
		if textOf(r.now[0], "w") == mine {
			return next, nil // an answer was lost, and the SDK asked again
		}
		if r.now[0] == nil {
			return nil, scim.ErrNotFound
		}
		return nil, &stale{now: r.now[0]}
	}
	if err != nil {
		return nil, err
	}
	return next, nil
}
