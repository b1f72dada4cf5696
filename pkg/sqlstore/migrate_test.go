package sqlstore_test

import (
	"path/filepath"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestOldSchema: a database of the first version is brought up to date, and its tenants and tokens are
// read and changed.
func TestOldSchema(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "scim.db")
	d, err := sqlite.Open(t.Context(), path, sqlstore.Options{})
	must(t, err)
	must(t, d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
		for _, statement := range []string{
			`DROP TABLE scim_webhook`, `DROP TABLE scim_delivery`, `DROP TABLE scim_tally`, `DROP TABLE scim_feed`, `DROP TABLE scim_consumer`, `DROP TABLE scim_letter`, `DROP TABLE scim_operator`,
			`DROP TABLE scim_client`, `DROP TABLE scim_once`, `DROP INDEX scim_tenant_pending`, `ALTER TABLE scim_tenant DROP COLUMN pending`, `ALTER TABLE scim_tenant DROP COLUMN version`,
			`ALTER TABLE scim_token DROP COLUMN name`, `ALTER TABLE scim_token DROP COLUMN idp`, `ALTER TABLE scim_token DROP COLUMN mode`,
			`ALTER TABLE scim_token DROP COLUMN used`, `ALTER TABLE scim_token DROP COLUMN replaced_by`, `UPDATE scim_schema SET version = 1`,
			`INSERT INTO scim_tenant VALUES ('acme', '{"idp":"okta"}', x'07', 0)`,
			`INSERT INTO scim_token VALUES ('acme', 'old', x'09', 31, 'u1', 1767323045678000, 0, 0)`,
		} {
			if _, err := tx.Exec(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, d.Close())
	d, err = sqlite.Open(t.Context(), path, sqlstore.Options{})
	must(t, err)
	defer func() { must(t, d.Close()) }()
	ts, acme := d.Tenants(), tenantID(t, "acme")
	same(t, record(t, ts, acme), tenant.Record{
		Settings: tenant.Settings{ID: acme, Version: 1, IdP: "okta", CursorKey: [32]byte{7}},
		Tokens:   []tenant.Token{{KeyID: "old", Hash: [32]byte{9}, Scopes: scim.All, UserID: "u1", Created: at.AddDate(0, 0, 0)}},
	})
	must(t, ts.Touch(t.Context(), acme, "old", at))
	must(t, ts.Put(t.Context(), tenant.Settings{ID: acme, Version: 1}))
}
