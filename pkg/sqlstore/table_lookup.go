package sqlstore

import (
	"context"
	"slices"
	"strconv"

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
		for _, p := range c.at {
			if p.Ref.String() == key.Attr && c.to == nil {
				find += ` UNION SELECT c.` + m.key + ` FROM ` + m.name + ` c WHERE ` + m.ofTenant("c") + ` AND ` + m.equal(c) + ` = $5`
				args = append(args[:4], key.Value)
			}
		}
	}
	found, err := m.rows(ctx, from, `SELECT `+m.selected()+` FROM `+m.name+` u WHERE `+m.keyedOfTenant("u")+` AND u.`+m.key+
		m.among(find)+` ORDER BY u.`+m.key, args...)
	return slices.DeleteFunc(found, func(r *scim.Resource) bool { return known && !holds(r, ref, key.Value) }), err
}

// equal is what is compared with a key: the column, in lower case unless case matters.
func (m *mapping) equal(c *ColumnMap) string {
	leaf, text := c.at[0].Leaf(), `c.`+c.name
	if c.kind != kindText {
		text = `CAST(` + text + ` AS TEXT)`
	}
	if leaf.CaseExact || leaf.Type != schema.String && leaf.Type != schema.Reference {
		return text
	}
	return `lower(` + text + `)`
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
