package sqlstore_test

import (
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// TestComputedColumns: Map refuses a column that the database computes, wherever it is in the mapping, because each POST would fail. One that is not
// mapped, and a key that the database makes, are none of its business.
func TestComputedColumns(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		schema := "main"
		definitions := []string{`CREATE TABLE staff (no INTEGER PRIMARY KEY AUTOINCREMENT, org TEXT NOT NULL, email TEXT NOT NULL, scim TEXT,
lower_email TEXT GENERATED ALWAYS AS (lower(email)) STORED, "Short" TEXT GENERATED ALWAYS AS (substr(email, 1, 3)) VIRTUAL)`}
		if d.Dialect().Name() == "postgres" {
			must(t, d.Row(t.Context(), []any{&schema}, `SELECT current_schema()`))
			definitions = []string{`CREATE TABLE staff (no BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, org TEXT NOT NULL, email TEXT NOT NULL, scim TEXT,
lower_email TEXT GENERATED ALWAYS AS (lower(email)) STORED, "Short" TEXT GENERATED ALWAYS AS (left(email, 3)) STORED)`}
		}
		must(t, d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
			for _, text := range definitions {
				if _, err := tx.Exec(t.Context(), text); err != nil {
					return err
				}
			}
			return nil
		}))
		for _, table := range []string{"staff", `"staff"`, schema + ".staff"} {
			mapped := func() *sqlstore.TableMap {
				return sqlstore.Table(table, sqlstore.Column("email").To("userName")).Serial("no").TenantColumn("org").Rest("scim")
			}
			_, err := d.Map(t.Context(), mapped())
			must(t, err)
			for column, m := range map[string]*sqlstore.TableMap{
				"lower_email": sqlstore.Table(table, sqlstore.Column("email").To("userName"), sqlstore.Column("lower_email").To("nickName")).Serial("no").TenantColumn("org").Rest("scim"),
				`"Short"`:     sqlstore.Table(table, sqlstore.Column("email").To("userName"), sqlstore.Column(`"Short"`).To("nickName")).Serial("no").TenantColumn("org").Rest("scim"),
				"LOWER_EMAIL": sqlstore.Table(table, sqlstore.Column("email").To("userName")).Serial("no").TenantColumn("org").Rest("LOWER_EMAIL"),
			} {
				if _, err := d.Map(t.Context(), m); err == nil || !strings.Contains(err.Error(), "computes the column "+column) {
					t.Errorf("%s of %s: %v", column, table, err)
				}
			}
		}
	})
}
