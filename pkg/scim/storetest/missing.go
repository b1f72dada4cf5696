package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// missing checks that a member is looked for in the commit itself, and that a change that names one
// which does not exist changes nothing at all.
func missing(s *suite) {
	s.people(1, 2, 3)
	s.refused("create", group(50, "g", 1, 9), id(9))
	s.absent("Group", 50)
	s.equal("members", s.members(50), ids())
	s.equal("groups", s.groupsOf(1, 9), map[string][]string{})
	s.equal("key", s.lookup("Group", "displayName", "g", scim.Page{Limit: 5}), ids())
	s.commit(group(50, "g", 1, 2)) // the name is still available
	before := s.get("Group", 50)

	renamed := group(50, "h", 1, 3, 9)
	renamed.Now = start.Add(time.Hour)
	for what, c := range map[string]scim.Change{
		"add":              {AddMembers: edges(9)},
		"add two":          {AddMembers: edges(3, 9)},
		"add and remove":   {AddMembers: edges(9), RemoveMembers: ids(1)},
		"replace all":      {AddMembers: edges(1, 3, 9), ClearMembers: true},
		"document and add": renamed,
	} {
		for _, version := range []int64{1, scim.IfAny} {
			c.Type, c.ID, c.If, c.Now = "Group", id(50), version, start.Add(time.Hour)
			s.refused(what, c, id(9))
			c.Prior = before
			s.refused(what+" to a known group", c, id(9))
		}
		s.equal(what+": group", s.get("Group", 50), before)
		s.equal(what+": members", s.members(50), ids(1, 2))
		s.equal(what+": groups", s.groupsOf(1, 2, 3, 9), map[string][]string{id(1): ids(50), id(2): ids(50)})
		s.equal(what+": key", s.lookup("Group", "displayName", "g", scim.Page{Limit: 5}), ids(50))
		s.equal(what+": new key", s.lookup("Group", "displayName", "h", scim.Page{Limit: 5}), ids())
	}
	s.commit(scim.Change{Type: "User", ID: id(1), If: 1, Now: start, Remove: true})
	s.refused("a removed member", scim.Change{Type: "Group", ID: id(50), If: scim.IfAny, Now: start, AddMembers: edges(1)}, id(1))
	s.equal("members", s.members(50), ids(2))
	s.equal("version", s.get("Group", 50).Version, before.Version+1)
}

// otherType: a member is a resource of the type that its edge names.
func otherType(s *suite) {
	s.people(1)
	s.commit(group(50, "g"))
	s.commit(group(51, "h"))
	for _, m := range []scim.Member{{ID: id(1), Type: "Group"}, {ID: id(51), Type: "User"}, {ID: id(1), Type: "Device"}, {ID: id(1)}} {
		s.refused(m.Type, scim.Change{Type: "Group", ID: id(50), If: 1, Now: start, AddMembers: []scim.Member{m}}, m.ID)
	}
	s.equal("members", s.members(50), ids())
	s.equal("version", s.get("Group", 50).Version, int64(1))
	s.commit(scim.Change{Type: "Group", ID: id(50), If: 1, Now: start, AddMembers: subgroups(51)})
	s.equal("members", s.members(50), ids(51))
}

// missingOfMany: a change with more members than a store may write at a time is refused as a whole.
func missingOfMany(s *suite) {
	const many = 230
	all := make([]int, many)
	for i := range all {
		all[i] = i + 1
	}
	s.people(all[:many-1]...)
	s.commit(group(500, "g", 1))
	c := scim.Change{Type: "Group", ID: id(500), If: scim.IfAny, Now: start, AddMembers: edges(all...)}
	s.refused("many", c, id(many))
	s.equal("members", s.members(500), ids(1))
	s.equal("groups", s.groupsOf(1, 2, many-1), map[string][]string{id(1): ids(500)})
	s.equal("version", s.get("Group", 500).Version, int64(1))
	s.refused("a new group", group(501, "h", all...), id(many))
	s.absent("Group", 501)
	s.equal("members of a new group", s.members(501), ids())
}

// oneRange: a caller that asks for everything gets everything in one range.
func oneRange(s *suite) {
	const many, limit = 230, 1 << 30
	var all []int
	for n := range many {
		all = append(all, n+1)
		s.commit(s.twin(n + 1))
	}
	s.commit(group(500, "g", all...))
	got, _ := s.list("User", scim.Page{Limit: limit})
	s.equal("List", got, ids(all...))
	s.equal("Lookup", s.lookup("User", "displayName", "same", scim.Page{Limit: limit}), ids(all...))
	l, err := s.store.Members(s.Context(), s.id, id(500), scim.Page{Limit: limit})
	s.equal("error", err, nil)
	s.equal("Members", l.Members, edges(all...))
	is, err := s.store.IsMember(s.Context(), s.id, id(500), ids(all...))
	s.equal("error", err, nil)
	s.equal("IsMember", len(is), many)
	of := make([]int, 1000)
	for i := range of {
		of[i] = i + 1
	}
	s.equal("MemberOf", len(s.groupsOf(of...)), many)
	if b, ok := s.store.(scim.BatchGetter); ok {
		var refs []scim.Ref
		for _, n := range of {
			refs = append(refs, scim.Ref{Type: "User", ID: id(n)})
		}
		rs, err := b.GetMany(s.Context(), s.id, refs)
		s.equal("error", err, nil)
		s.equal("GetMany", len(rs), many)
	}
}

// refused commits a change that names a member which does not exist.
func (s *suite) refused(what string, c scim.Change, member string) {
	s.Helper()
	var missing *scim.MissingError
	if _, err := s.store.Commit(s.Context(), s.id, c); !errors.As(err, &missing) || !slices.Equal(missing.IDs, []string{member}) {
		s.Errorf("%s: %v, want that member %q is missing", what, err, member)
	}
}

func (s *suite) absent(typ string, n int) {
	s.Helper()
	s.fails(fmt.Sprintf("Get of %s %d, which must not exist", typ, n), scim.ErrNotFound, second(s.store.Get(s.Context(), s.id, typ, id(n))))
}

// people creates users, whose names nothing depends on.
func (s *suite) people(ns ...int) {
	s.Helper()
	for _, n := range ns {
		s.commit(user(n, fmt.Sprint("person", n)))
	}
}
