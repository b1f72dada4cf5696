package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
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

// rows returns the resources that a query of selected finds.
func (m *mapping) rows(ctx context.Context, from reader, query string, args ...any) (out []*scim.Resource, err error) {
	err = from.Rows(ctx, func(scan func(...any) error) error {
		r, to := m.newRow()
		if err := scan(to...); err != nil {
			return err
		}
		out = append(out, m.resource(r))
		return nil
	}, query, args...)
	if malformed(err) { // no row can have such a key
		return nil, nil
	}
	return out, err
}

// malformed reports whether Postgres says that a text is no value of the type of the key.
func malformed(err error) bool {
	state := stateOf(err)
	return state == "22P02" || state == "22003"
}

// get returns the resource of one row.
func (m *mapping) get(ctx context.Context, from reader, t scim.TenantID, id string) (*scim.Resource, error) {
	key, ok := m.keyOf(id)
	if !ok {
		return nil, scim.ErrNotFound
	}
	found, err := m.rows(ctx, from, `SELECT `+m.selected()+` FROM `+m.name+` u WHERE `+m.ofTenant("u")+` AND u.`+m.key+` = $2`, t.String(), key)
	if err == nil && (len(found) == 0 || found[0].ID != id) {
		err = scim.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
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

// getMany returns those of the rows that exist.
func (m *mapping) getMany(ctx context.Context, from reader, t scim.TenantID, ids []string) ([]*scim.Resource, error) {
	keys := m.keys(ids)
	if len(keys) == 0 {
		return nil, nil
	}
	return m.rows(ctx, from, `SELECT `+m.selected()+` FROM `+m.name+` u WHERE `+m.ofTenant("u")+
		` AND u.`+m.key+` IN (SELECT `+m.keyIn(`j.value->>0`)+` FROM ROWS($2))`, t.String(), jsonOf(keys))
}

// keys are the keys of those ids that rows can have, each in a list, for ROWS.
func (m *mapping) keys(ids []string) [][1]any {
	var out [][1]any
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
		key, ok := m.keyOf(page.After)
		if !ok {
			return m.listAfter(ctx, t, page)
		}
		where, args = where+` AND u.`+m.key+` > $4`, append(args, key)
	}
	found, err := m.rows(ctx, m.d, `SELECT `+m.selected()+where+` ORDER BY u.`+m.key+` LIMIT $2 OFFSET $3`, args...)
	l.Resources = found
	if len(found) > page.Limit {
		l.Resources, l.More = found[:page.Limit], true
	}
	return l, err
}

// listAfter is a page after an id that no row has, which only a client can have made up.
func (m *mapping) listAfter(ctx context.Context, t scim.TenantID, page scim.Page) (scim.List, error) {
	all, err := m.list(ctx, t, scim.Page{Limit: 1 << 30})
	if err != nil {
		return scim.List{}, err
	}
	l := cut(all.Resources, page)
	l.Total = -1
	return l, nil
}

// lookup returns all resources that hold an index key, ordered by id. The index of this package knows what
// SCIM has written, the columns what the application has: each row that is found is looked at.
func (m *mapping) lookup(ctx context.Context, from reader, t scim.TenantID, key scim.IndexKey) ([]*scim.Resource, error) {
	ref, ok := m.typ.ResolveName(key.Attr)
	if !ok || !storable(key.Value) && m.d.dialect.name == "postgres" {
		return nil, nil
	}
	id := `k.id`
	if m.serial {
		id = `substr(k.id, 2)`
	}
	find := `SELECT ` + m.keyIn(id) + ` FROM scim_key k WHERE k.tenant = $1 AND k.type = $2 AND k.attr = $3 AND k.value = $4`
	args := []any{t.String(), m.typ.Name, key.Attr, valueOf(key.Value)}
	for _, c := range m.columns {
		for _, p := range c.at {
			if p.Ref.String() == key.Attr && c.to == nil {
				find += ` UNION SELECT c.` + m.key + ` FROM ` + m.name + ` c WHERE ` + m.ofTenant("c") + ` AND ` + m.equal(c) + ` = $5`
				args = append(args[:4], key.Value)
			}
		}
	}
	found, err := m.rows(ctx, from, `SELECT `+m.selected()+` FROM `+m.name+` u WHERE `+m.ofTenant("u")+` AND u.`+m.key+
		` IN (`+find+`) ORDER BY u.`+m.key, args...)
	return slices.DeleteFunc(found, func(r *scim.Resource) bool { return !holds(r, ref, key.Value) }), err
}

// equal is what is compared with a key: the column, in lower case unless case matters.
func (m *mapping) equal(c *ColumnMap) string {
	leaf := c.at[0].Leaf()
	switch {
	case leaf.Type != schema.String && leaf.Type != schema.Reference:
		return `CAST(c.` + c.name + ` AS TEXT)`
	case leaf.CaseExact:
		return `c.` + c.name
	}
	return `lower(c.` + c.name + `)`
}

// holds reports whether a resource has a value with a key.
func holds(r *scim.Resource, ref schema.Ref, key string) bool {
	doc, err := schema.DecodeJSON(r.Document, restDepth)
	if err != nil {
		return false
	}
	level := doc
	if ref.Container != "" {
		level, _ = doc[ref.Container].(map[string]any)
	}
	return hasKey(level[ref.Attr.Name], ref, key)
}

func hasKey(v any, ref schema.Ref, key string) bool {
	switch v := v.(type) {
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return hasKey(e, ref, key) })
	case map[string]any:
		if ref.Sub == nil {
			return false
		}
		return hasKey(v[ref.Sub.Name], schema.Ref{Attr: ref.Sub}, key)
	case nil:
		return false
	}
	got, ok := ref.Leaf().Key(v)
	return ok && got == key
}

