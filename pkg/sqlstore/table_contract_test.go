package sqlstore_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/scim/storetest"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// roleTables are users, groups and memberships of an application of many tenants, whose keys SCIM may choose.
const roleTables = `CREATE TABLE people (id TEXT PRIMARY KEY%C%, org TEXT NOT NULL, name TEXT, scim TEXT);
CREATE TABLE roles (id TEXT PRIMARY KEY%C%, org TEXT NOT NULL, name TEXT, scim TEXT);
CREATE TABLE user_roles (role TEXT NOT NULL REFERENCES roles, person TEXT NOT NULL REFERENCES people, org TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (role, person));
CREATE INDEX user_roles_person ON user_roles (person);
CREATE INDEX people_org ON people (org, id);
CREATE INDEX roles_org ON roles (org, id)`

// withRoles maps the tables.
func withRoles(t *testing.T, d *sqlstore.Database) *sqlstore.Mapped {
	t.Helper()
	collate := ""
	if d.Dialect().Name() == "postgres" {
		collate = ` COLLATE "C"`
	}
	must(t, d.Transaction(t.Context(), func(tx *sqlstore.Tx) error {
		for _, statement := range strings.Split(strings.ReplaceAll(strings.ReplaceAll(roleTables, "TEXT PRIMARY KEY%C%", "TEXT"+collate+" PRIMARY KEY"), "%C%", ""), ";") {
			if _, err := tx.Exec(t.Context(), statement); err != nil {
				return err
			}
		}
		return nil
	}))
	s, err := d.Map(t.Context(),
		sqlstore.Table("people", sqlstore.Column("name").To("userName")).Key("id").TenantColumn("org").Rest("scim"),
		sqlstore.Table("roles", sqlstore.Column("name").To("displayName")).Type(schema.GroupType()).Key("id").TenantColumn("org").Rest("scim").
			Members(sqlstore.MemberTable("user_roles").Group("role").Member("person").TenantColumn("org").With("kind", "User")),
	)
	must(t, err)
	return s
}

// counted shows the versions of rows, which are made from their content, as the numbers that the suite
// expects: one more with each change that is seen.
type counted struct {
	*sqlstore.Mapped
	mu   sync.Mutex
	seen map[string]*numbered
}

type numbered struct{ content, n int64 }

func (s *counted) number(t scim.TenantID, r *scim.Resource) *scim.Resource {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r == nil {
		return nil
	}
	key := t.String() + " " + r.Type + " " + r.ID
	at := s.seen[key]
	switch {
	case at == nil:
		at = &numbered{r.Version, 1}
		s.seen[key] = at
	case at.content != r.Version:
		at.content, at.n = r.Version, at.n+1
	}
	out := *r
	out.Version = at.n
	return &out
}

func (s *counted) Get(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, error) {
	r, err := s.Mapped.Get(ctx, t, typ, id)
	return s.number(t, r), err
}

func (s *counted) GetMany(ctx context.Context, t scim.TenantID, refs []scim.Ref) ([]*scim.Resource, error) {
	rs, err := s.Mapped.GetMany(ctx, t, refs)
	for i := range rs {
		rs[i] = s.number(t, rs[i])
	}
	return rs, err
}

func (s *counted) List(ctx context.Context, t scim.TenantID, typ string, page scim.Page) (scim.List, error) {
	l, err := s.Mapped.List(ctx, t, typ, page)
	for i := range l.Resources {
		l.Resources[i] = s.number(t, l.Resources[i])
	}
	return l, err
}

func (s *counted) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	s.mu.Lock()
	key := t.String() + " " + c.Type + " " + c.ID
	if at := s.seen[key]; at != nil && at.n == c.If {
		c.If = at.content
	}
	s.mu.Unlock()
	r, err := s.Mapped.Commit(ctx, t, c)
	if err == nil && c.Remove {
		s.mu.Lock()
		delete(s.seen, key)
		s.mu.Unlock()
		if l, err := s.List(ctx, t, "Group", scim.Page{Limit: 100}); err != nil || l.More { // see those that lost it
			return nil, err
		}
	}
	return s.number(t, r), err
}

// exceptions are the checks that rows of an application cannot pass.
func exceptions() map[string]string {
	const (
		content = "the version of a row is made from its content: a change of nothing is none"
		keys    = "the documents of the check lack what their keys say, and a row is found by what it has"
		nested  = "a row of a group has rows of users as members, and no groups"
	)
	return map[string]string{
		"versions": content, "replace": content,
		"create and get":  "the check keeps an externalId that is not part of the document",
		"lookup in pages": keys, "every page": keys, "everything in one range": keys, "large values": keys,
		"A-33 unique keys": keys, "A-33 a taken key changes nothing": keys,
		"N-08 tenants read their own": keys, "N-08 tenants write their own": keys, "N-08 no member of another tenant": keys, // see TestRolesOfTenants
		"N-08 no tenant": keys, "a call that has ended": keys,
		"resources are not changed": keys + ", so its members have no names",
		"members":                   nested, "members in pages": nested, "X-04 removal leaves no edge": nested, "L-01 members of another type": nested, "nested": nested, // see TestGroupTable
	}
}

// TestRoles: groups and memberships in the tables of an application keep the contract of scim.Store, with
// the exceptions that are listed.
func TestRoles(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(testing.TB) *sqlstore.Database{"sqlite": sqltest.SQLite, "postgres": sqltest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "postgres" {
				sqltest.NeedPostgres(t)
			}
			open := func(t *testing.T) scim.Store {
				t.Helper()
				return &counted{Mapped: withRoles(t, database(t)), seen: map[string]*numbered{}}
			}
			storetest.Except(t, open, exceptions())
			storetest.Leavers(t, open, time.Nanosecond) // of no version: one of two changes may be all that is seen
		})
	}
}
