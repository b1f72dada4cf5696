package sqlstore_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// TestPruneInSteps: a request that finds very many expired entries of the feed removes some of them, because other writes
// wait for it, and the next ones remove the rest.
func TestPruneInSteps(t *testing.T) {
	t.Parallel()
	eachAt(t, prunesInSteps)
}

func prunesInSteps(t *testing.T, d *sqlstore.Database, now *time.Time) {
	t.Helper()
	ctx, acme := t.Context(), tenantID(t, "acme")
	const tenants, each = 3, 1500
	must(t, d.Transaction(ctx, func(tx *sqlstore.Tx) error {
		for i := range tenants {
			for n := 1; n <= each; n++ {
				if _, err := tx.Exec(ctx, fmt.Sprintf(`INSERT INTO scim_feed (tenant, last, first, expires, entry) VALUES ('old-%d', %d, %d, %d, '{}')`, i, n, n, at.Unix()+int64(n))); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	*now = at.Add(48 * time.Hour)
	rows := func() (n int) {
		t.Helper()
		must(t, d.Row(ctx, []any{&n}, `SELECT count(*) FROM scim_feed WHERE tenant <> 'acme' AND entry IS NOT NULL`))
		return n
	}
	for commits := 1; rows() > 0; commits++ {
		before := rows()
		_, err := d.Store().Commit(ctx, acme, newUser(commits, "u"+userID(commits), at))
		must(t, err)
		removed := before - rows()
		if removed > 1000 || removed == 0 {
			t.Fatalf("commit %d has removed %d of %d", commits, removed, before)
		}
	}
	for i := range tenants { // a number is not used twice
		last, err := d.Store().Last(ctx, tenantID(t, fmt.Sprintf("old-%d", i)))
		if err != nil || last != each {
			t.Errorf("last number %d: %v", last, err)
		}
	}
}
