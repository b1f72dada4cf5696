package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// MemberMap says how the rows of a table of the application are memberships: one column names a row of
// the table of groups, another one a row of the table of users. Make it with MemberTable and give it to
// TableMap.Members.
type MemberMap struct {
	name, group, member, tenantColumn string
	with                              []condition
}

// condition is a column with the value that it has in all memberships.
type condition struct{ column, value string }

// MemberTable maps a table with a row for each member of each group. Needed are Group and Member.
func MemberTable(name string) *MemberMap { return &MemberMap{name: name} }

// Group names the column with the key of the group.
func (m *MemberMap) Group(column string) *MemberMap { m.group = column; return m }

// Member names the column with the key of the member.
func (m *MemberMap) Member(column string) *MemberMap { m.member = column; return m }

// With says that a column has a value in every row that is a membership, such as the type of the member
// where the table has members of other types, too. Rows with another value are neither shown nor changed,
// and rows that SCIM inserts get the value.
func (m *MemberMap) With(column, value string) *MemberMap {
	m.with = append(m.with, condition{column, value})
	return m
}

// TenantColumn names a column with the tenant of a row, as a text, if there is one.
func (m *MemberMap) TenantColumn(column string) *MemberMap { m.tenantColumn = column; return m }

// Members says where the members of a type with members are, such as schema.GroupType: in a table of the
// application, with rows of the table of users, which is given to the same Database.Map. A group that is a
// row has no other members: a group in a group is refused with 400 and the advice to add its members. An
// application that needs groups in groups maps its users only.
func (m *TableMap) Members(table *MemberMap) *TableMap { m.members = table; return m }

// checkMembers returns what is wrong with the memberships.
func (m *TableMap) checkMembers(wrong func(format string, args ...any) error) error {
	e := m.members
	switch {
	case e == nil && !m.typ.HasMembers():
		return nil
	case e == nil:
		return wrong("type %s has members; say where they are: Members(sqlstore.MemberTable(name).Group(column).Member(column))", m.typ.Name)
	case !m.typ.HasMembers():
		return wrong("type %s has no members; leave Members out", m.typ.Name)
	case e.group == "" || e.member == "":
		return wrong("name the columns of table %s: Group(column) with the key of the group, Member(column) with that of the member", e.name)
	}
	names := []string{e.name, e.group, e.member}
	for _, c := range e.with {
		names = append(names, c.column)
	}
	if e.tenantColumn != "" {
		names = append(names, e.tenantColumn)
	}
	for _, name := range names {
		if !identifier.MatchString(name) {
			return wrong("%q is no name of a table or column; %s", name, quotes)
		}
	}
	return nil
}

// edges are the memberships between the rows of two mapped tables.
type edges struct {
	*MemberMap
	d              *Database
	groups, people *mapping
}

// connect finds the tables of a MemberMap, and checks that their columns can be compared.
func (s *Mapped) connect(ctx context.Context, groups *mapping) error {
	people := s.types["User"]
	switch {
	case people == nil:
		return fmt.Errorf("sqlstore: the members in table %s are rows of a table of users: give it to the same Map", groups.members.name)
	case s.edges != nil:
		return errors.New("sqlstore: two types with members")
	}
	e := &edges{MemberMap: groups.members, d: s.db, groups: groups, people: people}
	s.edges, groups.has, people.in = e, e, e
	err := s.db.Rows(ctx, func(func(...any) error) error { return nil }, `SELECT 1 FROM `+e.name+` e JOIN `+groups.name+` g ON g.`+groups.key+` = e.`+e.group+
		` JOIN `+people.name+` p ON p.`+people.key+` = e.`+e.member+` WHERE `+e.where("e.")+` AND 1 = 0`, "")
	if err != nil {
		return fmt.Errorf("sqlstore: table %s has no columns that can be compared with the keys of %s and %s: %w", e.name, groups.name, people.name, reason(err))
	}
	return nil
}

// where is the condition that a row is a membership of the tenant $1, which it names in any case. before
// is what columns begin with.
func (e *edges) where(before string) string {
	if e.tenantColumn == "" {
		return `CAST($1 AS TEXT) IS NOT NULL` + e.always(before)
	}
	return before + e.tenantColumn + ` = $1` + e.always(before)
}

// always is the rest of where, which names no parameter.
func (e *edges) always(before string) (out string) {
	for _, c := range e.with {
		out += ` AND ` + before + c.column + ` = ` + quoted(c.value)
	}
	return out
}

// quoted is a text as a literal, which takes the type of the column that it is compared with.
func quoted(s string) string { return `'` + strings.ReplaceAll(s, `'`, `''`) + `'` }

// report reports memberships that name no row, once.
func (e *edges) report(ctx context.Context) error {
	var n int
	err := e.d.Row(ctx, []any{&n}, `SELECT count(*) FROM `+e.name+` e WHERE (NOT EXISTS (SELECT 1 FROM `+e.groups.name+` g WHERE g.`+e.groups.key+` = e.`+e.group+
		`) OR NOT EXISTS (SELECT 1 FROM `+e.people.name+` p WHERE p.`+e.people.key+` = e.`+e.member+`))`+e.always("e."))
	if err == nil && n > 0 {
		e.groups.report(e.name, fmt.Errorf("sqlstore: %d rows of table %s are left out: they name rows of %s or %s that do not exist",
			n, e.name, e.groups.name, e.people.name))
	}
	return err
}
