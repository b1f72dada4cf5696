package storetest

import (
	"context"
	"errors"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scimstack/scimstack/pkg/scim"
)

// calls are all methods of a store, each with arguments that concern user 2 and group 50.
func (s *suite) calls() map[string]func(context.Context, scim.TenantID) error {
	page, key := scim.Page{Limit: 5}, scim.IndexKey{Attr: "displayName", Value: "same"}
	remove := scim.Change{Type: "User", ID: id(2), If: scim.IfAny, Now: start, Remove: true}
	put := s.twin(2)
	put.If = scim.IfAny
	commit := func(c scim.Change) func(context.Context, scim.TenantID) error {
		return func(ctx context.Context, t scim.TenantID) error { return second(s.store.Commit(ctx, t, c)) }
	}
	calls := map[string]func(context.Context, scim.TenantID) error{
		"Get": func(ctx context.Context, t scim.TenantID) error { return second(s.store.Get(ctx, t, "User", id(2))) },
		"Lookup": func(ctx context.Context, t scim.TenantID) error {
			return second(s.store.Lookup(ctx, t, "User", key, page))
		},
		"List":    func(ctx context.Context, t scim.TenantID) error { return second(s.store.List(ctx, t, "User", page)) },
		"Members": func(ctx context.Context, t scim.TenantID) error { return second(s.store.Members(ctx, t, id(50), page)) },
		"IsMember": func(ctx context.Context, t scim.TenantID) error {
			return second(s.store.IsMember(ctx, t, id(50), ids(2)))
		},
		"MemberOf":       func(ctx context.Context, t scim.TenantID) error { return second(s.store.MemberOf(ctx, t, ids(2))) },
		"Commit, create": commit(s.twin(6)),
		"Commit, put":    commit(put),
		"Commit, edges":  commit(scim.Change{Type: "Group", ID: id(50), If: scim.IfAny, Now: start, RemoveMembers: ids(2)}),
		"Commit, remove": commit(remove),
	}
	if b, ok := s.store.(scim.BatchGetter); ok {
		calls["GetMany"] = func(ctx context.Context, t scim.TenantID) error {
			return second(b.GetMany(ctx, t, []scim.Ref{{Type: "User", ID: id(2)}}))
		}
	}
	if n, ok := s.store.(scim.Nester); ok {
		calls["Nested"] = func(ctx context.Context, t scim.TenantID) error { return second(n.Nested(ctx, t)) }
	}
	if f, ok := s.store.(scim.Feed); ok {
		calls["Entries"] = func(ctx context.Context, t scim.TenantID) error { return second(f.Entries(ctx, t, 0, 5)) }
		calls["Last"] = func(ctx context.Context, t scim.TenantID) error { return second(f.Last(ctx, t)) }
	}
	if e, ok := s.store.(scim.EdgeReader); ok {
		calls["GetWithGroups"] = func(ctx context.Context, t scim.TenantID) error {
			return third(e.GetWithGroups(ctx, t, "User", id(2)))
		}
		calls["ListWithGroups"] = func(ctx context.Context, t scim.TenantID) error {
			return third(e.ListWithGroups(ctx, t, "User", page))
		}
		calls["LookupWithGroups"] = func(ctx context.Context, t scim.TenantID) error {
			return third(e.LookupWithGroups(ctx, t, "User", key, page))
		}
		groups := []*scim.Resource{s.get("Group", 50)}
		calls["MembersOf"] = func(ctx context.Context, t scim.TenantID) error { return second(e.MembersOf(ctx, t, groups, 5)) }
	}
	return calls
}

func second[T any](_ T, err error) error        { return err }
func third[T, U any](_ T, _ U, err error) error { return err }

// noTenant: the zero TenantID is no tenant. A caller that forgets to name one reads and writes nothing.
func noTenant(s *suite) {
	p := twoTenants(s)
	before := p.acme.everything()
	for name, call := range s.calls() {
		if err := call(s.Context(), scim.TenantID{}); !errors.Is(err, scim.ErrNoTenant) {
			s.Errorf("%s: %v, want %v", name, err, scim.ErrNoTenant)
		}
	}
	s.equal("after the calls", p.acme.everything(), before)
}

// ended: a call whose context has ended fails with the error of the context and writes nothing.
func ended(s *suite) {
	p := twoTenants(s)
	before := p.acme.everything()
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	for name, call := range s.calls() {
		if err := call(ctx, s.id); !errors.Is(err, context.Canceled) {
			s.Errorf("%s: %v, want %v", name, err, context.Canceled)
		}
	}
	s.equal("after the calls", p.acme.everything(), before)
}

// unchanged: what was passed in or returned remains as it was, whatever is written afterwards.
func unchanged(s *suite) {
	c := s.twin(1)
	passed := *c.Put
	created := s.commit(c)
	s.equal("passed resource", *c.Put, passed)
	s.commit(s.twin(2))
	made := s.commit(group(50, "g", 1, 2))
	list, err := s.store.List(s.Context(), s.id, "User", scim.Page{Limit: 5})
	s.equal("List", err, nil)
	all, err := s.store.Members(s.Context(), s.id, id(50), scim.Page{Limit: 5})
	s.equal("Members", err, nil)
	is, err := s.store.IsMember(s.Context(), s.id, id(50), ids(1, 2))
	s.equal("IsMember", err, nil)
	of := s.groupsOf(1, 2)
	got := []*scim.Resource{created, made, s.get("User", 1), s.get("Group", 50)}
	got = append(got, list.Resources...)
	var before []scim.Resource
	for _, r := range got {
		before = append(before, *r)
	}
	put := s.twin(1)
	put.If, put.Display, put.Now = 1, "Ann", start.AddDate(1, 0, 0)
	put.Put.Document = []byte(`{"schemas":[]}`)
	s.commit(put)
	s.commit(scim.Change{Type: "Group", ID: id(50), If: 1, Now: put.Now, RemoveMembers: ids(2)})
	s.commit(scim.Change{Type: "User", ID: id(1), If: 2, Now: put.Now, Remove: true})
	for i, r := range got {
		s.equal("returned resource", *r, before[i], cmpopts.EquateEmpty())
	}
	s.equal("returned members", all.Members, edges(1, 2))
	s.equal("returned IsMember", is, map[string]bool{id(1): true, id(2): true})
	s.equal("returned groups", of, map[string][]string{id(1): ids(50), id(2): ids(50)})
}
