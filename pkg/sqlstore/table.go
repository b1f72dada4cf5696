package sqlstore

import (
	"errors"
	"fmt"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// TableMap says how the rows of a table of the application become resources. Make it with Table, give it
// to Database.Map, and do not change it afterwards.
type TableMap struct {
	name              string
	columns           []*ColumnMap
	typ               *schema.ResourceType
	key               string
	serial            bool
	tenantColumn      string
	tenant            scim.TenantID
	rest              string
	created, modified string
	members           *MemberMap
}

// Table maps a table of the application: users by default. Needed are Key or Serial, Tenant or TenantColumn,
// and Rest.
func Table(name string, columns ...*ColumnMap) *TableMap {
	return &TableMap{name: name, columns: columns, typ: schema.UserType()}
}

// Key names the primary key, of a type for text or UUIDs. It is the id of the resource, and a resource
// that SCIM creates gets a UUID.
func (m *TableMap) Key(column string) *TableMap { m.key, m.serial = column, false; return m }

// Serial names the primary key, an integer that the database assigns. The id of user 42 is "b42": the letter
// says how many digits follow, so that ids sort as the numbers do. See SerialID and SerialKey. The id of
// group 42 is "group-b42": no two resources have the same id. With Key, that is the application's part. In SQLite
// the key must be AUTOINCREMENT, so that the id of a removed row is not that of another one later.
func (m *TableMap) Serial(column string) *TableMap { m.key, m.serial = column, true; return m }

// Tenant says that all rows belong to one tenant.
func (m *TableMap) Tenant(t scim.TenantID) *TableMap { m.tenant = t; return m }

// TenantColumn names the column with the tenant of a row, as a text.
func (m *TableMap) TenantColumn(column string) *TableMap { m.tenantColumn = column; return m }

// Rest names a column for everything that has no column of its own: a nullable text or JSON column that
// the application leaves alone. It holds one JSON object.
func (m *TableMap) Rest(column string) *TableMap { m.rest = column; return m }

// Times names the columns with the time of creation and of the last change, each perhaps "". A resource
// without them shows when SCIM created and changed it; if it never did, the year 1970.
func (m *TableMap) Times(created, modified string) *TableMap {
	m.created, m.modified = created, modified
	return m
}

// Type maps the rows to another resource type than User. One with members needs Members.
func (m *TableMap) Type(rt *schema.ResourceType) *TableMap { m.typ = rt; return m }

// ColumnMap is a column with the attributes that it holds; see Column.
type ColumnMap struct {
	name     string
	paths    []string
	fallback any
	null     any // the value of the attribute that NULL stands for; nil if it stands for none
	from, to func(any) (any, error)

	at   []path // paths, resolved
	kind int    // of the column, see kindOf
}

// Column begins the mapping of a column.
func Column(name string) *ColumnMap { return &ColumnMap{name: name} }

// To names the attribute that the column holds: "userName", "name.givenName",
// "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", or one value of many,
// `emails[type eq "work"].value`. Of more attributes than one, the column has the value of the first;
// the others show it unless a client has given them a value of their own.
func (c *ColumnMap) To(attributes ...string) *ColumnMap { c.paths = attributes; return c }

// Default is written where the attribute has no value; NULL by default. It is for columns that are NOT
// NULL. An empty text is read as no value, any other default as a value.
func (c *ColumnMap) Default(v any) *ColumnMap { c.fallback = v; return c }

// Null says which value of the attribute a NULL stands for, as in deleted_at, whose NULL is `active`: true. The value is written as NULL.
// Without it, a NULL is no value. A resource whose attribute has no value gets Default, and shows this value if that is NULL.
func (c *ColumnMap) Null(v any) *ColumnMap { c.null = v; return c }

// As converts between the value of the column (int64, float64, bool, string, []byte or time.Time) and
// that of the attribute (string, bool or a number). A value that from refuses is left out and reported;
// one that to refuses is the client's error. Neither is called for a NULL or for the value of Null.
//
// An attribute with an index, such as userName, is looked up in the column: to is called with the value that is searched for, in
// lower case unless the attribute is caseExact, and the column is compared with the result. So to must accept lower case, and
// be the reverse of from: rows with another value of the column, of which from makes the same, are not found.
func (c *ColumnMap) As(from, to func(any) (any, error)) *ColumnMap { c.from, c.to = from, to; return c }

// check completes the mapping and returns what is wrong with it, and what to do.
func (m *TableMap) check() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("sqlstore: table %s: "+format, append([]any{m.name}, args...)...)
	}
	switch {
	case m.typ == nil:
		return wrong("Type needs a resource type")
	case m.key == "":
		return wrong("name the primary key: Key(column) for texts and UUIDs, Serial(column) for integers")
	case m.tenant.IsZero() == (m.tenantColumn == ""):
		return wrong("say which tenant has the rows: Tenant(id) for all of them, or TenantColumn(column)")
	case m.rest == "":
		return wrong("name a column for attributes without one: ALTER TABLE %s ADD COLUMN scim TEXT, and Rest(\"scim\")", m.name)
	case len(m.columns) == 0, slices.Contains(m.columns, nil):
		return wrong("map at least one column: Column(name).To(attribute), and none that is nil")
	}
	for _, name := range append(m.names(), m.name, m.key) {
		if !identifier.MatchString(name) {
			return wrong("%q is no name of a table or column; %s", name, quotes)
		}
	}
	errs := []error{m.checkMembers(wrong), m.checkRoles(wrong)}
	taken := map[string]string{}
	for _, c := range m.columns {
		if len(c.paths) == 0 {
			errs = append(errs, wrong("column %s: name its attribute with To", c.name))
		}
		c.at = nil
		for _, text := range c.paths {
			p, err := parsePath(m.typ, text)
			if err != nil {
				errs = append(errs, wrong("column %s: %w", c.name, err))
				continue
			}
			if other := taken[p.String()]; other != "" {
				errs = append(errs, wrong("columns %s and %s both hold %s", other, c.name, p))
			}
			taken[p.String()] = c.name
			c.at = append(c.at, p)
		}
		if err := c.checkNull(); err != nil {
			errs = append(errs, wrong("column %s: Null: %w", c.name, err))
		}
	}
	return errors.Join(errs...)
}

// checkRoles returns an error if a column would be written for two reasons: the value of one would be lost.
func (m *TableMap) checkRoles(wrong func(format string, args ...any) error) error {
	roles, have := []string{"Key or Serial", "Rest", "TenantColumn", "Times", "Times"}, map[string]string{}
	for i, name := range []string{m.key, m.rest, m.tenantColumn, m.created, m.modified} {
		if name == "" {
			continue
		}
		if other := have[folded(name)]; other != "" {
			return wrong("column %s is in %s and in %s; name another column", name, other, roles[i])
		}
		have[folded(name)] = roles[i]
	}
	for _, c := range m.columns {
		switch other := have[folded(c.name)]; {
		case other == "Column":
			return wrong("column %s is mapped twice; give all of its attributes to one Column: To(attribute, …)", c.name)
		case other != "":
			return wrong("column %s is mapped, and is in %s, which writes it, too; leave one of them out", c.name, other)
		}
		have[folded(c.name)] = "Column"
	}
	return nil
}

// names are the columns but the key, in the order in which rows are read and written.
func (m *TableMap) names() []string {
	out := []string{m.rest}
	for _, c := range m.columns {
		out = append(out, c.name)
	}
	for _, c := range []string{m.created, m.modified, m.tenantColumn} {
		if c != "" {
			out = append(out, c)
		}
	}
	return out
}
