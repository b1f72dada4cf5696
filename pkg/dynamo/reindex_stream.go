package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/scimstack/scimstack/pkg/tenant"
)

// buildBudget bounds what the Consumer builds for the records of one call of Process, however many tenants they are
// of: the facts of all tenants in the records that follow wait for it.
const buildBudget = time.Second

// build continues the builds that the records ask for, and returns how many records it has done.
func (c *Consumer) build(ctx context.Context, records []StreamRecord) (done int, err error) {
	end := time.Now().Add(buildBudget)
	for i, r := range records {
		left := max(time.Until(end), time.Millisecond) // without a budget, a build would have no bound
		if err := c.reindex(ctx, r, left); err != nil {
			return i, err
		}
	}
	return len(records), nil
}

// reindex continues the build that a settings item asks for, for a while. Writing down how far it is
// makes the record that continues it. Records that a newer one follows are skipped, except the one whose
// processing was interrupted.
func (c *Consumer) reindex(ctx context.Context, r StreamRecord, budget time.Duration) error {
	p, ok := partitionOf(r)
	if !ok || p.kind != "CFG" || r.Kind == "REMOVE" {
		return nil
	}
	d, ok, err := readIndexes(p.tenant, r.New)
	if err != nil || !ok || d.Build == nil || d.Build.Stopped {
		return err
	}
	ts := &Tenants{store: c.store}
	owner := "stream-" + r.Sequence
	now, err := ts.readState(ctx, p.tenant)
	if errors.Is(err, tenant.ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	b := now.doc.Build
	if b == nil || b.Stopped || now.revision != numberOf(r.New, attrRevision) && b.Owner != owner {
		return nil
	}
	if b.Owner != "" && b.Owner != owner && c.store.alive(time.UnixMilli(b.Until), buildLease) {
		return nil // its builder writes the next record
	}
	_, err = ts.Reindex(ctx, p.tenant, ReindexOptions{Budget: budget, owner: owner, pending: true})
	if errors.Is(err, tenant.ErrUnknown) {
		return nil
	}
	return err
}
