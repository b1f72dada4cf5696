package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Delete removes a tenant: first its tokens, so that no client can write, then all of its data,
// and its settings last. After an interruption it can be called again. It returns
// tenant.ErrUnknown if there is no such tenant.
//
// Processes with the tenant in their cache accept its tokens for up to one more minute. Items
// that they write in this time are not removed.
func (ts *Tenants) Delete(ctx context.Context, id scim.TenantID) error {
	r, err := ts.Resolve(ctx, id)
	if err != nil {
		return err
	}
	if err := ts.store.clear(ctx, tokenPK(id)); err != nil {
		return err
	}
	types := r.Settings.Types
	if len(types) == 0 {
		types = []*schema.ResourceType{schema.UserType(), schema.GroupType()}
	}
	for _, rt := range types {
		if err := ts.store.clearType(ctx, id, rt.Name); err != nil {
			return err
		}
	}
	// A and PLAN are the provisioning log and the plans, which other packages keep in this table.
	for _, kind := range []string{"P", "N", "D", "S", "A", "PLAN"} {
		if err := ts.store.clear(ctx, pk(id, kind)); err != nil {
			return err
		}
	}
	var e expression // a repeated try deletes no tenant that was created since
	e.require("ck = " + e.bind(":ck", bin(r.Settings.CursorKey[:])))
	return ignoreFailedCondition(ts.store.deleteItem(ctx, settingsKey(id), e))
}

// clearType deletes the resources of a type, each after its edges and index items.
func (s *Store) clearType(ctx context.Context, t scim.TenantID, typ string) error {
	for {
		l, err := (&listing{s: s, t: t, typ: typ, page: scim.Page{Limit: 500}}).read(ctx, nil)
		if err != nil || len(l.Resources) == 0 {
			return err
		}
		err = async.Each(ctx, s.o.Parallel, l.Resources, func(ctx context.Context, r *scim.Resource) error {
			if stateOf(r).HadMembers {
				if err := s.clear(ctx, edgePK(t, r.ID)); err != nil {
					return err
				}
			}
			for _, k := range r.Keys {
				if err := s.deleteItem(ctx, indexKey(t, typ, k, r.ID), expression{}); err != nil {
					return err
				}
			}
			return s.deleteItem(ctx, resourceKey(t, typ, r.ID), expression{})
		})
		if err != nil {
			return err
		}
	}
}

// clear deletes the items of one partition.
func (s *Store) clear(ctx context.Context, partition string) error {
	for {
		out, err := s.queryPage(ctx, &dynamodb.QueryInput{TableName: &s.table, KeyConditionExpression: aws.String("PK = :p"),
			ExpressionAttributeValues: item{":p": str(partition)}, ProjectionExpression: aws.String("PK, SK")})
		if err != nil || len(out.Items) == 0 {
			return err
		}
		err = async.Each(ctx, s.o.Parallel, out.Items, func(ctx context.Context, it item) error {
			return s.deleteItem(ctx, keyOf(it), expression{})
		})
		if err != nil {
			return err
		}
	}
}
