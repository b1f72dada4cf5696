package sqlstore

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// lookup returns all resources that hold an index key, ordered by id. The index of this package knows what
// SCIM has written, the columns what the application has: each row that is found is looked at, unless the attribute is one
// of the tenant's own, which has no column.
func (m *mapping) lookup(ctx context.Context, from reader, t scim.TenantID, key scim.IndexKey) ([]*scim.Resource, error) {
	ref, known := m.typ.ResolveName(key.Attr)
	if !storable(key.Value) && m.d.dialect.name == "postgres" {
		return nil, nil
	}
	id := `k.id`
	if m.serial {
		id = `substr(k.id, ` + strconv.Itoa(len(m.serialPrefix())+2) + `)`
	}
	find := `SELECT ` + m.keyIn(id) + ` FROM scim_key k WHERE k.tenant = $1 AND k.type = $2 AND k.attr = $3 AND k.value = $4`
	args := []any{t.String(), m.typ.Name, key.Attr, valueOf(key.Value)}
	for _, c := range m.columns {
		if !slices.ContainsFunc(c.at, func(p path) bool { return p.Ref.String() == key.Attr }) {
			continue
		}
		for _, s := range c.sought(key.Value) {
			find += ` UNION SELECT c.` + m.key + ` FROM ` + m.name + ` c WHERE ` + m.ofTenant("c") + ` AND ` + s.column
			if s.is != "" {
				args = append(args, s.value)
				find += strings.Replace(s.is, "$", "$"+strconv.Itoa(len(args)), 1)
			}
		}
	}
	found, err := m.rows(ctx, from, `SELECT `+m.selected()+` FROM `+m.name+` u WHERE `+m.keyedOfTenant("u")+` AND u.`+m.key+
		m.among(find)+` ORDER BY u.`+m.key, args...)
	return slices.DeleteFunc(found, func(r *scim.Resource) bool { return known && !holds(r, ref, key.Value) }), err
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
