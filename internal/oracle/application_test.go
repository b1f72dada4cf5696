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
	"time"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
)

// TestApplication: what the application itself does to its rows shows as if a client had done it.
func TestApplication(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]*application{
		"users":            {open: usersTable, columns: []string{"email", "first", "active", "title", "work", "department"}, times: true},
		"users and groups": {open: allTables, columns: []string{"email", "badge", "flag"}, groups: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(t *testing.T, w *world) scim.Store {
				t.Helper()
				d, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "app.db"), sqlstore.Options{Now: w.now})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = d.Close() })
				a.d, a.mapped = d, a.open(t, d)
				return a.mapped
			})
			w.content, w.flat, w.columns, w.acts = true, a.groups, a.columns, a.act
			w.check(t, racing.Size(20, dynamotest.Size(60, 2000)))
		})
	}
}

// action is what the application itself does to its table.
func (r *random) action() request {
	if r.chance(0.2) {
		r.users = append(r.users, fmt.Sprintf("{{%d}}", r.n))
		o := object{"email": fmt.Sprintf("app%d@example.com", r.n)}
		if !r.world.flat {
			o["first"], o["active"] = pick[any](r, nil, "", "Ann"), pick[any](r, nil, true, false)
		}
		return request{method: "INSERT", body: encode(o)}
	}
	if len(r.groups) > 0 && r.world.flat && r.chance(0.5) {
		q := request{path: "Groups/" + pick(r, r.groups...)}
		switch q.method = pick(r, "JOIN", "JOIN", "QUIT", "RENAME", "REMOVE"); q.method {
		case "RENAME":
			q.body = encode(object{"name": fmt.Sprintf("App %d", r.n)})
		case "JOIN", "QUIT":
			q.body = encode(object{"member": pick(r, r.users...)})
		}
		return q
	}
	q := request{method: "UPDATE", path: "Users/" + pick(r, r.users...)}
	if r.chance(0.15) {
		q.method = "REMOVE"
		return q
	}
	column := pick(r, r.world.columns...)
	value := pick[any](r, nil, "", "x", "Ann", "Straße", "a@x.example")
	switch column {
	case "email":
		value = fmt.Sprintf("App%d@example.com", r.n)
	case "active", "flag":
		value = pick[any](r, nil, true, false)
	}
	q.body = encode(object{"column": column, "value": value})
	return q
}

// isAction reports whether a request is none, but what the application does itself.
func isAction(q request) bool {
	return slices.Contains([]string{"INSERT", "UPDATE", "REMOVE", "JOIN", "QUIT", "RENAME"}, q.method)
}

// application is what owns the tables.
type application struct {
	open          func(*testing.T, *sqlstore.Database) *sqlstore.Mapped
	columns       []string
	times, groups bool // it has columns of times; it has groups
	d             *sqlstore.Database
	mapped        *sqlstore.Mapped
}

