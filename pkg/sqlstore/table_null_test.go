package sqlstore_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// made makes tables of an application and maps one of them.
func made(t *testing.T, d *sqlstore.Database, table *sqlstore.TableMap, statements ...string) (*sqlstore.Mapped, func(string, ...any)) {
	t.Helper()
	run := func(statement string, args ...any) {
		t.Helper()
		must(t, d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
			_, err := tx.Exec(t.Context(), statement, args...)
			return err
		}))
	}
	for _, s := range statements {
		run(s)
	}
	s, err := d.Map(t.Context(), table.Key("id").Tenant(tenantID(t, "acme")).Rest("scim"))
	must(t, err)
	return s, run
}

// TestNull: the NULL of a column is the value that Null says, in rows of the application and in those of SCIM, and is what that
// value is written as.
func TestNull(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		refuse := func(any) (any, error) { return nil, errors.New("called for a NULL") }
		ctx, acme := t.Context(), tenantID(t, "acme")
		s, run := made(t, d, sqlstore.Table("soft", sqlstore.Column("login").To("userName"),
			sqlstore.Column("deleted_at").To("active").Null(true).As(
				func(any) (any, error) { return false, nil },
				func(v any) (any, error) {
					if v == true {
						return refuse(v)
					}
					return "2026-01-01 00:00:00", nil
				}),
			sqlstore.Column("lang").To("displayName", "locale").Null("en"),
		), `CREATE TABLE soft (id TEXT PRIMARY KEY, login TEXT, deleted_at TIMESTAMP, lang TEXT, scim TEXT)`,
			`INSERT INTO soft (id, login) VALUES ('old', 'old')`)
		shows := func(id, active, lang string) {
			t.Helper()
			r, err := s.Get(ctx, acme, "User", id)
			must(t, err)
			var at, in *string
			must(t, d.Row(ctx, []any{&at, &in}, `SELECT CAST(deleted_at AS TEXT), lang FROM soft WHERE id = $1`, id))
			if !strings.Contains(string(r.Document), `"displayName":"`+lang+`"`) || !strings.Contains(string(r.Document), `"locale":"`+lang+`","active":`+active) ||
				(at == nil) != (active == "true") || (in == nil) != (lang == "en") {
				t.Errorf("%s: %s, deleted_at %v, lang %v", id, r.Document, at, in)
			}
		}
		shows("old", "true", "en")
		c := newUser(1, "ann", at)
		for _, now := range [][3]string{{`,"displayName":"en","active":true`, "true", "en"}, {`,"displayName":"de","active":false`, "false", "de"}, {``, "true", "en"}} {
			c.Put.Document = document("ann", now[0])
			_, err := s.Commit(ctx, acme, c)
			must(t, err)
			shows(userID(1), now[1], now[2])
			c.If = scim.IfAny
		}
		run(`UPDATE soft SET lang = 'fr' WHERE id = $1`, userID(1))
		for value, want := range map[string]string{"en": "old", "fr": userID(1)} {
			if l, err := s.Lookup(ctx, acme, "User", scim.IndexKey{Attr: "displayName", Value: value}, scim.Page{Limit: 9}); err != nil || len(l.Resources) != 1 || l.Resources[0].ID != want {
				t.Errorf("%s: %v, %v", value, l.Resources, err)
			}
		}
		for _, bad := range []any{"maybe", "", 7} {
			_, err := d.Map(ctx, sqlstore.Table("soft", sqlstore.Column("deleted_at").To("active").Null(bad)).Key("id").Tenant(acme).Rest("scim"))
			if err == nil || !strings.Contains(err.Error(), "column deleted_at: Null: ") {
				t.Errorf("%v: %v", bad, err)
			}
		}
	})
}