// Sweep removes the memberships and index entries of rows that the application has deleted. Map calls it;
// call it from time to time, or after the application has deleted many. It reads all memberships.
func (s *Mapped) Sweep(ctx context.Context) error {
	for _, m := range s.types {
		gone, err := m.gone(ctx)
		if err != nil {
			return err
		}
		for _, g := range gone {
			err := s.db.Write(ctx, g.tenant, func(tx *Tx) error {
				w := &rowCommit{commit: commit{Tx: tx, tenant: g.tenant.String(), c: &scim.Change{Type: m.typ.Name, ID: g.id, Now: s.db.now()}, t: g.tenant}, m: m}
				if _, err := m.get(ctx, tx, g.tenant, g.id); !errors.Is(err, scim.ErrNotFound) {
					return err
				}
				return w.unlink(ctx)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// lost is a row that is gone.
type lost struct {
	tenant scim.TenantID
	id     string
}

// gone returns the ids of rows that are named in the tables of this package and do not exist.
func (m *mapping) gone(ctx context.Context) (out []lost, err error) {
	ids := map[string][]string{}
	err = m.d.Rows(ctx, func(scan func(...any) error) error {
		var tenant string
		var id sql.NullString
		err := scan(&tenant, &id)
		ids[tenant] = append(ids[tenant], id.String)
		return err
	}, `SELECT tenant, id FROM scim_member WHERE type = $1 UNION SELECT tenant, id FROM scim_key WHERE type = $1`, m.typ.Name)
	if err != nil {
		return nil, err
	}
	const some = 1000
	for name, list := range ids {
		t, err := scim.ParseTenantID(name)
		if err != nil {
			return nil, err
		}
		for part := range slices.Chunk(list, some) {
			found, err := m.getMany(ctx, m.d, t, part)
			if err != nil {
				return nil, err
			}
			there := map[string]bool{}
			for _, r := range found {
				there[r.ID] = true
			}
			for _, id := range part {
				if !there[id] {
					out = append(out, lost{t, id})
				}
			}
		}
	}
	return out, nil
}
