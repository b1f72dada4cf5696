package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// rowCommit is one change of a row in its transaction.
type rowCommit struct {
	commit
	m       *mapping
	sent    []string     // columns of the statement, in the order of its arguments
	written []*ColumnMap // those that were given a value
	row     *tableRow    // as it was; nil: it was not read
	idle    bool         // the database says that the statement has changed no row
}

// run checks everything before it changes anything.
func (w *rowCommit) run(ctx context.Context) (*scim.Resource, error) {
	if err := w.read(ctx); err != nil {
		return nil, err
	}
	if err := w.allowed(); err != nil {
		return nil, err
	}
	if w.c.Remove {
		return nil, w.delete(ctx)
	}
	if err := w.joiners(ctx); err != nil {
		return nil, err
	}
	if w.c.Put != nil {
		if err := w.put(ctx); err != nil {
			return nil, err
		}
	}
	changed, m, err := w.move(ctx)
	switch {
	case err != nil:
		return nil, err
	case w.c.Put == nil && !changed:
		return w.old, nil
	case w.c.Put == nil:
		if err := w.touch(ctx, w.m, w.old); err != nil {
			return nil, err
		}
	}
	now, err := w.m.get(ctx, w, w.t, w.c.ID)
	if err == nil {
		err = w.readable(now)
	}
	if err == nil {
		err = w.obeyed(now)
	}
	if err == nil {
		w.tellOwn(now, m)
		err = w.tellGroups(ctx)
	}
	return now, err
}

// put writes the row with its index entries, and learns its id if it is new.
func (w *rowCommit) put(ctx context.Context) error {
	if err := w.free(ctx); err != nil {
		return err
	}
	id, err := w.write(ctx)
	if err != nil {
		return err
	}
	w.c.ID = id
	if err := w.putKeys(ctx); err != nil {
		return err
	}
	if w.old != nil && w.c.Display != "" {
		_, err = w.Exec(ctx, `UPDATE scim_member BY(scim_member_of) SET display = $4 WHERE tenant = $1 AND id = $2 AND type = $3`,
			w.tenant, id, w.c.Type, packed(w.c.Display))
	}
	return err
}

