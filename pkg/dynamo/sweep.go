package dynamo

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// sweep completes what the removal of an item calls for.
//
//	a resource           edges on both sides of it that its removal did not reach, the managers of
//	                     users who reported to it, index items that are left
//	a tombstone, by TTL  the same again a day later, because the index may have lagged
//	an intent, by TTL    marks of a staged write that did not end
//	the settings         the counters of the deleted tenant, which this consumer has written since
func (c *Consumer) sweep(ctx context.Context, r StreamRecord) error {
	p, ok := partitionOf(r)
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
		return c.sweepGroup(ctx, p.tenant, stringOf(r.Old, attrType), p.sk)
	case p.kind == "CFG":
		return c.sweepTenant(ctx, p.tenant)
	}
	return nil
}

// sweepResource deletes the edges of a resource that no longer exists, and the references to it.
func (c *Consumer) sweepResource(ctx context.Context, t scim.TenantID, typ, id string) error {
	s := c.store
	it, err := s.getItem(ctx, resourceKey(t, typ, id), true)
	if err != nil || it != nil {
		return err // it exists (again)
	}
	shards := 1
	if has, err := s.hasShards(ctx, t); err != nil {
		return err
	} else if has {
		shards = edgeShards
	}
	edges, err := s.allEdges(ctx, t, id, shards)
	if err != nil {
		return err
	}
	if err := s.deleteEdges(ctx, t, id, edges); err != nil {
		return err
	}
	groups, err := s.remaining(ctx, t, id, shards)
	if err != nil {
		return err
	}
	actor, err := s.remover(ctx, t, typ, id, groups)
	if err != nil {
		return err
	}
	leave := commit{s: s, t: t, cause: scim.Ref{Type: typ, ID: id}, c: scim.Change{ID: id, Now: s.o.Now().UTC(), Actor: actor}}
	if err := leave.leaveGroups(ctx, groups); err != nil || typ == defaultGroupType {
		return err
	}
	return c.dropManager(ctx, t, typ, id)
}

// maxVoid is how many void numbers a group keeps once no edge has a mark with them.
const maxVoid = 16

// sweepGroup breaks an expired lease, and deletes the marks that no longer mean anything.
func (c *Consumer) sweepGroup(ctx context.Context, t scim.TenantID, typ, id string) error {
	s := c.store
	it, err := s.getItem(ctx, resourceKey(t, typ, id), true)
	if err != nil {
		return err
	}
	edges, err := s.allEdges(ctx, t, id, edgeShards)
	if err != nil {
		return err
	}
	if it == nil { // its creation was interrupted, or it was removed since
		return s.deleteEdges(ctx, t, id, edges)
	}
	st := readState(it)
	if st.Lease != nil {
		if s.held(st.Lease) {
			return nil // a later staged write, which has left an intent of its own
		}
		if _, err := s.updateItem(ctx, resourceKey(t, typ, id), st.breaking(), types.ReturnValueNone); err != nil {
			return ignoreFailedCondition(err)
		}
		st = st.broken()
	}
	err = async.Each(ctx, s.o.Parallel, edges, func(ctx context.Context, e edge) error {
		return s.sweepEdge(ctx, edgeKey(t, id, e.place()), st, e)
	})
	if err != nil || len(st.Void) <= maxVoid {
		return err
	}
	_, err = s.updateItem(ctx, resourceKey(t, typ, id), st.forgetting(st.Void[:len(st.Void)-maxVoid]), types.ReturnValueNone)
	return ignoreFailedCondition(err)
}

// sweepEdge deletes an edge that is no membership, or the mark of a removal that is void. A mark that is not
// decided in the state is that of a staged write that began after the state was read.
func (s *Store) sweepEdge(ctx context.Context, k key, st state, e edge) error {
	var err error
	switch {
	case isTrace(e): // a reader may need it; it has a time to live
	case e.added > st.Seq, e.removed > st.Seq:
	case !st.visible(e):
		err = s.deleteItem(ctx, k, edgeAsRead(&e))
	case e.removed != 0:
		_, err = s.updateItem(ctx, k, unmarking(&e), types.ReturnValueNone)
	}
	return ignoreFailedCondition(err)
}

// ignoreFailedCondition: the writer that changed the item in the meantime has taken care of it.
func ignoreFailedCondition(err error) error {
	var failed *conditionFailed
	if errors.As(err, &failed) {
		return nil
	}
	return err
}
