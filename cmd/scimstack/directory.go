package main

import (
	"context"
	"time"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// directory has the tenants of a backend with their settings and tokens.
type directory interface {
	tenant.Directory

	// inventory counts what remove would remove, by kind. deleting says that a removal was interrupted.
	inventory(ctx context.Context, id scim.TenantID) (found map[string]int, deleting bool, err error)
	// remove removes a tenant with everything that is kept for it. See the Delete of the stores.
	remove(ctx context.Context, id scim.TenantID, wait time.Duration, progress func(removed map[string]int, waiting time.Duration)) (map[string]int, error)
}

type dynamoDirectory struct {
	*dynamo.Tenants
	kept []dynamo.Kept // beside pkg/dynamo
}

func (d dynamoDirectory) inventory(ctx context.Context, id scim.TenantID) (map[string]int, bool, error) {
	return d.Inventory(ctx, id, d.kept)
}

func (d dynamoDirectory) remove(ctx context.Context, id scim.TenantID, wait time.Duration, progress func(map[string]int, time.Duration)) (map[string]int, error) {
	return d.Delete(ctx, id, dynamo.Deletion{Others: d.kept, Wait: wait, Progress: func(removed dynamo.Tally, waiting time.Duration) { progress(removed, waiting) }})
}

type sqlDirectory struct{ *sqlstore.Tenants }

func (d sqlDirectory) inventory(ctx context.Context, id scim.TenantID) (map[string]int, bool, error) {
	return d.Inventory(ctx, id)
}

func (d sqlDirectory) remove(ctx context.Context, id scim.TenantID, wait time.Duration, progress func(map[string]int, time.Duration)) (map[string]int, error) {
	return d.Delete(ctx, id, sqlstore.Deletion{Wait: wait, Progress: progress})
}

// tally is the number of all items.
func tally(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}
