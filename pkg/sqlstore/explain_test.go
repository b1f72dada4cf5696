package sqlstore_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestNoScan: every statement that the suite of stores and the administration of tenants send finds its
// rows by an index. The only exception lists the tenants.
func TestNoScan(t *testing.T) {
	t.Parallel()
	d := sqltest.SQLite(t)
	everyStatement(t, d.Store())
	id := tenantID(t, "acme")
	must(t, d.Tenants().Create(t.Context(), tenant.Settings{ID: id}))
	_, token := tenant.NewToken(id, scim.All)
	must(t, d.Tenants().AddToken(t.Context(), id, token))
	must(t, d.Tenants().ChangeToken(t.Context(), id, token.KeyID, tenant.TokenChange{Name: &token.KeyID}))
	c := tenant.Client{ID: "c", Method: tenant.ClientSecret, Secrets: make([]tenant.Secret, 1)}
	must(t, d.Tenants().PutClient(t.Context(), id, c))
	c.Version = 1
	must(t, d.Tenants().PutClient(t.Context(), id, c))
	must(t, d.Tenants().Touch(t.Context(), id, "c", at))
	must(t, d.Tenants().RemoveCredential(t.Context(), id, "c"))
	_, onceErr := d.Tenants().Once(t.Context(), id, "jti", at)
	must(t, onceErr)
	_ = record(t, d.Tenants(), id)
	_, _, err := d.Tenants().Inventory(t.Context(), id)
	must(t, err)
	_, err = d.Tenants().Delete(t.Context(), id, sqlstore.Deletion{Wait: -1})
	must(t, err)
	indexed(t, d, 40, func(text string) bool {
		return strings.Contains(text, "scim_") && !strings.Contains(text, "scim_schema")
	})
}

// TestNoScanWithStatistics: the same for a file of one large tenant and some small ones that an operator has analysed: SQLite knows then that
// the beginning of most keys is always the same.
func TestNoScanWithStatistics(t *testing.T) {
	t.Parallel()
	d := sqltest.SQLite(t)
	everyStatement(t, d.Store())
	must(t, d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
		for _, statement := range []string{
			`INSERT INTO scim_resource SELECT tenant, type, 'z' || i || id, external_id || i, version, created, modified, document, hidden, display, members FROM scim_resource`,
			`INSERT INTO scim_key SELECT tenant, type, attr, value || i, 'z' || i || id, uniq FROM scim_key`,
			`INSERT INTO scim_member SELECT 'acme', 'z' || (i / 20), 'z' || i, 'User', '', 'Group' FROM (SELECT 1)`,
			`INSERT INTO scim_feed SELECT tenant, last + 100 + i, last + 100 + i, expires, entry, prior, document, member_of FROM (SELECT * FROM scim_feed ORDER BY last LIMIT 1)`,
			`INSERT INTO scim_resource SELECT 'globex' || (i % 5), type, id || i, external_id, version, created, modified, document, hidden, display, members FROM (SELECT * FROM scim_resource LIMIT 1)`,
			`INSERT INTO scim_log SELECT 'acme', 'l' || i, 9999999999, '{}' FROM (SELECT 1)`,
		} {
			if _, err := tx.Exec(t.Context(), `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) `+statement+`, n WHERE 1 = 1`); err != nil {
				return err
			}
		}
		_, err := tx.Exec(t.Context(), `ANALYZE`)
		return err
	}))
	indexed(t, d, 30, func(text string) bool {
		return strings.Contains(text, "scim_") && !strings.Contains(text, "scim_schema") && !strings.Contains(text, "RECURSIVE")
	})
}

