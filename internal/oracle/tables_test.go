package oracle

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/scim"
	scimschema "github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// TestTables: a service whose users, or users and groups, are rows of tables of the application answers as the model does. What
// is special about rows is that their versions are made from their content: see game.versions.
func TestTables(t *testing.T) {
	t.Parallel()
	for kind, open := range map[string]func(*testing.T, *sqlstore.Database) *sqlstore.Mapped{"users": usersTable, "users and groups": allTables} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
				w := newWorld(t, func(t *testing.T, _ *world) scim.Store { t.Helper(); return open(t, d) })
				w.content, w.flat = true, kind != "users"
				w.check(t, racing.Size(20, dynamotest.Size(60, 2000)))
			})
		})
	}
}

// usersTable maps a table with text keys, of many tenants, by a type that does not know the extension of the tenants. Its names are
// reserved words and have capitals; the NULL of a column is a value, and another column has a form of its own.
func usersTable(t *testing.T, d *sqlstore.Database) *sqlstore.Mapped {
	t.Helper()
	made(t, d, `CREATE TABLE "User" (id KEY PRIMARY KEY, "group" TEXT NOT NULL, "logIn" TEXT, "first name" TEXT, "left" TEXT,
title TEXT NOT NULL DEFAULT '', "order" TEXT, department TEXT, "createdAt" TIMESTAMP, "updatedAt" TIMESTAMP, scim TEXT);
CREATE UNIQUE INDEX people_name ON "User" ("group", lower("logIn"))`)
	return store(t, d, sqlstore.Table(`"User"`,
		sqlstore.Column(`"logIn"`).To("userName").As(
			func(v any) (any, error) { return strings.TrimPrefix(v.(string), "Login:"), nil },
			func(v any) (any, error) { return "Login:" + v.(string), nil }),
		sqlstore.Column(`"first name"`).To("name.givenName"),
		sqlstore.Column(`"left"`).To("active").Null(true).Default("unknown").As(
			func(v any) (any, error) {
				if v == "unknown" {
					return nil, nil //nolint:nilnil // no value
				}
				return false, nil
			},
			func(any) (any, error) { return "yes", nil }),
		sqlstore.Column("title").To("title").Default(""),
		sqlstore.Column(`"order"`).To(`emails[type eq "work"].value`),
		sqlstore.Column("department").To(urnEnterprise+":department"),
	).Key("id").TenantColumn(`"group"`).Times(`"createdAt"`, `"updatedAt"`).Rest("scim"))
}

// allTables maps tables with integer keys, by a type with the extension: it has a column for each data type.
func allTables(t *testing.T, d *sqlstore.Database) *sqlstore.Mapped {
	t.Helper()
	made(t, d, `CREATE TABLE people (id SERIAL, org TEXT NOT NULL, email TEXT, badge TEXT, count BIGINT, ratio TEXT, since TEXT, flag BOOLEAN, secret_key BLOB,
link TEXT, fixed TEXT, secret TEXT, on_demand TEXT, size BIGINT, item TEXT, scim TEXT);
CREATE TABLE roles (id SERIAL, org TEXT NOT NULL, name TEXT, scim TEXT);
CREATE TABLE roles_of (role BIGINT NOT NULL REFERENCES roles (id), person BIGINT NOT NULL REFERENCES people (id), PRIMARY KEY (role, person));
CREATE INDEX roles_of_person ON roles_of (person)`)
	users, err := admin.Load([]json.RawMessage{documents(typesOf(1))})
	if err != nil {
		t.Fatal(err)
	}
	at := func(column, name string) *sqlstore.ColumnMap {
		return sqlstore.Column(column).To(urnCustom + ":" + name)
	}
	return store(t, d, sqlstore.Table("people", sqlstore.Column("email").To("userName"), at("badge", "badge"), at("count", "count"),
		at("ratio", "ratio"), at("since", "since"), at("flag", "flag"), at("secret_key", "key"), at("link", "link"), at("fixed", "fixed"),
		at("secret", "secret"), at("on_demand", "onDemand"), at("size", "box.size"), at("item", `items[type eq "work"].value`),
	).Type(users[0]).Serial("id").TenantColumn("org").Rest("scim"),
		sqlstore.Table("roles", sqlstore.Column("name").To("displayName")).Type(scimschema.GroupType()).Serial("id").TenantColumn("org").Rest("scim").
			Members(sqlstore.MemberTable("roles_of").Group("role").Member("person")))
}

// made makes tables. KEY is the type of texts that are compared by their bytes, SERIAL an integer that is never given twice.
func made(t *testing.T, d *sqlstore.Database, statements string) {
	t.Helper()
	words := strings.NewReplacer("id KEY", "id TEXT", "id SERIAL", "id INTEGER PRIMARY KEY AUTOINCREMENT")
	if d.Dialect().Name() == "postgres" {
		words = strings.NewReplacer("id KEY", `id TEXT COLLATE "C"`, "id SERIAL", "id BIGSERIAL PRIMARY KEY", "BLOB", "BYTEA")
	}
	err := d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
		for statement := range strings.SplitSeq(words.Replace(statements), ";") {
			if _, err := tx.Exec(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func store(t *testing.T, d *sqlstore.Database, tables ...*sqlstore.TableMap) *sqlstore.Mapped {
	t.Helper()
	s, err := d.Map(t.Context(), tables...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
