package function

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// recountEvent is the event of the nightly schedule: the tenants to recount, or all of them if it lists none.
type recountEvent struct {
	Tenants []string `json:"tenants"`
}

// A recount leaves out the tenants whose last one ended less than recountEvery ago, and ends
// recountMargin before the function is stopped.
const (
	recountEvery  = 12 * time.Hour
	recountMargin = 5 * time.Second
)

// recounter recounts tenants for as long as the invocation lasts. The schedule invokes it several times
// a night; each time it continues with the tenants that are left, in a random order, so that none
// waits forever for the one before it.
type recounter struct {
	tenants *dynamo.Tenants
	with    func(context.Context, scim.TenantID) context.Context // for the items of a tenant
	log     *slog.Logger
}

func (r recounter) run(ctx context.Context, e recountEvent) error {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-recountMargin))
		defer cancel()
	}
	ids, err := r.list(ctx, e)
	if err != nil {
		return err
	}
	rand.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	since, done := time.Now().Add(-recountEvery), 0
	for _, id := range ids {
		err := r.tenants.RecountSince(r.with(ctx, id), id, since, func(at dynamo.Recount) { r.report(ctx, at) })
		switch {
		case ctx.Err() != nil:
			r.log.InfoContext(ctx, "recount continues", "tenants", len(ids), "done", done)
			return nil
		case err != nil && !errors.Is(err, tenant.ErrUnknown):
			r.log.ErrorContext(ctx, "recount", "tenant", id.String(), "cause", err)
		default:
			done++
		}
	}
	r.log.InfoContext(ctx, "recount ended", "tenants", len(ids), "done", done)
	return nil
}

func (r recounter) list(ctx context.Context, e recountEvent) ([]scim.TenantID, error) {
	if len(e.Tenants) == 0 {
		return tenant.AllNames(ctx, r.tenants)
	}
	ids := make([]scim.TenantID, len(e.Tenants))
	for i, name := range e.Tenants {
		var err error
		if ids[i], err = scim.ParseTenantID(name); err != nil {
			return nil, fmt.Errorf("tenant %q: %w", name, err)
		}
	}
	return ids, nil
}

// report logs a counter that was wrong.
func (r recounter) report(ctx context.Context, at dynamo.Recount) {
	if at.Done && at.Before != at.Counted {
		r.log.WarnContext(ctx, "counter corrected", "tenant", at.Tenant.String(), "type", at.Type, "before", at.Before, "after", at.Counted)
	}
}
