package dynamoadmin

import (
	"context"
	"time"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Upkeep implements admin.Deleter, admin.Reindexer and admin.Recounter over a table. It is safe for concurrent use.
type Upkeep struct {
	tenants *dynamo.Tenants
	kept    []dynamo.Kept
}

var (
	_ admin.Deleter   = (*Upkeep)(nil)
	_ admin.Reindexer = (*Upkeep)(nil)
	_ admin.Recounter = (*Upkeep)(nil)
)

// New returns the Upkeep of a table. kept are what other packages keep in it, such as dynamolog.Kept: what is not listed
// stays when a tenant is deleted.
func New(t *dynamo.Tenants, kept ...dynamo.Kept) *Upkeep { return &Upkeep{tenants: t, kept: kept} }

// Inventory implements admin.Deleter.
func (u *Upkeep) Inventory(ctx context.Context, id scim.TenantID) (map[string]int, bool, error) {
	return u.tenants.Inventory(ctx, id, u.kept)
}

// Delete implements admin.Deleter.
func (u *Upkeep) Delete(ctx context.Context, id scim.TenantID, wait time.Duration, progress func(map[string]int, time.Duration)) (map[string]int, error) {
	return u.tenants.Delete(ctx, id, dynamo.Deletion{Others: u.kept, Wait: wait, Progress: func(removed dynamo.Tally, waiting time.Duration) { progress(removed, waiting) }})
}

// margin is left of the time of a call, so that it can report what it has done.
const margin = 2 * time.Second

// Reindex implements admin.Reindexer. It ends a moment before ctx does.
func (u *Upkeep) Reindex(ctx context.Context, id scim.TenantID, all bool) (admin.IndexReport, error) {
	o := dynamo.ReindexOptions{All: all}
	if deadline, ok := ctx.Deadline(); ok {
		o.Budget = max(time.Until(deadline)-margin, time.Millisecond)
	}
	done, err := u.tenants.Reindex(ctx, id, o)
	out := admin.IndexReport{Done: done.Done, Read: done.Read, Written: done.Written}
	for _, d := range done.Duplicates {
		out.Duplicates = append(out.Duplicates, admin.Duplicate{Type: d.Type, ID: d.ID, Holder: d.Holder, Attribute: d.Attr})
	}
	return out, err
}

// Recount implements admin.Recounter.
func (u *Upkeep) Recount(ctx context.Context, id scim.TenantID) (out []admin.Count, err error) {
	err = u.tenants.Recount(ctx, id, func(at dynamo.Recount) {
		if at.Done {
			out = append(out, admin.Count{Type: at.Type, Before: int(at.Before), Counted: int(at.Counted)})
		}
	})
	return out, err
}
