package sqlstore

import (
	"context"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// reader is a database or a transaction.
type reader interface {
	Rows(ctx context.Context, each func(scan func(...any) error) error, query string, args ...any) error
}

// selected are the columns of a row u.
func (m *mapping) selected() string {
	out := `CAST(u.` + m.key + ` AS TEXT)`
	for _, name := range m.names() {
		out += `, u.` + name
	}
	if m.has != nil {
		out += `, ` + m.has.content()
	}
	return out
}

// ofTenant is the condition that a row belongs to the tenant $1. It names $1 also where all rows do, so
// that the parameters are the same.
func (m *mapping) ofTenant(alias string) string {
	if m.tenantColumn == "" {
		return `CAST($1 AS TEXT) = '` + m.tenant.String() + `'`
	}
	return alias + `.` + m.tenantColumn + ` = $1`
}

// keyedOfTenant is ofTenant of a row that is looked up by its key: SQLite must not use an index on the
// tenant for that.
func (m *mapping) keyedOfTenant(alias string) string {
	if m.tenantColumn != "" && m.d.dialect.name == "sqlite" {
		return `+` + m.ofTenant(alias)
	}
	return m.ofTenant(alias)
}

// rows returns the resources that a query of selected finds.
func (m *mapping) rows(ctx context.Context, from reader, query string, args ...any) (out []*scim.Resource, err error) {
	err = m.each(ctx, from, func(r *tableRow) { out = append(out, m.resource(r)) }, query, args...)
	if malformed(err) { // no row can have such a key
		return nil, nil
	}
	return out, err
}

// each calls f with each row that a query of selected finds.
func (m *mapping) each(ctx context.Context, from reader, f func(*tableRow), query string, args ...any) error {
	return from.Rows(ctx, func(scan func(...any) error) error {
		r, to := m.newRow()
		if err := scan(to...); err != nil {
			return err
		}
		f(r)
		return nil
	}, query, args...)
}

// malformed reports whether Postgres says that a text is no value of the type of the key.
func malformed(err error) bool {
	state := stateOf(err)
	return state == "22P02" || state == "22003"
}

// get returns the resource of one row.
func (m *mapping) get(ctx context.Context, from reader, t scim.TenantID, id string) (*scim.Resource, error) {
	_, r, err := m.find(ctx, from, t, id)
	return r, err
}

// find returns one row, and its resource.
func (m *mapping) find(ctx context.Context, from reader, t scim.TenantID, id string) (row *tableRow, r *scim.Resource, err error) {
	key, ok := m.keyOf(id)
	if !ok {
		return nil, nil, scim.ErrNotFound
	}
	err = m.each(ctx, from, func(found *tableRow) { row = found }, `SELECT `+m.selected()+` FROM `+m.name+` u WHERE `+m.keyedOfTenant("u")+` AND u.`+m.key+` = $2`, t.String(), key)
	switch {
	case malformed(err), err == nil && (row == nil || m.idOf(row.key) != id):
		return nil, nil, scim.ErrNotFound
	case err != nil:
		return nil, nil, err
	}
	return row, m.resource(row), nil
}

// keyIn turns the text x into a key.
func (m *mapping) keyIn(x string) string {
	switch {
	case m.serial:
		return `CAST(` + x + ` AS BIGINT)`
	case m.keyType != "" && m.keyType != "text" && m.keyType != "varchar":
		return `CAST(` + x + ` AS ` + m.keyType + `)`
	}
	return x
}

// among is the condition that a key is one that a query finds. It is asked for first, and each row looked
// up: Postgres might rather read the table.
func (m *mapping) among(query string) string {
	if m.d.dialect.name == "postgres" {
		return ` = ANY(ARRAY(` + query + `))`
	}
	return ` IN (` + query + `)`
}

// getMany returns those of the rows that exist.
func (m *mapping) getMany(ctx context.Context, from reader, t scim.TenantID, ids []string) ([]*scim.Resource, error) {
	keys := m.keys(ids)
	if len(keys) == 0 {
		return nil, nil
	}
	return m.rows(ctx, from, `SELECT `+m.selected()+` FROM `+m.name+` u WHERE `+m.keyedOfTenant("u")+
		` AND u.`+m.key+m.among(`SELECT `+m.keyIn(`j.value->>0`)+` FROM ROWS($2)`), t.String(), jsonOf(keys))
}

// keys are the keys of those ids that rows can have, each in a list, for ROWS.
func (m *mapping) keys(ids []string) [][1]any {
	out := [][1]any{} // of none it is "[]", not "null"
	for _, id := range ids {
		if key, ok := m.keyOf(id); ok && (m.keyType != "uuid" || isUUID(id)) {
			out = append(out, [1]any{key})
		}
	}
	return out
}

func isUUID(s string) bool {
	return len(s) == 36 && strings.Trim(strings.ReplaceAll(s, "-", ""), "0123456789abcdef") == "" && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-'
}

// list returns a page of the rows of a tenant, with their number unless the page follows another one.
func (m *mapping) list(ctx context.Context, t scim.TenantID, page scim.Page) (scim.List, error) {
	where := ` FROM ` + m.name + ` u WHERE ` + m.ofTenant("u")
	var l scim.List
	if page.After != "" {
		l.Total = -1
	} else {
		err := m.d.Rows(ctx, func(scan func(...any) error) error { return scan(&l.Total) }, `SELECT count(*)`+where, t.String())
		if err != nil || page.Limit == 0 {
			l.More = l.Total > page.Offset
			return l, err
		}
	}
	args := []any{t.String(), limitOf(page), page.Offset}
	if page.After != "" {
		condition := ` AND u.` + m.key + ` > $4`
		bound, ok := m.keyOf(page.After)
		if !ok { // no row has such an id: a client has made it up, and it has a place among the others
			condition, bound = m.follows(page.After, "$4")
		}
		where, args = where+condition, append(args, bound)
	}
	found, err := m.rows(ctx, m.d, `SELECT `+m.selected()+where+` ORDER BY u.`+m.key+` LIMIT $2 OFFSET $3`, args...)
	l.Resources = found
	if len(found) > page.Limit {
		l.Resources, l.More = found[:page.Limit], true
	}
	return l, err
}
