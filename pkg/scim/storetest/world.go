package storetest

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scimstack/scimstack/pkg/scim"
)

// world is what a tenant of twoTenants has: users, and groups with users as members.
type world struct {
	users  []int
	groups map[int][]int
}

// everyUser and everyGroup are what any tenant of twoTenants could have.
var (
	everyUser  = []int{1, 2, 3, 4, 5, 6}
	everyGroup = []int{50, 51, 52, 53}
)

// view is all that the methods of a store show of a tenant.
type view struct {
	Resources []*scim.Resource // by Get
	Listed    map[string][]string
	Total     map[string]int
	Members   map[string][]scim.Member
	Is        map[string]map[string]bool
	Groups    map[string][]string
	Abilities map[string]any
}

// everything asks every method for everything that a tenant of twoTenants could have.
func (s *suite) everything() view {
	s.Helper()
	v := view{Listed: map[string][]string{}, Total: map[string]int{}, Members: map[string][]scim.Member{}, Is: map[string]map[string]bool{}}
	for typ, all := range map[string][]int{"User": everyUser, "Group": everyGroup} {
		for _, n := range all {
			r, err := s.store.Get(s.Context(), s.id, typ, id(n))
			switch {
			case err == nil && r != nil:
				v.Resources = append(v.Resources, r)
			case !errors.Is(err, scim.ErrNotFound):
				s.Fatalf("Get %s %d: %v %v", typ, n, r, err)
			}
		}
		for _, p := range []scim.Page{{Limit: 100}, {Limit: 2}, {After: id(2), Limit: 2}, {Offset: 1, Limit: 2}} {
			v.Listed[fmt.Sprint(typ, p)], _ = s.list(typ, p)
		}
		_, l := s.list(typ, scim.Page{})
		v.Total[typ] = l.Total
	}
	for _, n := range everyUser {
		v.Listed[fmt.Sprint("userName", n)] = s.lookup("User", "userName", fmt.Sprint("n", n), scim.Page{Limit: 9})
	}
	for _, p := range []scim.Page{{Limit: 9}, {After: id(2), Limit: 9}, {Offset: 1, Limit: 9}} {
		v.Listed[fmt.Sprint("displayName", p)] = s.lookup("User", "displayName", "same", p)
	}
	for _, n := range everyGroup {
		v.Listed[fmt.Sprint("group name", n)] = s.lookup("Group", "displayName", fmt.Sprint("g", n), scim.Page{Limit: 9})
		s.edgesOf(&v, n)
	}
	v.Groups = s.groupsOf(everyUser...)
	v.Abilities = s.abilities()
	slices.SortFunc(v.Resources, func(a, b *scim.Resource) int { return idNumber(a.ID) - idNumber(b.ID) })
	return v
}

func (s *suite) edgesOf(v *view, n int) {
	s.Helper()
	l, err := s.store.Members(s.Context(), s.id, id(n), scim.Page{Limit: 9})
	if err != nil {
		s.Fatal(err)
	}
	v.Members[id(n)] = nonNil(l.Members)
	is, err := s.store.IsMember(s.Context(), s.id, id(n), ids(everyUser...))
	if err != nil {
		s.Fatal(err)
	}
	v.Is[id(n)] = is
}

// sees compares all that the methods show with what the tenant has.
func (s *suite) sees(w world) {
	s.Helper()
	v := s.everything()
	users, groups := ids(w.users...), ids(slices.Sorted(maps.Keys(w.groups))...)
	var got []string
	for _, r := range v.Resources {
		got = append(got, r.ID)
		if r.Type == "User" {
			s.equal("document of "+r.ID, string(r.Document), string(s.twin(1).Put.Document))
		}
	}
	s.equal("Get", nonNil(got), append(nonNil(users), groups...))
	s.equal("List", v.Listed[fmt.Sprint("User", scim.Page{Limit: 100})], users)
	s.equal("List of groups", v.Listed[fmt.Sprint("Group", scim.Page{Limit: 100})], groups)
	s.equal("Offset", v.Listed[fmt.Sprint("User", scim.Page{Offset: 1, Limit: 2})], users[min(1, len(users)):min(3, len(users))])
	s.equal("total", v.Total, map[string]int{"User": len(users), "Group": len(groups)})
	s.equal("Lookup", v.Listed[fmt.Sprint("displayName", scim.Page{Limit: 9})], users)
	for _, n := range everyUser {
		want := []string{}
		if slices.Contains(w.users, n) {
			want = ids(n)
		}
		s.equal("Lookup by name", v.Listed[fmt.Sprint("userName", n)], want)
	}
	of := map[string][]string{}
	for _, n := range everyGroup {
		is := map[string]bool{}
		for _, m := range w.groups[n] {
			is[id(m)] = true
			of[id(m)] = append(of[id(m)], id(n))
		}
		s.equal("Members", v.Members[id(n)], nonNil(edges(w.groups[n]...)))
		s.equal("IsMember", v.Is[id(n)], is, cmpopts.EquateEmpty())
	}
	s.equal("MemberOf", v.Groups, of)
	if many, ok := v.Abilities["GetMany"]; ok {
		s.equal("GetMany", many, nonNil(v.Resources))
	}
	if _, ok := s.store.(scim.EdgeReader); ok {
		for _, n := range everyUser {
			_, found := v.Abilities["GetWithGroups "+id(n)]
			s.equal("found with groups", found, slices.Contains(w.users, n))
		}
		s.equal("listed with groups", v.Abilities["ListWithGroups"], v.Abilities["LookupWithGroups"], cmpopts.EquateEmpty()) // all have the key
	}
}

