package storetest

import (
	"fmt"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

func members(s *suite) {
	for n := 1; n <= 20; n++ {
		s.commit(user(n, "u"+id(n)))
	}
	s.commit(group(50, "g", 3, 1, 2))
	s.equal("members", s.members(50), ids(1, 2, 3))
	s.equal("groups", s.groupsOf(1, 4), map[string][]string{id(1): ids(50)})
	h := group(51, "h", 1)
	h.AddMembers = append(h.AddMembers, subgroups(50)...)
	s.commit(h)
	s.equal("two groups", s.groupsOf(1, 50), map[string][]string{id(1): ids(50, 51), id(50): ids(51)})
	is, err := s.store.IsMember(s.Context(), s.id, id(50), ids(1, 4, 3))
	if err != nil {
		s.Fatal(err)
	}
	s.equal("is member", is, map[string]bool{id(1): true, id(3): true})
	l, err := s.store.Members(s.Context(), s.id, id(50), scim.Page{Offset: 1, Limit: 1})
	if err != nil {
		s.Fatal(err)
	}
	s.equal("offset", l.Members, []scim.Member{{ID: id(2), Type: "User", Display: "u2"}})
	s.equal("more", l.More, true)
}

func membersOnly(s *suite) {
	s.people(1, 2, 3, 4)
	s.commit(group(50, "g", 1, 2))
	c := scim.Change{Type: "Group", ID: id(50), If: 1, Now: start.Add(time.Hour), AddMembers: edges(3), RemoveMembers: ids(1, 9)}
	r := s.commit(c)
	s.equal("version", r.Version, int64(2))
	s.equal("document stays", string(r.Document), string(group(50, "g").Put.Document))
	s.equal("members", s.members(50), ids(2, 3))
	s.equal("left", s.groupsOf(1, 2, 3), map[string][]string{id(2): ids(50), id(3): ids(50)})
	s.equal("key stays", s.lookup("Group", "displayName", "g", scim.Page{Limit: 5}), ids(50))
	s.fails("stale", scim.ErrVersion, second(s.store.Commit(s.Context(), s.id, c)))
	// L-10: adding an existing edge and removing a missing one have no effect.
	for _, c := range []scim.Change{
		{Type: "Group", ID: id(50), If: scim.IfAny, Now: start, AddMembers: edges(3), RemoveMembers: ids(1, 9)},
		{Type: "Group", ID: id(50), If: 2, Now: start, Prior: r, ClearMembers: true, AddMembers: edges(2, 3)},
	} {
		same := s.commit(c)
		s.equal("no effect", same.Version, int64(2))
		s.equal("not modified", s.get("Group", 50).LastModified.Equal(start.Add(time.Hour)), true)
	}
	r = s.commit(scim.Change{Type: "Group", ID: id(50), If: scim.IfAny, Now: start, Prior: r, AddMembers: edges(3, 4)})
	s.equal("one of two has an effect", r.Version, int64(3))
	s.equal("members", s.members(50), ids(2, 3, 4))
}

func clearMembers(s *suite) {
	s.people(1, 2, 3, 4)
	s.commit(group(50, "g", 1, 2, 3))
	s.commit(scim.Change{Type: "Group", ID: id(50), If: 1, Now: start, ClearMembers: true, AddMembers: edges(3, 4)})
	s.equal("members", s.members(50), ids(3, 4))
	s.commit(scim.Change{Type: "Group", ID: id(50), If: scim.IfAny, Now: start, ClearMembers: true})
	s.equal("none", s.members(50), ids())
	s.equal("groups", s.groupsOf(1, 2, 3, 4), map[string][]string{})
}

func leaves(s *suite) {
	s.commit(user(1, "ann"))
	s.commit(user(2, "bob"))
	s.commit(group(50, "g", 1, 2))
	s.commit(group(51, "h", 1))
	s.commit(scim.Change{Type: "User", ID: id(1), If: 1, Now: start.Add(time.Hour), Remove: true})
	s.equal("members", s.members(50), ids(2))
	s.equal("members", s.members(51), ids())
	s.equal("version", s.get("Group", 50).Version, int64(2))
	s.equal("modified", s.get("Group", 51).LastModified.Equal(start.Add(time.Hour)), true)
	s.commit(scim.Change{Type: "Group", ID: id(50), If: 2, Now: start, Remove: true})
	s.equal("groups", s.groupsOf(2), map[string][]string{})
	s.equal("members of a removed group", s.members(50), ids())
}

// memberPages walks the members of a group in pages of every size.
func memberPages(s *suite) {
	s.people(7, 3, 1, 5, 2)
	s.commit(group(40, "sub"))
	g := group(50, "g", 5, 1)
	s.commit(g)
	s.commit(scim.Change{Type: "Group", ID: id(50), If: 1, Now: start, AddMembers: append(subgroups(40), edges(7, 2, 3)...)})
	all := append(edges(1, 2, 3, 5, 7), subgroups(40)...)
	n := len(all)
	check := func(p scim.Page, from int) {
		s.Helper()
		l, err := s.store.Members(s.Context(), s.id, id(50), p)
		s.equal("error", err, nil)
		what := fmt.Sprintf("%+v", p)
		s.equal(what, nonNil(l.Members), nonNil(all[min(from, n):min(from+p.Limit, n)]))
		if p.Limit > 0 {
			s.equal(what+": more", l.More, from+p.Limit < n)
		}
		if l.Total != n && l.Total != -1 {
			s.Errorf("%s: total %d, want %d", what, l.Total, n)
		}
	}
	for limit := range n + 2 {
		for from := range n + 2 {
			check(scim.Page{Offset: from, Limit: limit}, from)
		}
		for i, m := range all {
			check(scim.Page{After: m.ID, Limit: limit}, i+1)
		}
	}
	for _, g := range []int{53, 51, 54, 52} {
		s.commit(group(g, fmt.Sprint("g", g), 1, 3))
	}
	s.equal("groups", s.groupsOf(1, 2, 3, 40), map[string][]string{
		id(1): ids(50, 51, 52, 53, 54), id(2): ids(50), id(3): ids(50, 51, 52, 53, 54), id(40): ids(50)})
}

// noEdges: a removed resource is in no group and has no members, as a user and as a group.
func noEdges(s *suite) {
	s.people(1, 2)
	s.commit(group(49, "sub", 1))
	for _, n := range []int{50, 51} {
		g := group(n, fmt.Sprint("g", n), 1, 2)
		g.AddMembers = append(g.AddMembers, subgroups(49)...)
		s.commit(g)
	}
	now := start.Add(time.Hour)
	s.commit(scim.Change{Type: "Group", ID: id(49), If: 1, Now: now, Remove: true})
	s.commit(scim.Change{Type: "User", ID: id(1), If: scim.IfAny, Now: now, Remove: true})
	for _, n := range []int{50, 51} {
		s.equal("members", s.members(n), ids(2))
		is, err := s.store.IsMember(s.Context(), s.id, id(n), ids(1, 2, 49))
		s.equal("IsMember", err, nil)
		s.equal("is member", is, map[string]bool{id(2): true})
		g := s.get("Group", n)
		s.equal("version", g.Version, int64(3))
		s.equal("times", g.LastModified.Equal(now) && g.Created.Equal(start), true)
	}
	s.equal("groups", s.groupsOf(1, 2, 49), map[string][]string{id(2): ids(50, 51)})
	s.commit(scim.Change{Type: "Group", ID: id(50), If: scim.IfAny, Now: now, Remove: true})
	s.equal("groups", s.groupsOf(1, 2, 49), map[string][]string{id(2): ids(51)})
	is, err := s.store.IsMember(s.Context(), s.id, id(50), ids(1, 2))
	s.equal("IsMember of a removed group", err, nil)
	s.equal("members of a removed group", len(is), 0)
	again := group(52, "g50", 2) // the name is free
	s.commit(again)
	s.equal("members", s.members(52), ids(2))
}