// TestConvertedLookup: a row that the application has inserted is found by a value that As converts, and keeps the value unique.
func TestConvertedLookup(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		ctx, acme := t.Context(), tenantID(t, "acme")
		s, run := made(t, d, sqlstore.Table("staff",
			sqlstore.Column("login").To("userName").As(
				func(v any) (any, error) { return v.(string) + "@acme.com", nil },
				func(v any) (any, error) {
					if short, ok := strings.CutSuffix(v.(string), "@acme.com"); ok {
						return short, nil
					}
					return nil, errors.New("is not of acme.com")
				}),
			sqlstore.Column("no").To("externalId").As(
				func(v any) (any, error) { return fmt.Sprint("E", v), nil },
				func(v any) (any, error) { return strconv.ParseInt(strings.TrimPrefix(v.(string), "E"), 10, 64) }),
			sqlstore.Column("alias").To("displayName").As(
				func(v any) (any, error) { return v, nil },
				func(v any) (any, error) {
					if v == "none" {
						return nil, nil //nolint:nilnil // NULL
					}
					return v, nil
				}).Null("none"),
		), `CREATE TABLE staff (id TEXT PRIMARY KEY, login TEXT, no BIGINT, alias TEXT, scim TEXT)`)
		run(`INSERT INTO staff (id, login, no) VALUES ('a', 'Ann', 17), ('b', 'bob', 18)`)
		run(`UPDATE staff SET alias = 'Bob' WHERE id = 'b'`)
		for _, key := range []scim.IndexKey{{Attr: "userName", Value: "ann@acme.com"}, {Attr: "externalId", Value: "E17"}, {Attr: "displayName", Value: "none"}} {
			if l, err := s.Lookup(ctx, acme, "User", key, scim.Page{Limit: 9}); err != nil || len(l.Resources) != 1 || l.Resources[0].ID != "a" {
				t.Errorf("%v: %v, %v", key, l.Resources, err)
			}
		}
		for _, key := range []scim.IndexKey{{Attr: "userName", Value: "ann"}, {Attr: "userName", Value: "ann@other.com"}, {Attr: "externalId", Value: "e17"}, {Attr: "externalId", Value: "x"}} {
			if l, err := s.Lookup(ctx, acme, "User", key, scim.Page{Limit: 9}); err != nil || len(l.Resources) != 0 {
				t.Errorf("%v: %v, %v", key, l.Resources, err)
			}
		}
		c := newUser(1, "ANN@acme.com", at)
		c.Keys[0].Value = "ann@acme.com"
		var taken *scim.TakenError
		if _, err := s.Commit(ctx, acme, c); !errors.As(err, &taken) || taken.ID != "a" {
			t.Errorf("a second ann: %v", err)
		}
	})
}

// TestQuotedNames: names that are reserved words, have capitals or blanks are given in double quotes; without them the error says so.
func TestQuotedNames(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		ctx, acme := t.Context(), tenantID(t, "acme")
		s, run := made(t, d, sqlstore.Table(`"user"`, sqlstore.Column(`"order"`).To("userName"), sqlstore.Column(`"fullName"`).To("displayName"),
			sqlstore.Column(`"e-mail"`).To("title")),
			`CREATE TABLE "user" (id TEXT PRIMARY KEY, "order" TEXT NOT NULL UNIQUE, "fullName" TEXT NOT NULL, "e-mail" TEXT CHECK ("e-mail" <> 'bad'), scim TEXT)`)
		run(`INSERT INTO "user" (id, "order", "fullName") VALUES ('a', 'Ann', 'Ann')`)
		if l, err := s.Lookup(ctx, acme, "User", scim.IndexKey{Attr: "userName", Value: "ann"}, scim.Page{Limit: 9}); err != nil || len(l.Resources) != 1 {
			t.Errorf("%v, %v", l.Resources, err)
		}
		c := newUser(1, "bob", at)
		refusedAs(t, s, acme, c, schema.FaultRequired, "displayName")
		c.Put.Document = document("bob", `,"displayName":"Bob","title":"bad"`)
		_, err := s.Commit(ctx, acme, c)
		if err == nil || d.Dialect().Name() == "sqlite" && !strings.Contains(err.Error(), "value of title") { // Postgres names the constraint, user_e-mail_check
			t.Errorf("%v", err)
		}
		c.Put.Document = document("bob", `,"displayName":"Bob"`)
		_, err = s.Commit(ctx, acme, c)
		must(t, err)
		for _, wrong := range []*sqlstore.TableMap{
			sqlstore.Table("user", sqlstore.Column("order").To("userName")),
			sqlstore.Table(`"user"`, sqlstore.Column(`"ordre"`).To("userName")), // SQLite would take it for a text
			sqlstore.Table("the user", sqlstore.Column("order").To("userName")),
		} {
			if _, err := d.Map(ctx, wrong.Key("id").Tenant(acme).Rest("scim")); err == nil || !strings.Contains(err.Error(), "double quotes, as in Column(`\"order\"`)") {
				t.Errorf("%v", err)
			}
		}
	})
}
