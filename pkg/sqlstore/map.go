package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// maxReported bounds the rows whose faults are remembered, so that each is reported once.
const maxReported = 10000

// Map returns a store over tables of the application in this database. It checks the mapping and the
// tables, and removes the memberships of rows that are gone. An error names the table and the remedy.
func (d *Database) Map(ctx context.Context, tables ...*TableMap) (*Mapped, error) {
	s := &Mapped{db: d, own: d.Store(), types: map[string]*mapping{}}
	report := d.reporter()
	for i, t := range tables {
		if t == nil {
			return nil, fmt.Errorf("sqlstore: table %d of Map is nil; leave it out", i+1)
		}
		if err := t.check(); err != nil {
			return nil, err
		}
		if s.types[t.typ.Name] != nil {
			return nil, fmt.Errorf("sqlstore: two tables hold type %s", t.typ.Name)
		}
		m := &mapping{TableMap: t, d: d, order: orderOf(t.typ), report: func(key string, err error) { report(t.name+" "+key, err) }}
		if err := m.look(ctx); err != nil {
			return nil, err
		}
		s.types[t.typ.Name] = m
	}
	for _, t := range tables {
		if t.members == nil {
			continue
		}
		if err := s.connect(ctx, s.types[t.typ.Name]); err != nil {
			return nil, err
		}
	}
	return s, s.Sweep(ctx)
}

// reporter reports every fault once.
func (d *Database) reporter() func(key string, err error) {
	var mu sync.Mutex
	seen := map[string]bool{}
	return func(key string, err error) {
		mu.Lock()
		known := seen[key] || len(seen) >= maxReported
		seen[key] = true
		mu.Unlock()
		if !known {
			d.report(err)
		}
	}
}

// logReport is Options.Report by default.
func logReport(err error) { slog.Default().Warn("a row does not fit", "error", err) }

// look checks that the table has the columns, and finds the type of its key.
func (m *mapping) look(ctx context.Context) error {
	names := append([]string{m.key}, m.names()...)
	// With u before it: SQLite takes a name in double quotes that is no column for a text.
	query := `SELECT u.` + strings.Join(names, ", u.") + ` FROM ` + m.name + ` u WHERE 1 = 0` //nolint:gosec // names of the program, which check has looked at
	rows, err := m.d.db.QueryContext(ctx, query)
	if err != nil {
		return fmt.Errorf("sqlstore: table %s does not have all of the columns %s: %w; %s", m.name, strings.Join(names, ", "), reason(m.d.fault(ctx, err)), quotes)
	}
	defer func() { _ = rows.Close() }()
	types, err := rows.ColumnTypes()
	if err != nil {
		return m.d.fault(ctx, err)
	}
	if m.d.dialect.name == "postgres" {
		m.keyType = strings.ToLower(types[0].DatabaseTypeName())
	}
	if whole := strings.Contains(strings.ToUpper(types[0].DatabaseTypeName()), "INT"); whole != m.serial {
		return fmt.Errorf("sqlstore: table %s: the key %s has type %s; use Serial for integers and Key for all others", m.name, m.key, types[0].DatabaseTypeName())
	}
	for i, c := range m.columns {
		c.kind = kindOf(types[2+i].DatabaseTypeName()) // after the key and the JSON column
	}
	for i, name := range names[1:] {
		if err := m.fits(name, types[1+i].DatabaseTypeName()); err != nil {
			return err
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil { // a database of one connection has none for another query
		return err
	}
	if err := m.writable(ctx); err != nil {
		return err
	}
	return m.onlyOnce(ctx)
}

// writable checks that the database computes none of the columns: it takes no value for them, so that no resource could be created.
func (m *mapping) writable(ctx context.Context) error {
	query, args := `SELECT attname FROM pg_attribute WHERE attrelid = CAST($1 AS regclass) AND attnum > 0 AND (attgenerated <> '' OR attidentity = 'a')`, []any{m.name}
	if m.d.dialect.name == "sqlite" {
		before, name := schemaOf(m.name)
		query, args = `SELECT name FROM pragma_table_xinfo($1) WHERE hidden IN (2, 3)`, []any{name}
		if before != "" {
			schema, _ := unquoted(strings.TrimSuffix(before, "."))
			query, args = `SELECT name FROM pragma_table_xinfo($1, $2) WHERE hidden IN (2, 3)`, append(args, schema)
		}
	}
	return m.d.Rows(ctx, func(scan func(...any) error) error {
		var computed string
		if err := scan(&computed); err != nil {
			return err
		}
		for _, name := range m.names() {
			if folded(name) == folded(computed) {
				return fmt.Errorf("sqlstore: table %s: the database computes the column %s and takes no value for it; map the columns that it is computed from", m.name, name)
			}
		}
		return nil
	}, query, args...)
}

// fits checks the type of a column that is no attribute's. SQLite keeps everything in every column.
func (m *mapping) fits(name, typ string) error {
	kind := kindOf(typ)
	switch {
	case m.d.dialect.name == "sqlite" || kind != kindWhole && kind != kindBool && typ != "UUID":
	case name == m.tenantColumn:
		return fmt.Errorf("sqlstore: table %s: TenantColumn %s has type %s; name a column with the tenant as a text, or map a view that has one", m.name, name, typ)
	case name == m.created || name == m.modified:
		return fmt.Errorf("sqlstore: table %s: the column %s of Times has type %s; name a TIMESTAMP, or leave it out", m.name, name, typ)
	}
	return nil
}

// onlyOnce checks that the database gives no key twice. An id is never given again (RFC 7643 §3.1): a provider that repeats the
// removal of a leaver, because the answer was lost, would remove the row that has the id now.
func (m *mapping) onlyOnce(ctx context.Context) error {
	if !m.serial || m.d.dialect.name != "sqlite" {
		return nil
	}
	before, name := schemaOf(m.name)
	var text string
	err := m.d.Row(ctx, []any{&text}, `SELECT sql FROM `+before+`sqlite_master WHERE type = 'table' AND lower(name) = lower($1)`, name)
	if errors.Is(err, sql.ErrNoRows) || err == nil && strings.Contains(strings.ToUpper(text), "AUTOINCREMENT") {
		return nil // a view: whatever is below it makes the keys
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("sqlstore: table %s: SQLite gives the key of a removed row to the next one, and a SCIM id is never given again; "+
		"make the table anew with %s INTEGER PRIMARY KEY AUTOINCREMENT, and copy its rows", m.name, m.key)
}

// Kinds of columns whose values are written in a form of their own.
const (
	kindText = iota + 1
	kindWhole
	kindBool
	kindBytes
	kindPadded // a text with blanks at its end that mean nothing
)

// kindOf is the kind of a column by the name of its type, 0 for any other.
func kindOf(name string) int {
	name = strings.ToUpper(name)
	switch {
	case strings.HasPrefix(name, "_"): // an array of Postgres
		return 0
	case strings.Contains(name, "BOOL"):
		return kindBool
	case strings.Contains(name, "INT") && !strings.Contains(name, "INTERVAL"):
		return kindWhole
	case name == "", name == "BYTEA", strings.Contains(name, "BLOB"), strings.Contains(name, "BINARY"):
		return kindBytes
	case name == "BPCHAR": // CHAR(n) of Postgres
		return kindPadded
	case strings.Contains(name, "CHAR"), strings.Contains(name, "TEXT"):
		return kindText
	}
	return 0
}
