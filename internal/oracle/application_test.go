package oracle

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
)

// TestApplication: what the application itself does to its rows shows as if a client had done it.
func TestApplication(t *testing.T) {
	t.Parallel()
	var d *sqlstore.Database
	var mapped *sqlstore.Mapped
	w := newWorld(t, func(t *testing.T, w *world) scim.Store {
		t.Helper()
		var err error
		d, err = sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "app.db"), sqlstore.Options{Now: w.now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		mapped = usersTable(t, d)
		return mapped
	})
	w.content, w.columns = true, []string{"email", "first", "active", "title", "work", "department"}
	w.acts = func(t *testing.T, g *game, q request) {
		t.Helper()
		var n int
		err := d.Transaction(t.Context(), func(tx *sqlstore.Tx) (err error) {
			n, err = act(t.Context(), tx, g, q)
			return err
		})
		if err == nil && n > 0 { // otherwise the row is gone, or the table does not accept it
			g.model.act(g, q)
		}
		if q.method == "REMOVE" {
			err = mapped.Sweep(t.Context())
		}
		if err != nil && q.method == "REMOVE" {
			t.Fatal(err)
		}
	}
	w.check(t, racing.Size(20, dynamotest.Size(60, 2000)))
}

// act is an action of the application on its table.
func act(ctx context.Context, tx *sqlstore.Tx, g *game, q request) (int, error) {
	v, _ := decode(q.body)
	o, _ := v.(object)
	now, org := g.now().Format("2006-01-02 15:04:05"), g.base[strings.LastIndexByte(g.base, 0x2f)+1:]
	rows := func(n int64, err error) (int, error) { return int(n), err }
	switch q.method {
	case "INSERT":
		return rows(tx.Exec(ctx, `INSERT INTO people (id, org, email, first, active, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)`,
			g.rowID(q.n), org, o["email"], o["first"], o["active"], now))
	case "REMOVE":
		return rows(tx.Exec(ctx, `DELETE FROM people WHERE id = $1 AND org = $2`, target(q), org))
	}
	value := o["value"]
	if value == nil && o["column"] == "title" {
		value = ""
	}
	return rows(tx.Exec(ctx, `UPDATE people SET `+o["column"].(string)+` = $1, updated_at = $2 WHERE id = $3 AND org = $4`, value, now, target(q), org))
}

// rowID is the key of a row of the application, which sorts by time as those of the service.
func (g *game) rowID(n int) string {
	ms := fmt.Sprintf("%012x", g.now().UnixMilli())
	return fmt.Sprintf("%s-%s-7000-8000-%012x", ms[:8], ms[8:], n)
}

// act is the same on the model.
func (m *model) act(g *game, q request) {
	v, _ := decode(q.body)
	o, _ := v.(object)
	if q.method == "INSERT" {
		id := g.rowID(q.n)
		r := &resource{typ: m.types[0], id: id, created: m.now, modified: m.now, version: 1, body: object{}}
		m.resources, g.ids[fmt.Sprint(q.n)] = append(m.resources, r), id
		for _, column := range []string{"email", "first", "active"} {
			r.set(column, o[column])
		}
		return
	}
	r := m.find(m.types[0], target(q))
	if q.method == "REMOVE" {
		m.remove(r)
		return
	}
	before := r.body
	r.set(o["column"].(string), o["value"])
	r.modified = m.now
	if !reflect.DeepEqual(before, r.body) {
		r.version++
	}
}

// set gives the attribute of a column a value. An empty text is none.
func (r *resource) set(column string, v any) {
	if v == "" {
		v = nil
	}
	put := func(o object, name string, v any) {
		if v == nil {
			delete(o, name)
			return
		}
		o[name] = v
	}
	within := func(name string) {
		in, _ := r.body[name].(object)
		if in = maps.Clone(in); in == nil {
			in = object{}
		}
		put(in, map[string]string{"name": "givenName", urnEnterprise: "department"}[name], v)
		r.body[name] = in
		if len(in) == 0 {
			delete(r.body, name)
		}
	}
	r.body = clone(r.body).(object)
	switch column {
	case "email":
		put(r.body, "userName", v)
	case "first":
		within("name")
	case "department":
		within(urnEnterprise)
	case "work":
		r.setWork(v)
	default:
		put(r.body, column, v)
	}
}

func (r *resource) setWork(v any) {
	emails := list(r.body["emails"])
	at := slices.IndexFunc(emails, func(e any) bool { return strings.EqualFold(fmt.Sprint(e.(object)["type"]), "work") })
	switch {
	case at < 0 && v == nil:
		return
	case at < 0:
		emails = append(emails, object{"type": "work", "value": v})
	case v != nil:
		emails[at].(object)["value"] = v
	case emails[at].(object)["value"] != nil:
		delete(emails[at].(object), "value")
		if len(emails[at].(object)) == 1 {
			emails = slices.Delete(emails, at, at+1)
		}
	}
	r.body["emails"] = emails
	if len(emails) == 0 {
		delete(r.body, "emails")
	}
}
