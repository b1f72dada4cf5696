package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// rename brings a new display name of a resource to the edges that show it as a member
// (scim.Change.Display). It writes the name that the resource has now, not the one of the record,
// so that records may be processed late, repeatedly and in any order.
func (c *Consumer) rename(ctx context.Context, r StreamRecord) error {
	p, ok := partitionOf(r)
	typ := p.resourceType()
	if r.Kind != "MODIFY" || !ok || typ == "" || displayIn(r.Old) == displayIn(r.New) {
		return nil
	}
	return c.showPresent(ctx, p.tenant, typ, p.sk)
}

// showPresent writes the present display name of a resource on its edges as a member.
func (c *Consumer) showPresent(ctx context.Context, t scim.TenantID, typ, id string) error {
	shown := ""
	for range maxRounds {
		it, err := c.store.getItem(ctx, resourceKey(t, typ, id), true)
		name := displayIn(it)
		if err != nil || name == "" || name == shown {
			return err // a name that is gone stays on the edges, as in a store in memory
		}
		if err := c.store.showEverywhere(ctx, t, id, name); err != nil {
			return err
		}
		shown = name // read again: another process may have shown a newer name in between
	}
	return &scim.BusyError{Cause: errors.New("dynamo: the resource is renamed faster than its groups can show")}
}

// showEverywhere writes the display name of a resource on its edges as a member.
func (s *Store) showEverywhere(ctx context.Context, t scim.TenantID, id, name string) error {
	shards := 1
	if has, err := s.hasShards(ctx, t); err != nil {
		return err
	} else if has {
		shards = edgeShards
	}
	groups, err := s.memberships(ctx, t, []string{id}, shards)
	if err != nil {
		return err
	}
	return async.Each(ctx, s.o.Parallel, groups, func(ctx context.Context, m membership) error {
		if m.Display == name {
			return nil
		}
		return s.showAs(ctx, t, m, name)
	})
}

// showAs writes the display name of a member on its edge, if the edge still exists.
func (s *Store) showAs(ctx context.Context, t scim.TenantID, m membership, name string) error {
	e := onlyIf(itemExists)
	e.set(attrDisplay, e.bind(":name", str(name)))
	_, err := s.updateItem(ctx, edgeKey(t, m.groupID, m.place()), e, types.ReturnValueNone)
	var failed *conditionFailed
	if errors.As(err, &failed) {
		return nil
	}
	return err
}

// displayIn is the display name of the resource in an item: displayName, or userName. It is ""
// for an item without either.
func displayIn(it item) string {
	doc, err := schema.DecodeJSON(bytesOf(it, attrDocument), storedDepth)
	if err != nil {
		return ""
	}
	if name, ok := doc["displayName"].(string); ok {
		return name
	}
	name, _ := doc["userName"].(string)
	return name
}

// storedDepth bounds the nesting of stored documents when they are decoded.
const storedDepth = 64