// read locks the row and reads it, with its index entries.
func (w *rowCommit) read(ctx context.Context) (err error) {
	if w.m.serial && w.c.If == scim.IfAbsent {
		return nil // the database will assign a new key
	}
	if key, ok := w.m.keyOf(w.c.ID); ok && w.d.dialect.name == "postgres" && (w.m.keyType != "uuid" || isUUID(w.c.ID)) {
		var one int
		err = w.Row(ctx, []any{&one}, `SELECT 1 FROM `+w.m.name+` WHERE `+w.m.key+` = $1 FOR UPDATE`, key)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	w.row, w.old, err = w.m.find(ctx, w, w.t, w.c.ID)
	if errors.Is(err, scim.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var keys sql.NullString
	err = w.Row(ctx, []any{&keys}, `SELECT AGG(TUPLE(k.attr, k.value, k.uniq)) FROM scim_key k BY(scim_key_resource)
WHERE k.tenant = $1 AND k.type = $2 AND k.id = $3`, w.tenant, w.c.Type, w.c.ID)
	if err == nil && keys.Valid {
		err = json.Unmarshal([]byte(keys.String), &w.keys)
	}
	return err
}

// free returns a *scim.TakenError if another row holds a unique key. An index entry of a row that no
// longer has the value is removed, since it would refuse the new one.
func (w *rowCommit) free(ctx context.Context) error {
	for _, k := range w.c.Keys {
		if !k.Unique {
			continue
		}
		found, err := w.m.lookup(ctx, w, w.t, k)
		if err != nil {
			return err
		}
		for _, r := range found {
			if r.ID != w.c.ID {
				return &scim.TakenError{Attr: k.Attr, ID: r.ID}
			}
		}
		if _, err := w.Exec(ctx, `DELETE FROM scim_key WHERE tenant = $1 AND type = $2 AND attr = $3 AND value = $4 AND id <> $5`,
			w.tenant, w.c.Type, k.Attr, valueOf(k.Value), w.c.ID); err != nil {
			return err
		}
	}
	return nil
}

// write inserts or updates the row and returns its id.
func (w *rowCommit) write(ctx context.Context) (id string, err error) {
	doc, hidden, err := whole(w.c.Put)
	if err != nil {
		return "", err
	}
	columns, args, err := w.columns(ctx, doc, hidden)
	if err != nil {
		return "", err
	}
	w.sent = columns
	slots := make([]string, len(columns))
	if w.old != nil {
		for i, c := range columns {
			slots[i] = c + ` = ` + w.slot(i)
		}
		key, _ := w.m.keyOf(w.c.ID)
		done, err := w.exec(ctx, `UPDATE `+w.m.name+` SET `+strings.Join(slots, ", ")+` WHERE `+w.m.key+` = `+w.slot(len(args)), append(args, key))
		w.idle = nothing(done)
		return w.c.ID, w.refused(ctx, err)
	}
	if !w.m.serial {
		columns, args, slots = append(columns, w.m.key), append(args, w.c.ID), append(slots, "")
	}
	if w.m.tenantColumn != "" {
		columns, args, slots = append(columns, w.m.tenantColumn), append(args, w.tenant), append(slots, "")
	} else if w.t != w.m.tenant {
		return "", fmt.Errorf("sqlstore: table %s has the rows of tenant %s only", w.m.name, w.m.tenant)
	}
	for i := range columns {
		slots[i] = w.slot(i)
	}
	rows, err := w.query(ctx, `INSERT INTO `+w.m.name+` (`+strings.Join(columns, ", ")+`) VALUES (`+strings.Join(slots, ", ")+
		`) RETURNING CAST(`+w.m.key+` AS TEXT)`, args)
	if err != nil {
		return "", w.refused(ctx, err)
	}
	var key string
	err = first([]any{&key}, func(each func(func(...any) error) error) error {
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			if err := each(rows.Scan); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if errors.Is(err, sql.ErrNoRows) { // a trigger has left the row out
		return "", w.unaccepted("")
	}
	return w.m.idOf(key), w.refused(ctx, err)
}

// slot is the i-th parameter, which may have more than one digit.
func (w *rowCommit) slot(i int) string { return fmt.Sprint(w.d.dialect.numbered, i+1) }

// whole is the document of a resource, with what is hidden, which is returned alone, too.
func whole(r *scim.Resource) (doc, hidden map[string]any, err error) {
	doc, err = schema.DecodeJSON(r.Document, restDepth)
	if err != nil || r.Hidden == nil {
		return doc, nil, err
	}
	hidden, err = schema.DecodeJSON(r.Hidden, restDepth)
	maps.Copy(doc, hidden)
	return doc, hidden, err
}

// columns takes what has a column out of the document, and puts the rest into the JSON column. A column
// whose value does not change is not written: the application may have it in another form, or in one
// that does not fit the schema.
func (w *rowCommit) columns(ctx context.Context, doc, hidden map[string]any) (names []string, args []any, err error) {
	delete(doc, "schemas")
	var before map[string]any
	if w.old != nil {
		if before, _, err = whole(w.old); err != nil {
			return nil, nil, err
		}
	}
	for _, c := range w.m.columns {
		v := c.at[0].get(doc)
		for n, p := range c.at {
			if v != "" && (n == 0 || v != nil && p.get(doc) == v) {
				p.leave(doc)
			}
		}
		if w.old != nil && v == c.at[0].get(before) {
			same, err := w.holds(ctx, c, v)
			if err != nil {
				return nil, nil, err
			}
			if same {
				continue
			}
		}
		stored, err := c.stored(w.d.dialect, v)
		if err != nil {
			return nil, nil, err
		}
		names, args = append(names, c.name), append(args, stored)
		if v != nil && v != "" {
			w.written = append(w.written, c)
		}
	}
	meta := map[string]any{}
	if names := w.m.hiddenOf(hidden); len(names) > 0 {
		meta[hiddenIn] = names
	}
	created := w.c.Put.Created
	if w.old != nil {
		created = w.old.Created
	} else if w.m.created != "" {
		names, args = append(names, w.m.created), append(args, w.d.dialect.time(created))
	}
	if w.m.created == "" {
		meta["created"] = created.UTC().Format(time.RFC3339Nano)
	}
	if w.m.modified == "" {
		meta["lastModified"] = w.c.Now.UTC().Format(time.RFC3339Nano)
	} else {
		names, args = append(names, w.m.modified), append(args, w.d.dialect.time(w.c.Now))
	}
	if len(meta) > 0 {
		doc[metaOf] = meta
	}
	var rest any
	if len(doc) > 0 {
		rest = string(schema.AppendValue(nil, doc))
	}
	return append(names, w.m.rest), append(args, rest), nil
}

// delete removes the row with everything that hangs on it.
func (w *rowCommit) delete(ctx context.Context) error {
	if err := w.leaveRows(ctx); err != nil {
		return err
	}
	left, err := w.everyone(ctx)
	if err != nil {
		return err
	}
	if err := w.disband(ctx); err != nil { // before a foreign key forbids it
		return err
	}
	key, _ := w.m.keyOf(w.c.ID)
	done, err := w.exec(ctx, `DELETE FROM `+w.m.name+` WHERE `+w.m.key+` = `+w.slot(0), []any{key})
	if err != nil {
		return w.refused(ctx, err)
	}
	if nothing(done) {
		if err := w.gone(ctx); err != nil {
			return err
		}
	}
	if err := w.unlink(ctx); err != nil {
		return err
	}
	w.tellOwn(nil, moved{left: left})
	return nil
}

// unlink removes the edges and index entries of a row.
func (w *rowCommit) unlink(ctx context.Context) error {
	if err := w.leaveGroups(ctx); err != nil {
		return err
	}
	_, err := w.Exec(ctx, dropAllSQL, w.tenant, w.c.Type, w.c.ID)
	return err
}
