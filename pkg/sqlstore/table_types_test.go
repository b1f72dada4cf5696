package sqlstore_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// columnTypes are those that an application may have.
func columnTypes(d *sqlstore.Database) []string {
	both := []string{"SMALLINT", "INTEGER", "BIGINT", "NUMERIC(3,1)", "REAL", "DOUBLE PRECISION", "DATE", "TIME", "TIMESTAMP", "VARCHAR(3)", "CHAR(3)", "TEXT", "BOOLEAN"}
	if d.Dialect().Name() == "postgres" {
		return append(both, "TIMESTAMPTZ", "UUID", "JSON", "JSONB", "INET", "BYTEA", "INTERVAL", "TEXT[]", "INTEGER[]", "MONEY", "BIT(3)", "mood")
	}
	return append(both, "BLOB", "DATETIME", "ANYTHING")
}

// TestColumnTypes: a value of each type of attribute in a column of each type is kept, or is the client's error; the row can
// be read and found afterwards. Nothing that a client sends is a fault of the service.
func TestColumnTypes(t *testing.T) {
	t.Parallel()
	values := map[schema.Type][]string{
		schema.String:    {`"x"`, `"ok"`, `"a long text 'with' \"quotes\""`, `"é"`, `"1"`, `"true"`, `"2020-05-13"`, `"{}"`, `"6ba7b810-9dad-11d1-80b4-00c04fd430c8"`, `" "`, `"\u0000"`, `"10.0.0.1"`},
		schema.Reference: {`"https://example.com/a"`},
		schema.Boolean:   {`true`, `false`},
		schema.Integer:   {`0`, `-3`, `40000`, `3000000000`, `9007199254740993`, `9223372036854775807`, `99999999999999999999`},
		schema.Decimal:   {`0`, `2.50`, `-0.1`, `99.95`, `1e3`, `1e300`, `1e400`, `123456789.123456789`},
		schema.DateTime:  {`"2020-05-13T04:42:34Z"`, `"2020-05-13T06:42:34.5001+02:00"`, `"0001-01-01T00:00:00Z"`, `"9999-12-31T23:59:59Z"`},
		schema.Binary:    {`"AQID"`, `"AA=="`},
	}
	sqltest.Each(t, func(t *testing.T, d *sqlstore.Database) {
		if d.Dialect().Name() == "postgres" {
			must(t, d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
				_, err := tx.Exec(t.Context(), `CREATE TYPE mood AS ENUM ('ok')`)
				return err
			}))
		}
		sqlstore.SetReport(d, func(error) {})
		n := 0
		for _, column := range columnTypes(d) {
			for typ, list := range values {
				n++
				c := typedColumn{d: d, table: fmt.Sprint("typed", n), column: column, typ: typ}
				c.open(t)
				for i, text := range slices.Concat(list, list[:1]) {
					c.write(t, i, text)
				}
			}
		}
	})
}

// typedColumn is a table with a column of one type for an attribute of one type.
type typedColumn struct {
	d             *sqlstore.Database
	table, column string
	typ           schema.Type
	s             *sqlstore.Mapped
	version       int64
}

const typedURN = "urn:example:typed"

func (c *typedColumn) open(t *testing.T) {
	t.Helper()
	must(t, c.d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
		_, err := tx.Exec(t.Context(), `CREATE TABLE `+c.table+` (id TEXT PRIMARY KEY, login TEXT, x `+c.column+`, scim TEXT)`)
		return err
	}))
	rt := *schema.UserType()
	rt.Extensions = []schema.Extension{{Schema: schema.NewSchema(typedURN, "Typed", "", &schema.Attribute{Name: "x", Type: c.typ})}}
	var err error
	c.s, err = c.d.Map(t.Context(), sqlstore.Table(c.table, sqlstore.Column("login").To("userName"), sqlstore.Column("x").To(typedURN+":x")).
		Type(&rt).Key("id").Tenant(tenantID(t, "acme")).Rest("scim"))
	must(t, err)
}

// write creates the row with a value, or changes the value, and reads it.
func (c *typedColumn) write(t *testing.T, i int, text string) {
	t.Helper()
	acme, ctx := tenantID(t, "acme"), t.Context()
	change := newUser(1, "ann", at)
	change.Put.Document = fmt.Appendf(nil, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User",%q],"userName":"ann",%q:{"x":%s}}`, typedURN, typedURN, text)
	if c.version != 0 {
		change.If = c.version
	}
	r, err := c.s.Commit(ctx, acme, change)
	if err != nil {
		if e := scim.AsError(err); e.Status != 400 {
			t.Errorf("%d in %s: %s is status %d: %v", c.typ, c.column, text, e.Status, err)
		}
		if fault := (*schema.Fault)(nil); !errors.As(err, &fault) || fault.Attribute != typedURN+":x" && c.version != 0 {
			t.Errorf("%d in %s: %s is said to be the fault of %v", c.typ, c.column, text, err)
		}
		return
	}
	c.version = r.Version
	got, err := c.s.Get(ctx, acme, "User", r.ID)
	must(t, err)
	var doc map[string]json.RawMessage
	must(t, json.Unmarshal(got.Document, &doc))
	var ext struct{ X json.RawMessage }
	must(t, json.Unmarshal(doc[typedURN], &ext))
	if exact := c.typ != schema.Decimal && c.typ != schema.DateTime && c.column != "REAL" && c.column != "DOUBLE PRECISION"; exact && string(ext.X) != text && !c.other() {
		t.Errorf("%d in %s: %s is kept as %s", c.typ, c.column, text, ext.X)
	}
	_, err = c.s.List(ctx, acme, "User", scim.Page{Limit: 10})
	must(t, err)
	_, err = c.s.Lookup(ctx, acme, "User", scim.IndexKey{Attr: typedURN + ":x", Value: strings.Trim(text, `"`)}, scim.Page{Limit: 10})
	must(t, err)
}

// other reports whether the column is of a type whose texts the database writes in another form.
func (c *typedColumn) other() bool {
	return slices.Contains([]string{"DATE", "DATETIME", "TIME", "TIMESTAMP", "TIMESTAMPTZ", "INTERVAL", "MONEY", "NUMERIC(3,1)", "BOOLEAN"}, c.column) && c.typ == schema.String
}