// TestNoScanOfTables: the same for a table of an application that has the indexes of the manual.
func TestNoScanOfTables(t *testing.T) {
	t.Parallel()
	d := sqltest.SQLite(t)
	s, acme, ctx := existing(t, d), tenantID(t, "acme"), t.Context()
	must(t, d.Transaction(ctx, func(tx *sqlstore.Tx) error {
		_, err := tx.Exec(ctx, `CREATE UNIQUE INDEX people_email ON people (org, lower(email))`)
		if err == nil {
			_, err = tx.Exec(ctx, `CREATE INDEX people_org ON people (org, no)`)
		}
		return err
	}))
	r, err := s.Commit(ctx, acme, newUser(1, "u1", at))
	must(t, err)
	renamed := newUser(1, "u2", at)
	renamed.ID, renamed.If, renamed.Display = r.ID, r.Version, "other"
	_, err = s.Commit(ctx, acme, renamed)
	must(t, err)
	for _, page := range []scim.Page{{Limit: 5}, {Limit: 5, After: "a0"}, {Limit: 5, After: r.ID}, {}} {
		_, err = s.List(ctx, acme, "User", page)
		must(t, err)
	}
	found, err := s.Lookup(ctx, acme, "User", scim.IndexKey{Attr: "userName", Value: "u2"}, scim.Page{Limit: 5})
	if err != nil || len(found.Resources) != 1 {
		t.Errorf("%v %v", found, err)
	}
	_, err = s.Lookup(ctx, acme, "User", scim.IndexKey{Attr: "externalId", Value: "x"}, scim.Page{Limit: 5})
	must(t, err)
	_, err = s.GetMany(ctx, acme, []scim.Ref{{Type: "User", ID: r.ID}})
	must(t, err)
	_, err = s.Commit(ctx, acme, scim.Change{Type: "User", ID: r.ID, If: scim.IfAny, Now: at, Remove: true})
	must(t, err)
	indexed(t, d, 5, func(text string) bool { return strings.Contains(text, "people") && !strings.HasPrefix(text, "CREATE") })
}

// indexed plans all statements of a kind, of which there are at least some.
func indexed(t *testing.T, d *sqlstore.Database, least int, kind func(text string) bool) {
	t.Helper()
	n := 0
	for _, text := range d.Texts() {
		if !kind(text) {
			continue
		}
		n++
		for _, step := range planOf(t, d, text) {
			if scans(text, step) {
				t.Errorf("%s\n%s", step, text)
			}
		}
	}
	if n < least {
		t.Errorf("only %d statements", n)
	}
}

// everyStatement calls every method of a store, with changes of every kind.
func everyStatement(t *testing.T, s *sqlstore.Store) {
	t.Helper()
	ctx, acme := t.Context(), tenantID(t, "acme")
	commit := func(c scim.Change) {
		t.Helper()
		_, err := s.Commit(ctx, acme, c)
		must(t, err)
	}
	commit(newUser(1, "u1", at))
	commit(newUser(2, "u2", at))
	commit(newGroup(50, "g", 1))
	renamed := newUser(1, "other", at)
	renamed.If = 1
	commit(renamed)
	commit(scim.Change{Type: "Group", ID: userID(50), If: scim.IfAny, Now: at, AddMembers: newGroup(50, "g", 2).AddMembers, RemoveMembers: []string{userID(1)}})
	commit(scim.Change{Type: "Group", ID: userID(50), If: scim.IfAny, Now: at, ClearMembers: true})
	commit(scim.Change{Type: "User", ID: userID(2), If: scim.IfAny, Now: at, Remove: true})
	page, key := scim.Page{Limit: 5}, scim.IndexKey{Attr: "userName", Value: "other"}
	r, _, err := s.GetWithGroups(ctx, acme, "User", userID(1))
	must(t, err)
	for _, way := range []bool{false, true} {
		for _, r := range []scim.KeyRange{{}, {Prefix: "u"}, {From: scim.Above("a"), To: scim.Above("z")}, {From: "a", To: "z"}, {After: "a", To: "z"}, {After: "z", From: "a"}} {
			page := scim.Page{Limit: 5}
			if r.Attr, r.Reverse = "userName", way; r.After != "" {
				page.After = userID(1)
			}
			_, err := s.Range(ctx, acme, "User", r, page)
			must(t, err)
		}
	}
	for _, read := range []func() error{
		func() (err error) { _, err = s.Get(ctx, acme, "User", userID(1)); return err },
		func() (err error) {
			_, err = s.GetMany(ctx, acme, []scim.Ref{{Type: "User", ID: userID(1)}})
			return err
		},
		func() (err error) { _, err = s.List(ctx, acme, "User", page); return err },
		func() (err error) { _, _, err = s.ListWithGroups(ctx, acme, "User", page); return err },
		func() (err error) { _, err = s.Lookup(ctx, acme, "User", key, page); return err },
		func() (err error) { _, _, err = s.LookupWithGroups(ctx, acme, "User", key, page); return err },
		func() (err error) { _, err = s.Members(ctx, acme, userID(50), page); return err },
		func() (err error) { _, err = s.MembersOf(ctx, acme, []*scim.Resource{r}, 5); return err },
		func() (err error) { _, err = s.IsMember(ctx, acme, userID(50), []string{userID(1)}); return err },
		func() (err error) { _, err = s.MemberOf(ctx, acme, []string{userID(1)}); return err },
		func() (err error) { _, err = s.Nested(ctx, acme); return err },
	} {
		must(t, read())
	}
}

