package storetest

import (
	"fmt"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scimstack/scimstack/pkg/scim"
)

// typesAlike: types whose names begin alike are told apart, as a store that keeps them in one order of keys must take care to.
func typesAlike(s *suite) {
	types := []string{"Device", "DeviceGroup", "Dev", "Device-1"}
	for i, typ := range types {
		for n := range i + 1 {
			s.commit(ofType(typ, 10*i+n+1, fmt.Sprint("d", n)))
		}
	}
	s.commit(scim.Change{Type: types[0], ID: id(1), If: 1, Now: start, Remove: true})
	s.commit(ofType(types[0], 5, "d0"))
	for i, typ := range types {
		want := []int{}
		for n := range i + 1 {
			want = append(want, 10*i+n+1)
		}
		if i == 0 {
			want = []int{5}
		}
		got, l := s.list(typ, scim.Page{Limit: 20})
		s.equal("List of "+typ, got, ids(want...))
		s.equal("more of "+typ, l.More, false)
		_, l = s.list(typ, scim.Page{})
		s.equal("total of "+typ, l.Total, len(want))
		s.equal("Lookup of "+typ, s.lookup(typ, "userName", "d0", scim.Page{Limit: 20}), ids(want[0]))
		s.equal("Lookup of the same key in "+typ, s.lookup(typ, "displayName", "same", scim.Page{Limit: 20}), ids(want...))
	}
}

// ofType is a resource of a type, with a unique key and one that all have.
func ofType(typ string, n int, name string) scim.Change {
	c := user(n, name)
	c.Type, c.Put.Type = typ, typ
	c.Keys = append(c.Keys, scim.IndexKey{Attr: "displayName", Value: "same"})
	return c
}

// keysAlike: keys are told apart by attribute and value, wherever one begins like the other or holds what a store may put between
// the two. Unique keys among them do not take each other's place.
func keysAlike(s *suite) {
	pairs := []scim.IndexKey{
		{Attr: "a", Value: "b"}, {Attr: "a", Value: "b:c"}, {Attr: "a:b", Value: "c"}, {Attr: "a.b", Value: "c"}, {Attr: "a", Value: "b.c"}, {Attr: "a", Value: ".b"},
		{Attr: "a", Value: "b#c"}, {Attr: "a", Value: "b/c"}, {Attr: "a", Value: "b|c"}, {Attr: "a", Value: "b=c"}, {Attr: "ab", Value: ""}, {Attr: "ab", Value: "c"}, {Attr: "a", Value: "bc"},
		{Attr: "a", Value: "%"}, {Attr: "a", Value: "_"}, {Attr: "a", Value: "b%"}, {Attr: "a", Value: `b\`}, {Attr: "a", Value: "b*"}, {Attr: "a", Value: "b'"},
		{Attr: "a", Value: "😀"}, {Attr: "a", Value: "😁"}, {Attr: "a", Value: "?"}, {Attr: "a", Value: "\ufffd"},
	}
	for i, k := range pairs {
		k.Unique = true
		c := scim.Change{Type: "Device", ID: id(i + 1), Now: start, Keys: []scim.IndexKey{k}}
		c.Put = &scim.Resource{Type: "Device", ID: c.ID, Created: start, Document: fmt.Appendf(nil, `{"schemas":[],"title":%q}`, k.Value)}
		s.commit(c)
		s.equal("document with "+k.Value, string(s.get("Device", i+1).Document), string(c.Put.Document))
	}
	for i, k := range pairs {
		for _, k.Unique = range []bool{false, true} { // a caller may say what it knows of the key
			l, err := s.store.Lookup(s.Context(), s.id, "Device", k, scim.Page{Limit: 5})
			s.equal("error", err, nil)
			s.equal(fmt.Sprintf("Lookup of %q %q, unique: %t", k.Attr, k.Value, k.Unique), idsOf(l), ids(i+1))
		}
	}
}

// keepsMembers: a replacement of a group without a change of members keeps all of them, under whatever version it asks for; one with
// a change of members changes only these.
func keepsMembers(s *suite) {
	s.people(1, 2, 3, 4)
	s.commit(group(50, "g", 1, 2))
	s.commit(group(51, "h", 1, 4))
	stale := s.get("Group", 50)
	for i, c := range []scim.Change{
		{If: 1}, {If: scim.IfAny}, {If: scim.IfAny, Prior: stale}, {If: 4, Prior: s.get("Group", 50)}, {If: scim.IfAny, Prior: stale, AddMembers: edges(3)},
		{If: scim.IfAny, Prior: stale, RemoveMembers: ids(2)},
	} {
		was := s.members(50)
		name := fmt.Sprint("renamed ", i)
		put := group(50, name)
		c.Type, c.ID, c.Now, c.Put, c.Keys, c.Display = put.Type, put.ID, put.Now, put.Put, put.Keys, name
		r := s.commit(c)
		what := fmt.Sprintf("a replacement that adds %d and removes %d: ", len(c.AddMembers), len(c.RemoveMembers))
		s.equal(what+"version", r.Version, int64(i+2))
		s.equal(what+"stored", s.get("Group", 50), r, cmpopts.EquateEmpty())
		if len(c.AddMembers)+len(c.RemoveMembers) == 0 {
			s.equal(what+"members", s.members(50), was)
		}
	}
	s.equal("members", s.members(50), ids(1, 3))
	s.equal("groups", s.groupsOf(1, 2, 3, 4), map[string][]string{id(1): ids(50, 51), id(3): ids(50), id(4): ids(51)})
	change := scim.Change{Type: "Group", ID: id(50), If: scim.IfAny, Now: start, Prior: stale, AddMembers: edges(2)}
	s.commit(change) // the answer may be of the state that the caller has read, for this commutes with every other change
	s.equal("version after a change of members by a caller that has read an old state", s.get("Group", 50).Version, int64(8))
	s.equal("document", string(s.get("Group", 50).Document), string(group(50, "renamed 5").Put.Document))
}

// noIDs: a question about no ids has an empty answer.
func noIDs(s *suite) {
	s.people(1)
	s.commit(group(50, "g", 1))
	for _, none := range [][]string{nil, {}} {
		is, err := s.store.IsMember(s.Context(), s.id, id(50), none)
		s.equal("error of IsMember", err, nil)
		s.equal("IsMember", len(is), 0)
		of, err := s.store.MemberOf(s.Context(), s.id, none)
		s.equal("error of MemberOf", err, nil)
		s.equal("MemberOf", len(of), 0)
	}
	if b, ok := s.store.(scim.BatchGetter); ok {
		rs, err := b.GetMany(s.Context(), s.id, nil)
		s.equal("error of GetMany", err, nil)
		s.equal("GetMany", len(rs), 0)
	}
}
