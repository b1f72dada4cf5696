package dynamo

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// sweep looks after what a removed item stood for.
//
//	a resource           edges on both sides of it that its removal did not reach
//	a tombstone, by TTL  the same once more, a day later: the index may have lagged
//	an intent, by TTL    marks of a staged write that never ended
func (c *Consumer) sweep(ctx context.Context, r StreamRecord) error {
	p, ok := placeOf(r)
	if !ok {
		return nil
	}
	switch {
	case p.resourceType() != "":
		return c.sweepResource(ctx, p.tenant, p.resourceType(), p.sk)
	case p.kind == "D" && r.ByTTL:
		typ, id, _ := strings.Cut(p.sk, "#")
		return c.sweepResource(ctx, p.tenant, typ, id)
	case p.kind == "S" && r.ByTTL:
		return c.sweepGroup(ctx, p.tenant, textOf(r.Old, "type"), p.sk)
	}
	return nil
}

// sweepResource deletes the edges of a resource that is gone.
func (c *Consumer) sweepResource(ctx context.Context, t scim.TenantID, typ, id string) error {
	s := c.store
	it, err := s.getItem(ctx, resourceKey(t, typ, id), true)
	if err != nil || it != nil {
		return err // it is there (again)
	}
	own, err := s.allEdges(ctx, t, id)
	if err != nil {
		return err
	}
	if err := s.deleteEdges(ctx, t, id, own); err != nil {
		return err
	}
	groups, err := s.memberships(ctx, t, []string{id})
	if err != nil {
		return err
	}
	return s.leaveGroups(ctx, t, scim.Change{ID: id, Now: s.o.Now().UTC()}, groups)
}

// maxVoid is how many numbers of given-up writes a group keeps once their marks are gone.
const maxVoid = 16

// sweepGroup gives up a staged write whose lease has run out, and deletes marks that mean
// nothing any more.
func (c *Consumer) sweepGroup(ctx context.Context, t scim.TenantID, typ, id string) error {
	s := c.store
	it, err := s.getItem(ctx, resourceKey(t, typ, id), true)
	if err != nil {
		return err
	}
	edges, err := s.allEdges(ctx, t, id)
	if err != nil {
		return err
	}
	if it == nil { // its creation was interrupted, or it was removed since
		return s.deleteEdges(ctx, t, id, edges)
	}
	st := readState(it)
	if st.Pend != nil {
		if st.Pend.Until.After(s.o.Now()) {
			return nil // another one, which has left an intent of its own
		}
		w := &write{store: s, t: t, c: scim.Change{Type: typ, ID: id}}
		values := item{":op": num(st.Pend.Op), ":ops": nums(st.Pend.Op)}
		_, err := s.updateHeader(ctx, w, "SET seq = :op REMOVE pend ADD vo :ops", st.unchanged(values), st.names(), values)
		if err != nil {
			return ignoreRefusal(err)
		}
		st = st.broken()
	}
	err = async.Each(ctx, s.o.Parallel, edges, func(ctx context.Context, e edge) error { return s.tidy(ctx, t, id, st, e) })
	if err != nil || len(st.Void) <= maxVoid {
		return err
	}
	w := &write{store: s, t: t, c: scim.Change{Type: typ, ID: id}}
	values := item{":old": nums(st.Void[:len(st.Void)-maxVoid]...)}
	_, err = s.updateHeader(ctx, w, "DELETE vo :old", "attribute_exists(PK) AND "+st.unchanged(values), nil, values)
	return ignoreRefusal(err)
}

// tidy deletes an edge that nobody can see, or a removal that never became true.
func (s *Store) tidy(ctx context.Context, t scim.TenantID, groupID string, st state, e edge) error {
	values := item{}
	cond := asRead(&e, values)
	k := edgeKey(t, groupID, e.ID).item()
	var err error
	switch {
	case !st.visible(e.a, e.r):
		err = retry(ctx, func() error {
			_, err := s.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: k, ConditionExpression: &cond, ExpressionAttributeValues: values})
			return err
		})
	case e.r != 0:
		err = retry(ctx, func() error {
			_, err := s.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &s.table, Key: k, UpdateExpression: aws.String("REMOVE r"),
				ConditionExpression: &cond, ExpressionAttributeValues: values, ReturnValues: types.ReturnValueNone})
			return err
		})
	}
	return ignoreRefusal(err)
}

// ignoreRefusal: what changed meanwhile has been taken care of by who changed it.
func ignoreRefusal(err error) error {
	var r *refused
	if errors.As(err, &r) {
		return nil
	}
	return err
}