// abilities is what the optional methods show. They must agree with the plain ones.
func (s *suite) abilities() map[string]any {
	s.Helper()
	out := map[string]any{}
	must := func(err error) {
		s.Helper()
		if err != nil {
			s.Fatal(err)
		}
	}
	if b, ok := s.store.(scim.BatchGetter); ok {
		var refs []scim.Ref
		for _, n := range everyUser {
			refs = append(refs, scim.Ref{Type: "User", ID: id(n)})
		}
		for _, n := range everyGroup {
			refs = append(refs, scim.Ref{Type: "Group", ID: id(n)})
		}
		rs, err := b.GetMany(s.Context(), s.id, refs)
		must(err)
		slices.SortFunc(rs, func(a, b *scim.Resource) int { return idNumber(a.ID) - idNumber(b.ID) })
		out["GetMany"] = nonNil(rs)
	}
	if e, ok := s.store.(scim.EdgeReader); ok {
		list, groups, err := e.ListWithGroups(s.Context(), s.id, "User", scim.Page{Limit: 9})
		must(err)
		out["ListWithGroups"] = []any{idsOf(list), groups}
		s.equal("groups of a list", groups, s.memberOf(idsOf(list)), cmpopts.EquateEmpty())
		list, groups, err = e.LookupWithGroups(s.Context(), s.id, "User", scim.IndexKey{Attr: "displayName", Value: "same"}, scim.Page{Limit: 9})
		must(err)
		out["LookupWithGroups"] = []any{idsOf(list), groups}
		s.equal("users of a lookup", idsOf(list), s.lookup("User", "displayName", "same", scim.Page{Limit: 9}))
		s.equal("groups of a lookup", groups, s.memberOf(idsOf(list)), cmpopts.EquateEmpty())
		s.ownEdges(e, out)
	}
	return out
}

// ownEdges asks an EdgeReader for single users and groups.
func (s *suite) ownEdges(e scim.EdgeReader, out map[string]any) {
	s.Helper()
	for _, n := range everyUser {
		if r, groups, err := e.GetWithGroups(s.Context(), s.id, "User", id(n)); err == nil {
			out["GetWithGroups "+id(n)] = []any{r, nonNil(groups)}
			s.equal("GetWithGroups", nonNil(groups), nonNil(s.groupsOf(n)[id(n)]))
		}
	}
	for _, n := range everyGroup {
		r, err := s.store.Get(s.Context(), s.id, "Group", id(n))
		if err != nil {
			continue
		}
		lists, err := e.MembersOf(s.Context(), s.id, []*scim.Resource{r}, 9)
		if err != nil {
			s.Fatal(err)
		}
		plain, err := s.store.Members(s.Context(), s.id, id(n), scim.Page{Limit: 9})
		s.equal("MembersOf", nonNil(lists[id(n)].Members), nonNil(plain.Members))
		out["MembersOf "+id(n)] = []any{nonNil(lists[id(n)].Members), err}
	}
}

// equal compares what callers may look at: the State of a resource is the store's own.
func (s *suite) equal(what string, got, want any, options ...cmp.Option) {
	s.Helper()
	if reflect.DeepEqual(want, got) { // most are, and this is quicker
		return
	}
	options = append(options, cmpopts.IgnoreFields(scim.Resource{}, "State"))
	if d := cmp.Diff(want, got, options...); d != "" {
		s.Errorf("%s (-want +got):\n%s", what, d)
	}
}
