package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Delete removes a tenant: its tokens first, so that nobody writes any more, then all of its
// data, its settings at last. If it is interrupted, it can be called again. It returns
// tenant.ErrUnknown if there is no such tenant.
//
// Processes that have the tenant in their cache serve it for up to a minute more; what they
// write then stays behind under the tenant's keys.
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
	// A and PLAN are the provisioning log and the plans that others keep in the same table.
	for _, kind := range []string{"P", "N", "D", "S", "A", "PLAN"} {
		if err := ts.store.clear(ctx, pk(id, kind)); err != nil {
			return err
		}
	}
	return ts.store.deleteItem(ctx, settingsKey(id))
}

// clearType deletes the resources of a type, each behind its edges and index items.
func (s *Store) clearType(ctx context.Context, t scim.TenantID, typ string) error {
	for {
		l, err := s.page(ctx, t, typ, "", 0, scim.Page{Limit: 500})
		if err != nil || len(l.Resources) == 0 {
			return err
		}
		err = async.Each(ctx, s.o.Parallel, l.Resources, func(ctx context.Context, r *scim.Resource) error {
			if stateOf(r).Had {
				if err := s.clear(ctx, edgePK(t, r.ID)); err != nil {
					return err
				}
			}
			for _, k := range r.Keys {
				if err := s.deleteItem(ctx, indexKey(t, typ, k, r.ID)); err != nil {
					return err
				}
			}
			return s.deleteItem(ctx, resourceKey(t, typ, r.ID))
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
			return s.deleteItem(ctx, keyOf(it))
		})
		if err != nil {
			return err
		}
	}
}
