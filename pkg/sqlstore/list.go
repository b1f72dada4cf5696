package sqlstore

import (
	"context"
	"database/sql"

	"github.com/scimstack/scimstack/pkg/scim"
)

// A range comes with its total in one statement: the total is the row that is always there, and the
// resources are joined to it. The ids of the range are found in an index alone, so that an offset
// passes over no document.
const (
	listFrom = ` FROM scim_count n LEFT JOIN (SELECT id AS page FROM scim_resource
WHERE tenant = $1 AND type = $2 AND id > $3 ORDER BY id LIMIT $4 OFFSET $5) p ON 1 = 1
LEFT JOIN ONE(scim_resource r WHERE r.tenant = $1 AND r.type = $2 AND r.id = p.page)
WHERE n.tenant = $1 AND n.type = $2 ORDER BY p.page`
	listSQL           = `SELECT n.n, ` + columns + `, NULL` + listFrom
	listWithGroupsSQL = `SELECT n.n, ` + columns + `, ` + groupsOf + listFrom

	lookupFrom = ` FROM (SELECT count(*) AS n FROM scim_key WHERE tenant = $1 AND type = $2 AND attr = $6 AND value = $7) n
LEFT JOIN (SELECT id AS page FROM scim_key
WHERE tenant = $1 AND type = $2 AND attr = $6 AND value = $7 AND id > $3 ORDER BY id LIMIT $4 OFFSET $5) p ON 1 = 1
LEFT JOIN ONE(scim_resource r WHERE r.tenant = $1 AND r.type = $2 AND r.id = p.page) ORDER BY p.page`
	lookupSQL           = `SELECT n.n, ` + columns + `, NULL` + lookupFrom
	lookupWithGroupsSQL = `SELECT n.n, ` + columns + `, ` + groupsOf + lookupFrom
)

// List implements scim.Store.
func (s *Store) List(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, error) {
	r, err := s.list(ctx, t, typ, question{sql: listSQL, page: page})
	return r.list, err
}

// ListWithGroups implements scim.EdgeReader.
func (s *Store) ListWithGroups(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, map[string][]string, error) {
	r, err := s.list(ctx, t, typ, question{sql: listWithGroupsSQL, page: page})
	return r.list, r.groups, err
}

// Lookup implements scim.Store. Its total counts the entries of the index that hold the key.
func (s *Store) Lookup(ctx context.Context, t scim.TenantID, typ string, key scim.IndexKey, page scim.Page) (scim.List, error) {
	r, err := s.list(ctx, t, typ, question{sql: lookupSQL, page: page, key: &key})
	return r.list, err
}

// LookupWithGroups implements scim.EdgeReader.
func (s *Store) LookupWithGroups(ctx context.Context, t scim.TenantID, typ string, key scim.IndexKey, page scim.Page) (scim.List, map[string][]string, error) {
	r, err := s.list(ctx, t, typ, question{sql: lookupWithGroupsSQL, page: page, key: &key})
	return r.list, r.groups, err
}

// question is one of the four above.
type question struct {
	sql  string
	page scim.Page
	key  *scim.IndexKey
}

// reply is its answer.
type reply struct {
	list   scim.List
	groups map[string][]string
}

func (s *Store) list(ctx context.Context, t scim.TenantID, typ string, q question) (out reply, err error) {
	if err := usable(ctx, t); err != nil {
		return out, err
	}
	if !storable(typ) || q.key != nil && !storable(q.key.Attr) {
		return out, nil
	}
	p := q.page
	args := []any{t.String(), typ, after(p.After), limitOf(p), p.Offset}
	if q.key != nil {
		args = append(args, q.key.Attr, valueOf(q.key.Value))
	}
	err = s.db.Rows(ctx, func(scan func(...any) error) error { return out.add(scan, typ, p.Limit) }, q.sql, args...)
	if err != nil {
		return reply{}, err
	}
	return out, nil
}

// limitOf is one more than is wanted, to know whether more follows; nothing for a total alone.
func limitOf(p scim.Page) int64 {
	if p.Limit <= 0 {
		return 0
	}
	return int64(p.Limit) + 1
}

// after is a lower bound that Postgres takes. A bound that no id can be still has its place among them.
func after(id string) string {
	for i := range len(id) {
		if id[i] == 0 {
			return id[:i]
		}
	}
	if !storable(id) {
		return string([]rune(id))
	}
	return id
}

// add reads one row of an answer.
func (a *reply) add(scan func(...any) error, typ string, limit int) error {
	var r row
	var groups sql.NullString
	if err := scan(append(append([]any{&a.list.Total}, r.to()...), &groups)...); err != nil {
		return err
	}
	switch {
	case !r.id.Valid:
		return nil
	case len(a.list.Resources) == limit:
		a.list.More = true
		return nil
	}
	a.list.Resources = append(a.list.Resources, r.resource(typ))
	ids, err := idsIn(groups)
	if len(ids) > 0 {
		if a.groups == nil {
			a.groups = map[string][]string{}
		}
		a.groups[r.id.String] = ids
	}
	return err
}
