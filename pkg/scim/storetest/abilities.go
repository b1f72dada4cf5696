package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
)

// getMany checks scim.BatchGetter, if the store has it.
func getMany(s *suite) {
	b, ok := s.store.(scim.BatchGetter)
	if !ok {
		return
	}
	s.commit(user(1, "ann"))
	s.commit(group(3, "staff"))
	rs, err := b.GetMany(s.Context(), s.id, []scim.Ref{
		{Type: "Group", ID: id(3)}, {Type: "User", ID: id(1)}, {Type: "User", ID: id(2)}, {Type: "Group", ID: id(1)}})
	if err != nil {
		s.Fatal(err)
	}
	slices.SortFunc(rs, func(a, b *scim.Resource) int { return strings.Compare(a.ID, b.ID) })
	s.equal("GetMany", rs, []*scim.Resource{s.get("User", 1), s.get("Group", 3)})
}

// withEdges checks scim.EdgeReader, if the store has it: the results must be those of the plain
// methods.
func withEdges(s *suite) {
	e, ok := s.store.(scim.EdgeReader)
	if !ok {
		return
	}
	for n := range 5 {
		c := user(n+1, fmt.Sprint("user", n))
		c.Keys = append(c.Keys, scim.IndexKey{Attr: "displayName", Value: "twin"})
		s.commit(c)
	}
	for g, members := range [][]int{{1, 2, 4}, {2, 4}, {}} {
		s.commit(group(11+g, fmt.Sprint("group", g), members...))
	}
	for n := range 5 {
		r, groups, err := e.GetWithGroups(s.Context(), s.id, "User", id(n+1))
		s.equal("GetWithGroups", err, nil)
		s.equal("resource", r, s.get("User", n+1))
		s.equal("groups", nonNil(groups), nonNil(s.groupsOf(n + 1)[id(n+1)]))
	}
	if _, _, err := e.GetWithGroups(s.Context(), s.id, "User", id(9)); err != scim.ErrNotFound { //nolint:errorlint // the contract names it
		s.Errorf("GetWithGroups of none: %v", err)
	}
	key := scim.IndexKey{Attr: "displayName", Value: "twin"}
	for _, p := range []scim.Page{{Limit: 10}, {Limit: 2}, {Offset: 1, Limit: 2}, {After: id(2), Limit: 2}, {Limit: 0}} {
		list, groups, err := e.ListWithGroups(s.Context(), s.id, "User", p)
		plain, plainErr := s.store.List(s.Context(), s.id, "User", p)
		s.samePage("List", list, plain, cmp.Or(err, plainErr))
		s.sameGroups("groups of a list", groups, s.memberOf(idsOf(plain)))
		list, groups, err = e.LookupWithGroups(s.Context(), s.id, "User", key, p)
		plain, plainErr = s.store.Lookup(s.Context(), s.id, "User", key, p)
		s.samePage("Lookup", list, plain, cmp.Or(err, plainErr))
		s.sameGroups("groups of a lookup", groups, s.memberOf(idsOf(plain)))
	}
	membersOf(s, e)
}

func membersOf(s *suite, e scim.EdgeReader) {
	groups := []*scim.Resource{s.get("Group", 11), s.get("Group", 12), s.get("Group", 13)}
	for _, limit := range []int{1, 2, 100} {
		got, err := e.MembersOf(s.Context(), s.id, groups, limit)
		if err != nil {
			s.Fatal(err)
		}
		for _, g := range groups {
			want, err := s.store.Members(s.Context(), s.id, g.ID, scim.Page{Limit: limit})
			if err != nil {
				s.Fatal(err)
			}
			s.equal("members", nonNil(got[g.ID].Members), nonNil(want.Members))
			s.equal("more members", got[g.ID].More, want.More)
		}
	}
}

func (s *suite) samePage(what string, got, want scim.List, err error) {
	s.Helper()
	s.equal(what+" error", err, nil)
	s.equal(what, idsOf(got), idsOf(want))
	s.equal(what+" total", got.Total, want.Total)
	s.equal(what+" more", got.More, want.More)
}

func (s *suite) sameGroups(what string, got, want map[string][]string) {
	s.Helper()
	if len(got) > 0 || len(want) > 0 {
		s.equal(what, got, want)
	}
}

func (s *suite) memberOf(ids []string) map[string][]string {
	s.Helper()
	if len(ids) == 0 {
		return nil
	}
	m, err := s.store.MemberOf(s.Context(), s.id, ids)
	if err != nil {
		s.Fatal(err)
	}
	return m
}

func nonNil[T any](list []T) []T { return append([]T{}, list...) }

// nested checks scim.Nester, if the store has it: it must know of a group inside a group, also while
// another tenant has none.
func nested(s *suite) {
	n, ok := s.store.(scim.Nester)
	if !ok {
		return
	}
	other := *s
	other.id = tenantID(s.T, "other")
	for _, tn := range []*suite{s, &other} {
		tn.commit(user(1, "ann"))
		tn.commit(group(50, "g", 1))
	}
	s.commit(group(51, "h"))
	s.commit(scim.Change{Type: "Group", ID: id(50), If: scim.IfAny, Now: start, AddMembers: subgroups(51)})
	if nests, err := n.Nested(s.Context(), s.id); err != nil || !nests {
		s.Errorf("Nested: %t %v", nests, err)
	}
	_, err := n.Nested(s.Context(), other.id)
	s.equal("Nested of another tenant", err, nil)
}
