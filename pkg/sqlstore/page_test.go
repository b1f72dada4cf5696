package sqlstore_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

var fence = regexp.MustCompile("(?s)```(go|sql)\n(.*?)```")

// TestPage: the Go blocks of the guide are parts of the examples, which run with their output; the SQL
// blocks run on both databases, and the mapping of the guide fits the table that they make.
func TestPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/how-to/use-sql.md")
	must(t, err)
	examples, err := os.ReadFile("example_test.go")
	must(t, err)
	var statements []string
	n := 0
	for _, block := range fence.FindAllStringSubmatch(string(page), -1) {
		if block[1] == "sql" {
			statements = append(statements, strings.Split(strings.TrimSuffix(strings.TrimSpace(block[2]), ";"), ";")...)
			continue
		}
		if n++; !strings.Contains(string(examples), block[2]) {
			t.Errorf("not in example_test.go:\n%s", block[2])
		}
	}
	if n != 5 || len(statements) != 7 {
		t.Errorf("%d blocks of Go, %d statements", n, len(statements))
	}
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		must(t, d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
			for _, statement := range statements {
				if d.Dialect().Name() == "postgres" { // as the page says
					statement = strings.ReplaceAll(statement, "INTEGER PRIMARY KEY AUTOINCREMENT", "BIGSERIAL PRIMARY KEY")
				}
				if _, err := tx.Exec(t.Context(), statement); err != nil {
					return err
				}
			}
			return nil
		}))
		_, err := d.Map(t.Context(), shapes()[0].mapping(t), roles(tenantID(t, "acme")))
		must(t, err)
	})
}

// roles is the mapping of the guide.
func roles(acme scim.TenantID) *sqlstore.TableMap {
	return sqlstore.Table("roles",
		sqlstore.Column("name").To("displayName"),
	).Type(schema.GroupType()).Serial("id").Tenant(acme).Rest("scim").
		Members(sqlstore.MemberTable("user_roles").Group("role_id").Member("user_id"))
}
