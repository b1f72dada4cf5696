package dynamo

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim"
)

// sweepTenant deletes the counters of a tenant that no longer exists. The stream reports the removal
// of its resources late: the counters that it changes then may be written after Delete has looked.
func (c *Consumer) sweepTenant(ctx context.Context, t scim.TenantID) error {
	it, err := c.store.getItem(ctx, settingsKey(t), true)
	if err != nil || it != nil {
		return err // it exists (again)
	}
	d := &deletion{s: c.store, t: t, removed: Tally{}}
	return d.clear(ctx, tallyCounters, pk(t, "N"), nil)
}
