package sqlstore_test

import (
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestWrittenAfterLastPass: what is written when the last pass of a deletion has left a table goes with the tenant. A trigger
// writes to the first tables when the pass is at the last one.
func TestWrittenAfterLastPass(t *testing.T) {
	t.Parallel()
	d, acme := sqltest.SQLite(t), tenantID(t, "acme")
	exec := func(statements ...string) {
		t.Helper()
		must(t, d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
			for _, s := range statements {
				if _, err := tx.Exec(t.Context(), s); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	must(t, d.Tenants().Create(t.Context(), tenant.Settings{ID: acme}))
	exec(`CREATE TRIGGER late AFTER DELETE ON scim_delivery BEGIN INSERT INTO scim_once (tenant, name, until) VALUES ('acme', 'late', 1); END`)
	removed, err := d.Tenants().Delete(t.Context(), acme, sqlstore.Deletion{Wait: -1, Progress: func(map[string]int, time.Duration) {
		exec(`INSERT INTO scim_delivery (tenant, webhook, seq, resource, dead, next, document) VALUES ('acme', 'w', 1, 'r', 0, 0, '{}')`)
	}})
	must(t, err)
	if left := rows(t, d, acme); left != "" || removed["used assertions"] != 1 || removed["deliveries"] != 1 {
		t.Errorf("left: %q; removed %v", left, removed)
	}
}
