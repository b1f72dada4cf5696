package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Commit implements scim.Store. It is one transaction, which first waits for the writes of the tenant
// before it: what it reads still holds when it writes.
func (s *Store) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	return s.commit(ctx, t, c, nil)
}

// commit is Commit where resources of some types are rows of the application.
func (s *Store) commit(ctx context.Context, t scim.TenantID, c scim.Change, types map[string]*mapping) (*scim.Resource, error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	if !storable(c.Type) || !storable(c.ID) {
		if c.If == scim.IfAbsent {
			return nil, fmt.Errorf("sqlstore: %.40q of type %.40q cannot be stored: an id is valid UTF-8 of at most %d bytes", c.ID, c.Type, maxID)
		}
		return nil, scim.ErrNotFound
	}
	var out *scim.Resource
	err := s.db.Write(ctx, t, func(tx *Tx) (err error) {
		w := &commit{Tx: tx, tenant: t.String(), c: &c, t: t, types: types}
		if out, err = w.run(ctx); err != nil {
			return err
		}
		return w.writeEntries(ctx)
	})
	if err != nil {
		return nil, err
	}
	s.db.pruneFeed(ctx)
	return out, nil
}

// commit is one change in its transaction.
type commit struct {
	*Tx
	tenant string
	c      *scim.Change
	old    *scim.Resource // nil if there is none
	keys   []storedKey    // of the old state

	t     scim.TenantID
	types map[string]*mapping // whose resources are rows of the application

	entries []scim.Entry // of the feed, still without numbers
}

const oldSQL = `SELECT ` + columns + `, (SELECT AGG(TUPLE(k.attr, k.value, k.uniq)) FROM scim_key k BY(scim_key_resource)
WHERE k.tenant = $1 AND k.type = $2 AND k.id = $3)
FROM scim_resource r WHERE r.tenant = $1 AND r.type = $2 AND r.id = $3`

// run checks everything before it changes anything.
func (w *commit) run(ctx context.Context) (*scim.Resource, error) {
	if err := w.read(ctx); err != nil {
		return nil, err
	}
	if err := w.allowed(); err != nil {
		return nil, err
	}
	if w.c.Remove {
		return nil, w.remove(ctx)
	}
	if err := w.checkKeys(ctx); err != nil {
		return nil, err
	}
	if err := w.checkMembers(ctx); err != nil {
		return nil, err
	}
	m, err := w.changeMembers(ctx)
	if err != nil {
		return nil, err
	}
	if w.c.Put == nil && m.none() {
		return w.old, nil
	}
	next := w.next()
	if err := w.put(ctx, next, int64(len(m.joined)-len(m.left))); err != nil {
		return nil, err
	}
	w.tellOwn(next, m)
	return next, nil
}

// read reads the state that the change meets.
func (w *commit) read(ctx context.Context) error {
	var r row
	var keys sql.NullString
	err := w.Row(ctx, append(r.to(), &keys), oldSQL, w.tenant, w.c.Type, w.c.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	w.old = r.resource(w.c.Type)
	if keys.Valid {
		err = json.Unmarshal([]byte(keys.String), &w.keys)
	}
	return err
}

// allowed returns the error of a change that its condition or its size forbids.
func (w *commit) allowed() error {
	c := w.c
	switch {
	case c.If == scim.IfAbsent && w.old != nil:
		return scim.ErrVersion
	case c.If != scim.IfAbsent && w.old == nil:
		return scim.ErrNotFound
	case c.If > 0 && w.old.Version != c.If:
		return scim.ErrVersion
	case c.Put == nil && w.old == nil:
		return scim.ErrNotFound
	}
	return c.CheckSize(scim.MaxResource)
}

// next is the new state.
func (w *commit) next() *scim.Resource {
	from := w.c.Put
	if from == nil {
		from = w.old
	}
	next := *from
	next.Type, next.ID, next.Version, next.Keys, next.State = w.c.Type, w.c.ID, 1, nil, nil
	next.Created, next.LastModified = timeOf(micros(next.Created)), timeOf(micros(w.c.Now))
	if w.old != nil {
		next.Created, next.Version = w.old.Created, w.old.Version+1
	}
	return &next
}

const (
	insertSQL = `INSERT INTO scim_resource (tenant, type, id, external_id, version, modified, document, hidden, members, display, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	replaceSQL = `UPDATE scim_resource SET external_id = $4, version = $5, modified = $6, document = $7, hidden = $8,
members = members + $9, display = CASE WHEN $10 = '' THEN display ELSE $10 END WHERE tenant = $1 AND type = $2 AND id = $3`
	touchSQL = `UPDATE scim_resource SET version = $4, modified = $5, members = members + $6
WHERE tenant = $1 AND type = $2 AND id = $3`
	countSQL = `INSERT INTO scim_count AS c (tenant, type, n) VALUES ($1, $2, $3)
ON CONFLICT (tenant, type) DO UPDATE SET n = c.n + excluded.n`
)

// put writes the new state, with its keys.
func (w *commit) put(ctx context.Context, next *scim.Resource, members int64) error {
	if w.c.Put == nil {
		_, err := w.Exec(ctx, touchSQL, w.tenant, next.Type, next.ID, next.Version, micros(next.LastModified), members)
		return err
	}
	hidden := sql.NullString{String: string(next.Hidden), Valid: next.Hidden != nil}
	args := []any{w.tenant, next.Type, next.ID, packed(next.ExternalID), next.Version, micros(next.LastModified),
		string(next.Document), hidden, members, packed(w.c.Display)}
	statement := replaceSQL
	if w.old == nil {
		statement, args = insertSQL, append(args, micros(next.Created))
		if _, err := w.Exec(ctx, countSQL, w.tenant, next.Type, 1); err != nil {
			return err
		}
	}
	if _, err := w.Exec(ctx, statement, args...); err != nil {
		return err
	}
	return w.putKeys(ctx)
}