// planOf is how SQLite would carry out a statement.
func planOf(t *testing.T, d *sqlstore.Database, text string) (steps []string) {
	t.Helper()
	args := []any{}
	for n := 1; strings.Contains(text, fmt.Sprint("?", n)); n++ {
		args = append(args, "[]")
	}
	must(t, d.Rows(t.Context(), func(scan func(...any) error) error {
		var id, parent, unused int
		var step string
		err := scan(&id, &parent, &unused, &step)
		steps = append(steps, step)
		return err
	}, "EXPLAIN QUERY PLAN "+text, args...))
	if len(steps) == 0 && !strings.HasPrefix(text, "INSERT") {
		t.Errorf("no plan of %s", text)
	}
	return steps
}

// tables are those of a statement, by the names that its plan shows.
var tables = regexp.MustCompile(`\b(scim_\w+|people|roles|user_roles)\b(?: AS)? ?(\w*)`)

// narrow are the ends of steps that find all rows of a tenant, or of a type, by the beginning of an index.
var narrow = regexp.MustCompile(`^SEARCH (\w+) USING .*\((?:tenant|org)=\?(?: AND type=\?)?\)`)

// scans reports whether a step of a plan reads a whole table, or all that a tenant has in it. The
// administration may do the latter: it counts and deletes tenants.
func scans(text, step string) bool {
	if m := narrow.FindStringSubmatch(step); m != nil && !strings.Contains(step, "scim_member_nested") && !strings.Contains(step, "_org ") && !administration(text) {
		for _, big := range []string{"scim_resource", "scim_key", "scim_member", "scim_log", "people", "roles", "user_roles"} {
			for _, t := range tables.FindAllStringSubmatch(text, -1) {
				if t[1] == big && (m[1] == t[1] || m[1] == t[2]) {
					return true
				}
			}
		}
	}
	what, ok := strings.CutPrefix(step, "SCAN ")
	if !ok || text == "SELECT id FROM scim_tenant ORDER BY id" {
		return false
	}
	name := strings.Fields(what)[0]
	for _, m := range tables.FindAllStringSubmatch(text, -1) {
		if name == m[1] || name == m[2] {
			return true
		}
	}
	return false
}

// administration reports whether a statement counts or deletes the rows of a tenant.
func administration(text string) bool {
	return strings.HasPrefix(text, "SELECT count(*) FROM") || strings.Contains(text, "WHERE tenant = ?1 LIMIT ?2")
}

// TestScans: the check above sees a scan.
func TestScans(t *testing.T) {
	t.Parallel()
	d := sqltest.SQLite(t)
	for text, want := range map[string]bool{
		"SELECT id FROM scim_resource WHERE document = ?1":                               true,
		"SELECT r.id FROM scim_resource r WHERE r.id = ?1":                               true,
		"SELECT r.id FROM scim_resource r WHERE r.tenant = ?1":                           true,
		"DELETE FROM scim_key WHERE id = ?1":                                             true,
		"SELECT j.value FROM json_each(?1) j JOIN scim_count n ON n.tenant = j.value":    false,
		"SELECT j.value FROM json_each(?1) j JOIN scim_count n ON n.n = j.value LIMIT 1": true,
	} {
		found := false
		for _, step := range planOf(t, d, text) {
			found = found || scans(text, step)
		}
		if found != want {
			t.Errorf("%s: %t, %q", text, found, planOf(t, d, text))
		}
	}
}
