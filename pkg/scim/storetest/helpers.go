package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Open returns an empty store for one test. It fails the test if it cannot.
type Open func(t *testing.T) scim.Store

// start is no full second: a store keeps milliseconds.
var start = time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC)

func tenantID(t *testing.T, name string) scim.TenantID {
	t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// id returns the n-th id. Ids ascend with n.
func id(n int) string { return fmt.Sprintf("01900000-0000-7000-8000-%012d", n) }

func user(n int, name string) scim.Change {
	doc := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q}`, name)
	return scim.Change{
		Type: "User", ID: id(n), If: scim.IfAbsent, Now: start,
		Put:  &scim.Resource{Type: "User", ID: id(n), Created: start, LastModified: start, Document: []byte(doc), ExternalID: "ext-" + name},
		Keys: []scim.IndexKey{{Attr: "userName", Value: name, Unique: true}, {Attr: "externalId", Value: "ext-" + name}},
	}
}

func group(n int, name string, members ...int) scim.Change {
	doc := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":%q}`, name)
	return scim.Change{
		Type: "Group", ID: id(n), If: scim.IfAbsent, Now: start,
		Put:        &scim.Resource{Type: "Group", ID: id(n), Created: start, LastModified: start, Document: []byte(doc)},
		Keys:       []scim.IndexKey{{Attr: "displayName", Value: name, Unique: true}},
		AddMembers: edges(members...),
	}
}

// idNumber is the n of id(n).
func idNumber(id string) (n int) {
	_, _ = fmt.Sscanf(id[len(id)-12:], "%d", &n)
	return n
}

// edges are edges to users, subgroups edges to groups.
func edges(members ...int) []scim.Member {
	var out []scim.Member
	for _, m := range members {
		out = append(out, scim.Member{ID: id(m), Type: "User", Display: fmt.Sprintf("u%d", m)})
	}
	return out
}

func subgroups(members ...int) []scim.Member {
	out := edges(members...)
	for i := range out {
		out[i].Type = "Group"
	}
	return out
}

func ids(ns ...int) []string {
	out := []string{}
	for _, n := range ns {
		out = append(out, id(n))
	}
	return out
}

// suite is a store under test in one tenant.
type suite struct {
	*testing.T
	store scim.Store
	id    scim.TenantID
}

func begin(t *testing.T, open Open) *suite {
	t.Helper()
	return &suite{T: t, store: open(t), id: tenantID(t, "acme")}
}

func (s *suite) commit(c scim.Change) *scim.Resource {
	s.Helper()
	r, err := s.store.Commit(s.Context(), s.id, c)
	if err != nil {
		s.Fatalf("Commit %s %s: %v", c.Type, c.ID, err)
	}
	return r
}

func (s *suite) get(typ string, n int) *scim.Resource {
	s.Helper()
	r, err := s.store.Get(s.Context(), s.id, typ, id(n))
	if err != nil {
		s.Fatalf("Get %s %d: %v", typ, n, err)
	}
	return r
}

func (s *suite) list(typ string, p scim.Page) ([]string, scim.List) {
	s.Helper()
	l, err := s.store.List(s.Context(), s.id, typ, p)
	if err != nil {
		s.Fatal(err)
	}
	return idsOf(l), l
}

func (s *suite) lookup(typ, attr, value string, p scim.Page) []string {
	s.Helper()
	l, err := s.store.Lookup(s.Context(), s.id, typ, scim.IndexKey{Attr: attr, Value: value}, p)
	if err != nil {
		s.Fatal(err)
	}
	return idsOf(l)
}

// pageOf is Lookup with what it says of the range.
func (s *suite) pageOf(typ, attr, value string, p scim.Page) scim.List {
	s.Helper()
	l, err := s.store.Lookup(s.Context(), s.id, typ, scim.IndexKey{Attr: attr, Value: value}, p)
	if err != nil {
		s.Fatal(err)
	}
	return l
}

func idsOf(l scim.List) []string {
	out := []string{}
	for _, r := range l.Resources {
		out = append(out, r.ID)
	}
	return out
}

func (s *suite) members(n int) []string {
	s.Helper()
	var out []string
	after := ""
	for {
		l, err := s.store.Members(s.Context(), s.id, id(n), scim.Page{After: after, Limit: 7})
		if err != nil {
			s.Fatal(err)
		}
		for _, m := range l.Members {
			if m.ID <= after {
				s.Fatalf("member %s follows %s", m.ID, after)
			}
			out = append(out, m.ID)
			after = m.ID
		}
		if l.More && len(l.Members) == 0 {
			s.Fatalf("no member follows %q, and yet there are more", after)
		}
		if !l.More {
			return append([]string{}, out...)
		}
	}
}

func (s *suite) groupsOf(ns ...int) map[string][]string {
	s.Helper()
	list := ids(ns...)
	slices.Sort(list)
	m, err := s.store.MemberOf(s.Context(), s.id, list)
	if err != nil {
		s.Fatal(err)
	}
	if m == nil {
		m = map[string][]string{}
	}
	return m
}

// fails checks that a call has failed with one of the errors of the contract.
func (s *suite) fails(what string, want, err error) {
	s.Helper()
	switch {
	case err == nil:
		s.Errorf("%s: no error, want scim's %q", what, want)
	case !errors.Is(err, want):
		s.Errorf("%s: error %q (%T), want scim's %q", what, err, err, want)
	}
}