// act does to the table what a request of the history says, and the same to the model.
func (a *application) act(t *testing.T, g *game, q request) {
	t.Helper()
	v, _ := decode(q.body)
	o, _ := v.(object)
	id, changed := target(q), false
	if q.method != "INSERT" && g.model.any(id) == nil { // it is gone, or of the other tenant
		return
	}
	err := a.d.Transaction(t.Context(), func(tx *sqlstore.Tx) (err error) {
		if q.method == "INSERT" {
			id, err = a.insert(t.Context(), tx, g, q, o)
			changed = id != ""
			return err
		}
		for _, s := range a.statements(g, q, o) {
			n, err := tx.Exec(t.Context(), s.text, s.args...)
			if err != nil {
				return err
			}
			changed = n > 0 // by the last one
		}
		return nil
	})
	if err == nil && changed { // otherwise the row is gone, or the table does not accept it
		g.model.act(a, g, q, id, o)
	}
	if q.method == "REMOVE" {
		if err := a.mapped.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// insert makes a row with a key that sorts by time as those of the service do, and returns its id.
func (a *application) insert(ctx context.Context, tx *sqlstore.Tx, g *game, q request, o object) (string, error) {
	if a.groups {
		var key int64
		err := tx.Row(ctx, []any{&key}, `INSERT INTO people (org, email) VALUES ($1, $2) RETURNING id`, g.org(), o["email"])
		return sqlstore.SerialID(key), err
	}
	ms := fmt.Sprintf("%012x", g.now().UnixMilli())
	id := fmt.Sprintf("%s-%s-7000-8000-%012x", ms[:8], ms[8:], q.n)
	names, args := "", []any{id, g.org(), g.clock()}
	for _, column := range []string{"email", "first", "active"} {
		name, value := a.spelled(column, o[column])
		names, args = names+", "+name, append(args, value)
	}
	_, err := tx.Exec(ctx, `INSERT INTO "User" (id, "group", "createdAt", "updatedAt"`+names+`) VALUES ($1, $2, $3, $3, $4, $5, $6)`, args...)
	return id, err
}

// spelled is a column of usersTable as it is named there, with a value in its form.
func (a *application) spelled(column string, v any) (name string, value any) {
	if a.groups {
		return column, v
	}
	switch column {
	case "email":
		return `"logIn"`, fmt.Sprint("Login:", v)
	case "first":
		return `"first name"`, v
	case "work":
		return `"order"`, v
	case "active":
		return `"left"`, map[any]any{nil: "unknown", true: nil, false: "a word of the application"}[v]
	}
	return column, v
}

func (g *game) org() string   { return g.base[strings.LastIndexByte(g.base, '/')+1:] }
func (g *game) clock() string { return g.now().Format("2006-01-02 15:04:05") }

type statement struct {
	text string
	args []any
}

func (a *application) statements(g *game, q request, o object) []statement {
	key := any(target(q))
	if a.groups {
		key, _ = sqlstore.SerialKey(strings.TrimPrefix(target(q), "group-"))
	}
	member, _ := o["member"].(string)
	person, _ := sqlstore.SerialKey(member)
	switch q.method {
	case "JOIN":
		return []statement{{`INSERT INTO roles_of (role, person) SELECT r.id, p.id FROM roles r JOIN people p ON p.org = r.org WHERE r.id = $1 AND p.id = $2 AND r.org = $3`, []any{key, person, g.org()}}}
	case "QUIT":
		return []statement{{`DELETE FROM roles_of WHERE role = $1 AND person = $2`, []any{key, person}}}
	case "RENAME":
		return []statement{{`UPDATE roles SET name = $1 WHERE id = $2`, []any{o["name"], key}}}
	case "REMOVE":
		table, column := a.users(), "person"
		if strings.HasPrefix(q.path, "Groups/") {
			table, column = "roles", "role"
		}
		list := []statement{{`DELETE FROM ` + table + ` WHERE id = $1 AND ` + a.org() + ` = $2`, []any{key, g.org()}}}
		if a.groups {
			list = slices.Insert(list, 0, statement{`DELETE FROM roles_of WHERE ` + column + ` = $1`, []any{key}})
		}
		return list
	}
	value, now := o["value"], ""
	if value == nil && o["column"] == "title" {
		value = ""
	}
	column, value := a.spelled(o["column"].(string), value)
	args := []any{value, key, g.org()}
	if a.times {
		now, args = `, "updatedAt" = $4`, append(args, g.clock())
	}
	return []statement{{`UPDATE ` + a.users() + ` SET ` + column + ` = $1` + now + ` WHERE id = $2 AND ` + a.org() + ` = $3`, args}}
}

// users and org are the table of users, and its column with the tenant.
func (a *application) users() string {
	if a.groups {
		return "people"
	}
	return `"User"`
}

func (a *application) org() string {
	if a.groups {
		return "org"
	}
	return `"group"`
}

// act is what the application has done to a row.
func (m *model) act(a *application, g *game, q request, id string, o object) {
	if q.method == "INSERT" {
		r := &resource{typ: m.types[0], id: id, created: m.now, modified: m.now, version: 1, body: object{}}
		if !a.times {
			r.created, r.modified = time.Unix(0, 0).UTC(), time.Unix(0, 0).UTC() // as documented
		}
		m.resources, g.ids[fmt.Sprint(q.n)] = append(m.resources, r), id
		for _, column := range []string{"email", "first", "active"} {
			r.set(column, o[column])
		}
		return
	}
	r := m.any(id)
	before := r.body
	if r.seen != r.version { // a client has written it since
		r.left = list(r.body["emails"])
	}
	switch q.method {
	case "REMOVE":
		times := map[*resource]time.Time{}
		for _, other := range m.resources {
			times[other] = other.modified
		}
		m.drop(r) // whose manager it was is up to the application
		for _, other := range m.resources {
			if a.groups { // rows without a column of it: the time is that of the last change by SCIM
				other.modified = times[other]
			}
		}
		return
	case "UPDATE":
		r.set(o["column"].(string), o["value"])
		if a.times {
			r.modified = m.now
		}
	case "RENAME":
		r.set("displayName", o["name"])
	case "JOIN":
		r.body = clone(r.body).(object)
		r.body["members"] = append(list(r.body["members"]), object{"value": o["member"], "type": "User"})
	case "QUIT":
		r.body = clone(r.body).(object)
		r.body["members"] = slices.DeleteFunc(list(r.body["members"]), func(e any) bool { return e.(object)["value"] == o["member"] })
		if len(list(r.body["members"])) == 0 {
			delete(r.body, "members")
		}
	}
	if !reflect.DeepEqual(before, r.body) {
		r.version++
	}
	r.seen = r.version
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
		put(in, map[string]string{"name": "givenName", urnEnterprise: "department", urnCustom: column}[name], v)
		r.body[name] = in
		if len(in) == 0 {
			delete(r.body, name)
		}
	}
	r.body = clone(r.body).(object)
	switch column {
	case "email":
		put(r.body, "userName", v)
	case "badge", "flag":
		within(urnCustom)
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

// setWork gives the column of an element a value: the first one of the type work, in the list as a client left it. Without a
// value it is not shown, unless it has more, and when it gets one, it is in its place again.
func (r *resource) setWork(v any) {
	emails, _ := clone(r.left).([]any)
	at := slices.IndexFunc(emails, func(e any) bool { return strings.EqualFold(fmt.Sprint(e.(object)["type"]), "work") })
	switch {
	case at < 0 && v != nil:
		emails = append(emails, object{"type": "work", "value": v})
	case v != nil:
		emails[at].(object)["value"] = v
	case at >= 0 && emails[at].(object)["value"] != nil:
		if delete(emails[at].(object), "value"); len(emails[at].(object)) == 1 {
			emails = slices.Delete(emails, at, at+1)
		}
	}
	r.body["emails"] = emails
	if len(emails) == 0 {
		delete(r.body, "emails")
	}
}
