package sqlstore_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// oddTable maps columns of types that differ from those of their attributes.
func oddTable(t *testing.T, d *sqlstore.Database, report func(error)) *sqlstore.Mapped {
	t.Helper()
	sqlstore.SetReport(d, report)
	must(t, d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
		_, err := tx.Exec(t.Context(), `CREATE TABLE odd (id TEXT PRIMARY KEY, login TEXT UNIQUE, enabled INTEGER, state TEXT, title VARCHAR(10) NOT NULL,
lang TEXT, scim TEXT)`)
		return err
	}))
	state := sqlstore.Column("state").To("nickName").As(
		func(v any) (any, error) {
			if v != "good" {
				return nil, fmt.Errorf("state %v is not known", v)
			}
			return "nice", nil
		},
		func(v any) (any, error) {
			if v != "nice" {
				return nil, errors.New("only nice is possible")
			}
			return "good", nil
		})
	s, err := d.Map(t.Context(), sqlstore.Table("odd",
		sqlstore.Column("login").To("userName"), sqlstore.Column("enabled").To("active"), state,
		sqlstore.Column("title").To("title").Default(""), sqlstore.Column("lang").To("locale"),
	).Key("id").Tenant(tenantID(t, "acme")).Rest("scim"))
	must(t, err)
	return s
}

func document(name, more string) []byte {
	return fmt.Appendf(nil, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q%s}`, name, more)
}

// TestOddColumns: values are written in the type of the column; one that does not fit is left out, is
// reported once, and stays as it is when something else changes.
func TestOddColumns(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		var reports []string
		s, acme, ctx := oddTable(t, d, func(err error) { reports = append(reports, err.Error()) }), tenantID(t, "acme"), t.Context()
		c := newUser(1, "ann", at)
		c.Put.Document = document("ann", `,"nickName":"nice","title":"T","active":true`)
		r, err := s.Commit(ctx, acme, c)
		must(t, err)
		if string(r.Document) != string(document("ann", `,"nickName":"nice","title":"T","active":true`)) {
			t.Errorf("%s", r.Document)
		}
		must(t, d.Transaction(ctx, func(tx *sqlstore.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE odd SET state = 'strange', enabled = 7`)
			return err
		}))
		for range 3 {
			r, err = s.Get(ctx, acme, "User", userID(1))
			must(t, err)
		}
		if len(reports) != 2 || strings.Contains(string(r.Document), "nickName") || strings.Contains(string(r.Document), "active") {
			t.Errorf("%s, reports %q", r.Document, reports)
		}
		c.If, c.Put.Document = r.Version, document("ann", `,"title":"New","active":false`)
		_, err = s.Commit(ctx, acme, c)
		must(t, err)
		var state string
		var enabled int
		must(t, d.Row(ctx, []any{&state, &enabled}, `SELECT state, enabled FROM odd`))
		if state != "strange" || enabled != 0 {
			t.Errorf("state %q, enabled %d", state, enabled)
		}
		c.If, c.Put.Document = scim.IfAny, document("ann", `,"nickName":"bad"`)
		refusedAs(t, s, acme, c, schema.FaultValue, "nickName")
		if d.Dialect().Name() == "postgres" { // SQLite knows no lengths
			c.Put.Document = document("ann", `,"title":"much too long for it"`)
			refusedAs(t, s, acme, c, schema.FaultValue, "")
		}
		c.Put.Document = document("a\x00b", ``)
		if _, err := s.Commit(ctx, acme, c); d.Dialect().Name() == "postgres" && err == nil {
			t.Error("Postgres took U+0000")
		}
	})
}

func refusedAs(t *testing.T, s scim.Store, acme scim.TenantID, c scim.Change, code schema.FaultCode, attr string) {
	t.Helper()
	_, err := s.Commit(t.Context(), acme, c)
	var fault *schema.Fault
	if !errors.As(err, &fault) || fault.Code != code || attr != "" && fault.Attribute != attr {
		t.Errorf("%v, want %s about %s", err, code, attr)
	}
	if e := scim.AsError(err); e.Status != 400 {
		t.Errorf("status %d", e.Status)
	}
}

// TestOwnConversion: what As makes of a value is the application's own, also if the column has none for it: a row is made,
// whether its state is read back or not.
func TestOwnConversion(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		must(t, d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
			_, err := tx.Exec(t.Context(), `CREATE TABLE soft (id TEXT PRIMARY KEY, login TEXT, deleted_at TEXT, scim TEXT)`)
			return err
		}))
		deleted := sqlstore.Column("deleted_at").To("active").As(func(any) (any, error) { return false, nil }, func(v any) (any, error) {
			if v == true {
				return nil, nil //nolint:nilnil // NULL
			}
			return "2026-01-01", nil
		})
		s, err := d.Map(t.Context(), sqlstore.Table("soft", sqlstore.Column("login").To("userName"), deleted).Key("id").Tenant(tenantID(t, "acme")).Rest("scim"))
		must(t, err)
		c := newUser(1, "ann", at)
		for _, active := range []string{"true", "false"} {
			c.Put.Document = document("ann", `,"active":`+active)
			r, err := s.Commit(t.Context(), tenantID(t, "acme"), c)
			must(t, err)
			if has := strings.Contains(string(r.Document), `"active":false`); has != (active == "false") {
				t.Errorf("active %s: %s", active, r.Document)
			}
			c.If = scim.IfAny
		}
	})
}

