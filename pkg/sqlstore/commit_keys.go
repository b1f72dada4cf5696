package sqlstore

import (
	"context"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	takenSQL = `SELECT k.attr, k.value, k.id FROM ROWS($4)
JOIN ONE(scim_key k WHERE k.tenant = $1 AND k.type = $2 AND k.attr = j.value->>0 AND k.value = j.value->>1 AND k.id <> $3)`
	dropKeysSQL = `DELETE FROM scim_key WHERE tenant = $1 AND type = $2 AND id = $3 AND (attr, value) IN
(SELECT j.value->>0, j.value->>1 FROM ROWS($4))`
	addKeysSQL = `INSERT INTO scim_key (tenant, type, attr, value, id, uniq)
SELECT $1, $2, j.value->>0, j.value->>1, $3, CAST(j.value->>2 AS INTEGER) FROM ROWS($4) WHERE 1 = 1
ON CONFLICT (tenant, type, attr, value, id) DO UPDATE SET uniq = excluded.uniq`
)

// checkKeys looks for another holder of the unique keys. Postgres would also refuse the second holder by
// an index; this finds who the holder is.
func (w *commit) checkKeys(ctx context.Context) error {
	if w.c.Put == nil {
		return nil
	}
	unique := slices.DeleteFunc(storedKeys(w.c.Keys), func(k storedKey) bool {
		return k.unique == 0 || slices.Contains(w.keys, k)
	})
	if len(unique) == 0 {
		return nil
	}
	holders := map[storedKey]string{}
	err := w.Rows(ctx, func(scan func(...any) error) error {
		k, id := storedKey{unique: 1}, ""
		err := scan(&k.attr, &k.value, &id)
		holders[k] = id
		return err
	}, takenSQL, w.tenant, w.c.Type, w.c.ID, jsonOf(unique))
	if err != nil {
		return err
	}
	for _, k := range unique { // the first of them, whatever the order of the answer is
		if id := holders[k]; id != "" {
			return &scim.TakenError{Attr: k.attr, ID: id}
		}
	}
	return nil
}

// putKeys writes the keys that differ from those before.
func (w *commit) putKeys(ctx context.Context) error {
	next := storedKeys(w.c.Keys)
	gone := slices.DeleteFunc(slices.Clone(w.keys), func(k storedKey) bool {
		return slices.ContainsFunc(next, func(n storedKey) bool { return n.attr == k.attr && n.value == k.value })
	})
	added := slices.DeleteFunc(next, func(k storedKey) bool { return slices.Contains(w.keys, k) })
	for _, part := range []struct {
		sql  string
		keys []storedKey
	}{{dropKeysSQL, gone}, {addKeysSQL, added}} {
		if len(part.keys) == 0 {
			continue
		}
		if _, err := w.Exec(ctx, part.sql, w.tenant, w.c.Type, w.c.ID, jsonOf(part.keys)); err != nil {
			return err
		}
	}
	return nil
}
