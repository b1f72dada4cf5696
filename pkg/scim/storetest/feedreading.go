package storetest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// entriesAfter reads entries without a check of their numbers.
func (s *feedSuite) entriesAfter(after int64) []scim.Entry {
	s.Helper()
	list, err := s.feed.Entries(s.Context(), s.id, after, 1000)
	if err != nil {
		s.Fatal(err)
	}
	return list
}

func feedTenants(s *feedSuite) {
	p := twoTenants(s.suite)
	for _, one := range []*suite{p.acme, p.other} {
		(&feedSuite{one, s.feed, s.within}).addsUp()
	}
	empty := *s.suite
	empty.id = tenantID(s.T, "empty")
	(&feedSuite{&empty, s.feed, s.within}).tells()
}

func feedPages(s *feedSuite) {
	s.people(1, 2, 3)
	s.commit(group(50, "g", 1, 2, 3))
	s.commit(group(51, "h"))
	s.settled(8)
	all := s.entries()
	for after := range int64(9) {
		for limit := range 7 {
			got, err := s.feed.Entries(s.Context(), s.id, after, limit)
			if err != nil {
				s.Fatal(err)
			}
			from := slices.IndexFunc(all, func(e scim.Entry) bool { return e.Last > after })
			if from < 0 {
				from = len(all)
			}
			s.equal(fmt.Sprintf("after %d, limit %d", after, limit), nonNil(got), nonNil(all[from:min(from+max(limit, 1), len(all))]))
		}
	}
}

func feedAhead(s *feedSuite) {
	s.people(1)
	s.settled(1)
	for after, want := range map[int64]*scim.GoneError{2: {After: 2, First: 1, Last: 1}, -1: nil, 1: nil} {
		_, err := s.feed.Entries(s.Context(), s.id, after, 1)
		var gone *scim.GoneError
		errors.As(err, &gone)
		if after >= 0 {
			s.equal(fmt.Sprintf("after %d", after), gone, want)
		} else if gone == nil {
			s.Errorf("after %d: %v", after, err)
		}
	}
}

// feedWriters: creates, changes of a group, and removals at the same time.
func feedWriters(s *feedSuite) {
	s.commit(group(900, "g"))
	var facts int64 = 1
	s.race(func(i int) error {
		if err := s.try(user(i+1, fmt.Sprint("w", i))); err != nil {
			return err
		}
		if err := s.try(scim.Change{Type: "Group", ID: id(900), If: scim.IfAny, Now: start, AddMembers: edges(i + 1)}); err != nil || i%3 > 0 {
			return err
		}
		return s.try(scim.Change{Type: "User", ID: id(i + 1), If: scim.IfAny, Now: start, Remove: true})
	}, nil)
	for i := range writers {
		if facts += 2; i%3 == 0 {
			facts += 2
		}
	}
	s.settled(facts)
	s.addsUp()
}

func feedHidden(s *feedSuite) {
	c := user(1, "ann")
	c.Put.Hidden = []byte(`{"password":"hash"}`)
	s.commit(c)
	next := user(1, "ann")
	next.If, next.Put.Hidden = 1, []byte(`{"password":"other"}`)
	s.commit(next)
	s.commit(scim.Change{Type: "User", ID: id(1), If: scim.IfAny, Now: start, Remove: true})
	s.settled(3)
	for _, e := range s.entries() {
		for _, r := range []*scim.Resource{e.Before, e.After} {
			if r != nil && r.Hidden != nil {
				s.Errorf("entry %d shows %s", e.First, r.Hidden)
			}
		}
	}
}
