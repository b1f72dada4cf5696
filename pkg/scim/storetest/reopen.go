package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Reopen checks that a Store which keeps its data outside of the process has all of it when it is opened again: resources with
// their times, versions and hidden attributes, keys, those of scim.KeySetter too, members with their names, and the feed; and nothing
// of what it refused.
//
// data is called once per test. It makes a place for data, such as a directory or a database, and returns the function
// that opens a Store on it, as a process does at its start. Of the Stores that it opens, only the last one is used; the one before has
// not been closed, as that of a process that was killed.
func Reopen(t *testing.T, data func(t *testing.T) (open func() scim.Store)) {
	for name, check := range map[string]func(*reopened){"what was created": reopenWritten, "what was changed": reopenChanged, "what was refused": reopenRefused, "what follows": reopenFollows} {
		t.Run("opened again: "+name, func(t *testing.T) {
			t.Parallel()
			open := data(t)
			check(&reopened{suite: &suite{T: t, store: open(), id: tenantID(t, "acme")}, open: open})
		})
	}
}

// reopened is a store that is opened again.
type reopened struct {
	*suite
	open func() scim.Store
}

// both are the tenants of twoTenants, with changes of every kind.
func (s *reopened) both() pair {
	s.Helper()
	p := twoTenants(s.suite)
	c := p.acme.twin(2)
	c.If, c.Now, c.Display, c.Put.ExternalID, c.Put.Hidden = 1, start.Add(1234*time.Millisecond), "Renamed", "ext", []byte(`{"password":"hash"}`)
	c.Keys = append(c.Keys, scim.IndexKey{Attr: "employeeNumber", Value: "7", Unique: true})
	p.acme.commit(c)
	for _, c := range []scim.Change{{AddMembers: edges(3)}, {ClearMembers: true, AddMembers: edges(2, 3)}, {RemoveMembers: ids(3)}, {AddMembers: subgroups(51)}} {
		c.Type, c.ID, c.If, c.Now = "Group", id(50), scim.IfAny, start.Add(time.Minute)
		p.acme.commit(c)
	}
	p.acme.commit(scim.Change{Type: "User", ID: id(1), If: scim.IfAny, Now: start, Remove: true})
	p.other.commit(scim.Change{Type: "Group", ID: id(52), If: scim.IfAny, Now: start, Remove: true})
	if k, ok := s.store.(scim.KeySetter); ok {
		_, err := k.SetKeys(s.Context(), s.id, "User", []string{"title", "employeeNumber"}, []scim.Keyed{{ID: id(3), Version: 1, Keys: titles("a")}, {ID: id(2), Version: 2}})
		s.equal("SetKeys", err, nil)
	}
	return p
}

// seen is what a store shows of a tenant, with the parts that a caller cannot list.
type seen struct {
	View    view
	Keys    map[string][]string
	Entries []scim.Entry
	Last    int64
}

func (s *suite) seen() seen {
	s.Helper()
	v := seen{View: s.everything(), Keys: map[string][]string{}}
	for _, k := range []scim.IndexKey{
		{Attr: "externalId", Value: "ext-n3"}, {Attr: "title", Value: "a"}, {Attr: "employeeNumber", Value: "7"}, {Attr: "userName", Value: "late"}, {Attr: "userName", Value: "n6"},
	} {
		v.Keys[k.Attr+" "+k.Value] = s.lookup("User", k.Attr, k.Value, scim.Page{Limit: 9})
	}
	if r, ok := s.store.(scim.Ranger); ok {
		for _, attr := range []string{"displayName", "title", "userName"} {
			l, err := r.Range(s.Context(), s.id, "User", scim.KeyRange{Attr: attr}, scim.Page{Limit: 9})
			s.equal("Range", err, nil)
			for _, e := range l.Entries {
				v.Keys["in order of "+attr] = append(v.Keys["in order of "+attr], e.Value+" "+e.Resource.ID)
			}
		}
	}
	if f, ok := s.store.(scim.Feed); ok {
		var err error
		v.Last, err = f.Last(s.Context(), s.id)
		s.equal("Last", err, nil)
		v.Entries, err = f.Entries(s.Context(), s.id, 0, 100)
		s.equal("Entries", err, nil)
	}
	return v
}

// same opens the store again and compares what it shows.
func (s *reopened) same(p pair, what string) {
	s.Helper()
	acme, other := p.acme.seen(), p.other.seen()
	s.store = s.open()
	p.other.store = s.store
	s.sameAs("opened again "+what, p.acme.seen(), acme)
	s.sameAs("opened again "+what+", another tenant", p.other.seen(), other)
}

func (s *reopened) sameAs(what string, got, want seen) {
	s.Helper()
	s.equal(what+": keys", got.Keys, want.Keys)
	s.equal(what+": resources", got.View.Resources, want.View.Resources)
	s.equal(what+": members", got.View.Members, want.View.Members)
	s.equal(what+": last number of the feed", got.Last, want.Last)
	s.equal(what+": entries of the feed", got.Entries, want.Entries)
	got.View.Resources, got.View.Members, want.View.Resources, want.View.Members = nil, nil, nil, nil
	s.equal(what, got.View, want.View)
}

func reopenWritten(s *reopened) {
	p := twoTenants(s.suite)
	s.same(p, "after creates")
	s.same(p, "and again")
}

func reopenChanged(s *reopened) {
	s.same(s.both(), "after changes")
}

func reopenRefused(s *reopened) {
	p := s.both()
	ended, cancel := context.WithCancel(s.Context())
	cancel()
	missing, taken := group(53, "g53", 6), p.acme.twin(6)
	taken.Keys[0].Value = "n2"
	stale := p.acme.twin(2)
	stale.If, stale.Keys[0].Value = 1, "late"
	large := p.acme.twin(6)
	large.Put.Document = fmt.Appendf(nil, `{"title":"%0*d"}`, scim.MaxResource, 0)
	for what, c := range map[string]scim.Change{"members that do not exist": missing, "a taken key": taken, "another version": stale, "too large": large,
		"nothing to remove": {Type: "User", ID: id(6), If: scim.IfAny, Now: start, Remove: true}} {
		if _, err := s.store.Commit(s.Context(), s.id, c); err == nil {
			s.Errorf("%s: no error", what)
		}
	}
	if _, err := s.store.Commit(ended, s.id, p.acme.twin(6)); !errors.Is(err, context.Canceled) {
		s.Errorf("a call that has ended: %v", err)
	}
	s.same(p, "after refusals")
}

// reopenFollows goes on after each start: versions and numbers follow those of before, and what was taken is.
func reopenFollows(s *reopened) {
	p := s.both()
	for i := range 3 {
		s.same(p, fmt.Sprint("time ", i+1))
		c := p.acme.twin(2)
		c.If = int64(i + 2)
		s.equal("version", p.acme.commit(c).Version, int64(i+3))
		taken := p.acme.twin(6)
		taken.Keys[0].Value = "n3"
		p.acme.taken("a name of before", taken, "userName")
		p.acme.fails("a create of what is there", scim.ErrVersion, second(s.store.Commit(s.Context(), s.id, p.acme.twin(3))))
		p.acme.refused("a member that was removed", scim.Change{Type: "Group", ID: id(51), If: scim.IfAny, Now: start, AddMembers: edges(1)}, id(1))
	}
	s.same(p, "at the end")
}