// TestWrongMaps: a mapping that cannot work is refused when the program starts, with the remedy.
func TestWrongMaps(t *testing.T) {
	t.Parallel()
	d := sqltest.SQLite(t)
	_ = existing(t, d)
	acme := tenantID(t, "acme")
	must(t, d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
		_, err := tx.Exec(t.Context(), `CREATE TABLE reused (no INTEGER PRIMARY KEY, email TEXT, scim TEXT)`)
		return err
	}))
	email := func() *sqlstore.ColumnMap { return sqlstore.Column("email").To("userName") }
	roles := func() *sqlstore.TableMap {
		return sqlstore.Table("people", sqlstore.Column("first").To("displayName")).Type(schema.GroupType()).Serial("no").Tenant(acme).Rest("scim")
	}
	for want, m := range map[string]*sqlstore.TableMap{
		"name the primary key":           sqlstore.Table("people", email()).Tenant(acme).Rest("scim"),
		"which tenant":                   sqlstore.Table("people", email()).Serial("no").Rest("scim"),
		"ADD COLUMN scim":                sqlstore.Table("people", email()).Serial("no").Tenant(acme),
		"at least one column":            sqlstore.Table("people").Serial("no").Tenant(acme).Rest("scim"),
		"no name of a table":             sqlstore.Table("people; DROP TABLE x", email()).Serial("no").Tenant(acme).Rest("scim"),
		"has no attribute \"username2\"": sqlstore.Table("people", sqlstore.Column("email").To("username2")).Serial("no").Tenant(acme).Rest("scim"),
		"name one of them":               sqlstore.Table("people", sqlstore.Column("email").To("emails.value")).Serial("no").Tenant(acme).Rest("scim"),
		"both hold":                      sqlstore.Table("people", email(), sqlstore.Column("first").To("userName")).Serial("no").Tenant(acme).Rest("scim"),
		"use Serial for integers":        sqlstore.Table("people", email()).Key("no").Tenant(acme).Rest("scim"),
		"use Serial for integers and":    sqlstore.Table("people", email()).Serial("first").Tenant(acme).Rest("scim"),
		"PRIMARY KEY AUTOINCREMENT":      sqlstore.Table("reused", sqlstore.Column("email").To("userName")).Serial("no").Tenant(acme).Rest("scim"),
		"does not have all":              sqlstore.Table("people", email()).Serial("no").Tenant(acme).Rest("gone"),
		"say where they are":             sqlstore.Table("people", email()).Type(schema.GroupType()).Serial("no").Tenant(acme).Rest("scim"),
		"leave Members out":              sqlstore.Table("people", email()).Serial("no").Tenant(acme).Rest("scim").Members(sqlstore.MemberTable("x")),
		"Group(column)":                  roles().Members(sqlstore.MemberTable("x").Member("y")),
		"\"a b\" is no name":             roles().Members(sqlstore.MemberTable("x").Group("a b").Member("y")),
		"mapped twice":                   sqlstore.Table("people", email(), sqlstore.Column("EMAIL").To("title")).Serial("no").Tenant(acme).Rest("scim"),
		"is in Rest, which writes it":    sqlstore.Table("people", email(), sqlstore.Column(`"scim"`).To("title")).Serial("no").Tenant(acme).Rest("scim"),
		"is in Key or Serial, which":     sqlstore.Table("people", email(), sqlstore.Column("no").To("externalId")).Serial("no").Tenant(acme).Rest("scim"),
		"is in Times and in Times":       sqlstore.Table("people", email()).Serial("no").Tenant(acme).Rest("scim").Times("at", "at"),
		"is in Rest and in TenantColumn": sqlstore.Table("people", email()).Serial("no").TenantColumn("scim").Rest("scim"),
		"none that is nil":               sqlstore.Table("people", email(), nil).Serial("no").Tenant(acme).Rest("scim"),
		"table 1 of Map is nil":          nil,
		"give it to the same Map":        roles().Members(sqlstore.MemberTable("x").Group("a").Member("b")),
	} {
		if _, err := d.Map(t.Context(), m); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestSerialIDs: ids sort as the numbers do, and nothing else is an id.
func TestSerialIDs(t *testing.T) {
	t.Parallel()
	before := ""
	for _, n := range []int64{0, 1, 9, 10, 42, 99, 100, 12345, 9_223_372_036_854_775_807} {
		id := sqlstore.SerialID(n)
		if got, ok := sqlstore.SerialKey(id); !ok || got != n || id <= before {
			t.Errorf("%d: %q, %d %t, after %q", n, id, got, ok, before)
		}
		before = id
	}
	for _, id := range []string{"", "a", "42", "a42", "b4", "b04", "b-1", "b42 ", "t99999999999999999999", "\x00"} {
		if n, ok := sqlstore.SerialKey(id); ok {
			t.Errorf("%q is %d", id, n)
		}
	}
}

// TestWrongTypes: a column that Postgres could not write is refused when the program starts.
func TestWrongTypes(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		_, _ = made(t, d, sqlstore.Table("p", sqlstore.Column("login").To("userName")),
			`CREATE TABLE p (id TEXT PRIMARY KEY, login TEXT, org INTEGER, made BIGINT, scim TEXT)`)
		table := func() *sqlstore.TableMap {
			return sqlstore.Table("p", sqlstore.Column("login").To("userName")).Key("id").Rest("scim")
		}
		for want, m := range map[string]*sqlstore.TableMap{
			"TenantColumn org has type INT4":         table().TenantColumn("org"),
			"the column made of Times has type INT8": table().Tenant(tenantID(t, "acme")).Times("made", ""),
		} {
			_, err := d.Map(t.Context(), m)
			if sqlite := d.Dialect().Name() == "sqlite"; sqlite != (err == nil) || !sqlite && !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
	})
}
