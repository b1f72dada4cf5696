package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	heldSQL = `SELECT r.id, r.version, (SELECT AGG(TUPLE(k.attr, k.value, k.uniq)) FROM scim_key k BY(scim_key_resource)
WHERE k.tenant = $1 AND k.type = $2 AND k.id = r.id)
FROM ROWS($3) JOIN ONE(scim_resource r WHERE r.tenant = $1 AND r.type = $2 AND r.id = j.value->>0)`
	giveSQL = `INSERT INTO scim_key (tenant, type, attr, value, id, uniq)
SELECT $1, $2, j.value->>1, j.value->>2, j.value->>0, 0 FROM ROWS($3) WHERE 1 = 1
ON CONFLICT (tenant, type, attr, value, id) DO NOTHING`
	takeSQL = `DELETE FROM scim_key WHERE tenant = $1 AND type = $2 AND (attr, value, id) IN
(SELECT j.value->>1, j.value->>2, j.value->>0 FROM ROWS($3))`
)

// SetKeys implements scim.KeySetter in one transaction. Other writes of the tenant wait for it.
func (s *Store) SetKeys(ctx context.Context, t scim.TenantID, typ string, attrs []string, list []scim.Keyed) (changed []string, err error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	if !storable(typ) || len(list) == 0 {
		return nil, nil
	}
	err = s.db.Write(ctx, t, func(tx *Tx) error {
		w := &keySetter{Tx: tx, tenant: t.String(), typ: typ, attrs: attrs}
		if err := w.read(ctx, list); err != nil {
			return err
		}
		changed = w.compare(list)
		return w.write(ctx)
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// keySetter is one call of SetKeys in its transaction.
type keySetter struct {
	*Tx
	tenant, typ string
	attrs       []string
	held        map[string]held
	give, take  [][3]string // id, attribute, value
}

// held is what is stored of a resource.
type held struct {
	version int64
	keys    []storedKey
}

// read reads the versions and keys of the resources of a list.
func (w *keySetter) read(ctx context.Context, list []scim.Keyed) error {
	var ids [][1]string
	for _, r := range list {
		if storable(r.ID) {
			ids = append(ids, [1]string{r.ID})
		}
	}
	w.held = make(map[string]held, len(ids))
	return w.Rows(ctx, func(scan func(...any) error) error {
		var id string
		var h held
		var keys sql.NullString
		err := scan(&id, &h.version, &keys)
		if err == nil && keys.Valid {
			err = json.Unmarshal([]byte(keys.String), &h.keys)
		}
		w.held[id] = h
		return err
	}, heldSQL, w.tenant, w.typ, jsonOf(ids))
}

// compare finds out which keys are missing and which are too many.
func (w *keySetter) compare(list []scim.Keyed) (changed []string) {
	for _, r := range list {
		h, found := w.held[r.ID]
		switch {
		case !found:
		case h.version != r.Version:
			changed = append(changed, r.ID)
		default:
			wanted := storedKeys(r.Keys)
			w.give = w.lacking(w.give, r.ID, h.keys, wanted)
			w.take = w.lacking(w.take, r.ID, wanted, h.keys)
		}
	}
	return changed
}

// lacking appends the keys that are in the second list and not in the first one.
func (w *keySetter) lacking(rows [][3]string, id string, these, those []storedKey) [][3]string {
	for _, k := range those {
		same := func(o storedKey) bool { return o.attr == k.attr && o.value == k.value }
		if slices.Contains(w.attrs, k.attr) && !slices.ContainsFunc(these, same) {
			rows = append(rows, [3]string{id, k.attr, k.value})
		}
	}
	return rows
}

func (w *keySetter) write(ctx context.Context) error {
	for _, part := range []struct {
		sql  string
		rows [][3]string
	}{{takeSQL, w.take}, {giveSQL, w.give}} {
		if len(part.rows) == 0 {
			continue
		}
		if _, err := w.Exec(ctx, part.sql, w.tenant, w.typ, jsonOf(part.rows)); err != nil {
			return err
		}
	}
	return nil
}
