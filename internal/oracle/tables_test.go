package oracle

import (
	"testing"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// people is a table of an application, with a column for attributes of each kind that a column can hold.
const people = `CREATE TABLE people (id TEXT PRIMARY KEY, org TEXT NOT NULL, email TEXT, first TEXT, active BOOLEAN,
  title TEXT NOT NULL DEFAULT '', work TEXT, department TEXT, created_at TIMESTAMP, updated_at TIMESTAMP, scim TEXT)`

// TestTables: a service whose users are rows of a table of the application answers as the model does. What is special
// about rows is that their versions are made from their content: see game.versions.
func TestTables(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mapped)
	w.content = true
	w.check(t, racing.Size(60, dynamotest.Size(400, 4000)))
}

func mapped(t *testing.T, w *world) scim.Store {
	t.Helper()
	d := sqltest.SQLite(t)
	err := d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
		for _, statement := range []string{people, "CREATE UNIQUE INDEX people_name ON people (org, lower(email))"} {
			if _, err := tx.Exec(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := d.Map(t.Context(), sqlstore.Table("people",
		sqlstore.Column("email").To("userName"),
		sqlstore.Column("first").To("name.givenName"),
		sqlstore.Column("active").To("active"),
		sqlstore.Column("title").To("title").Default(""),
		sqlstore.Column("work").To(`emails[type eq "work"].value`),
		sqlstore.Column("department").To(urnEnterprise+":department"),
	).Key("id").TenantColumn("org").Times("created_at", "updated_at").Rest("scim"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}
