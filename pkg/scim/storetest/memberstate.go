package storetest

import (
	"fmt"
	"slices"
	"sync"

	"github.com/scimstack/scimstack/pkg/scim"
)

// memberState checks scim.MemberList.Group and Missing, of a store that knows them: the group of a list is the one that is
// stored, also for a caller who has read an older one.
func memberState(s *suite) {
	s.people(1, 2, 3)
	s.commit(group(900, "g", 1, 2))
	s.commit(group(901, "none"))
	for name, lists := range s.memberLists([]*scim.Resource{s.get("Group", 901)}) {
		s.stateOf(name+" of none", lists[id(901)], s.get("Group", 901), nil, nil)
	}
	old := []*scim.Resource{s.get("Group", 900), s.get("Group", 901)}
	s.commit(scim.Change{Type: "Group", ID: id(900), If: scim.IfAny, Now: start, AddMembers: edges(3), RemoveMembers: []string{id(1), id(2)}})
	s.commit(scim.Change{Type: "Group", ID: id(901), If: scim.IfAny, Now: start, AddMembers: edges(1)})
	for _, known := range [][]*scim.Resource{old, {s.get("Group", 900), s.get("Group", 901)}} {
		for name, lists := range s.memberLists(known) {
			s.stateOf(name, lists[id(900)], known[0], []int{3}, []int{1, 2})
			s.stateOf(name, lists[id(901)], known[1], []int{1}, nil)
		}
	}
	s.commit(scim.Change{Type: "Group", ID: id(900), If: scim.IfAny, Now: start, Remove: true})
	for name, lists := range s.memberLists(old) {
		s.equal(name+" of what was removed", lists[id(900)].Group == nil, true)
		s.equal(name+" beside what was removed", lists[id(901)].Missing, false)
	}
}

// memberLists are the members of groups by each method that reads them.
func (s *suite) memberLists(groups []*scim.Resource) map[string]map[string]scim.MemberList {
	s.Helper()
	plain := map[string]scim.MemberList{}
	for _, g := range groups {
		l, err := s.store.Members(s.Context(), s.id, g.ID, scim.Page{Limit: 10})
		if err != nil {
			s.Fatal(err)
		}
		plain[g.ID] = l
	}
	all := map[string]map[string]scim.MemberList{"Members": plain}
	if e, ok := s.store.(scim.EdgeReader); ok {
		lists, err := e.MembersOf(s.Context(), s.id, groups, 10)
		if err != nil {
			s.Fatal(err)
		}
		all["MembersOf"] = lists
	}
	return all
}

// stateOf checks the list of a group that was given, with the members that it has now and those that it had before. The list
// of an older one may be that of the state that was given.
func (s *suite) stateOf(name string, l scim.MemberList, given *scim.Resource, now, before []int) {
	s.Helper()
	s.equal(name+" says that the group is missing", l.Missing, false)
	current := s.get("Group", idNumber(given.ID))
	var got []int
	for _, m := range l.Members {
		got = append(got, idNumber(m.ID))
	}
	if given.Version < current.Version && l.Group == nil && slices.Equal(got, before) {
		return
	}
	s.equal(name, got, now)
	if l.Group != nil {
		s.equal(name+" with the group", l.Group, current)
	}
}

// oneState checks that a reader sees all of a change or nothing of it, and the group that belongs to it.
func oneState(s *suite) {
	s.people(1, 2, 3, 4, 5, 6)
	s.commit(group(900, "g", 1, 2, 3))
	sides := [][]scim.Member{edges(1, 2, 3), edges(4, 5, 6)}
	var mu sync.Mutex
	seen := map[int64][]scim.Member{}
	s.race(func(i int) error {
		if i%4 == 0 {
			return s.try(scim.Change{Type: "Group", ID: id(900), If: scim.IfAny, Now: start, ClearMembers: true, AddMembers: sides[i/4%2]})
		}
		l, err := s.store.Members(s.Context(), s.id, id(900), scim.Page{Limit: 10})
		if err != nil {
			return err
		}
		if !slices.Equal(l.Members, sides[0]) && !slices.Equal(l.Members, sides[1]) {
			return fmt.Errorf("neither the old members nor the new ones: %v", l.Members)
		}
		if l.Group == nil {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		if before, again := seen[l.Group.Version]; again && !slices.Equal(before, l.Members) {
			return fmt.Errorf("version %d has the members %v, and %v", l.Group.Version, before, l.Members)
		}
		seen[l.Group.Version] = l.Members
		return nil
	}, nil)
}
