package storetest

import (
	"errors"
	"maps"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// replica is what a reader of the feed knows.
type replica struct {
	resources map[scim.Ref]*scim.Resource
	members   map[string]map[string]scim.Member
	last      scim.Entry
}

// addsUp builds a replica from the feed, checking each step, and compares it with the store.
func (s *feedSuite) addsUp() {
	s.Helper()
	r := &replica{resources: map[scim.Ref]*scim.Resource{}, members: map[string]map[string]scim.Member{}}
	for _, e := range s.entries() {
		s.apply(r, &e)
	}
	for ref, was := range r.resources {
		now, err := s.store.Get(s.Context(), s.id, ref.Type, ref.ID)
		if err != nil {
			s.Errorf("%s is in the feed and not in the store: %v", ref.ID, err)
			continue
		}
		s.equal("replica", stateOf(was), stateOf(now))
		if ref.Type != "User" {
			s.equal("members of the replica", nonNil(slices.Sorted(maps.Keys(r.members[ref.ID]))), s.members(idNumber(ref.ID)))
		}
	}
	for _, typ := range []string{"User", "Group"} {
		_, l := s.list(typ, scim.Page{})
		n := 0
		for ref := range r.resources {
			if ref.Type == typ {
				n++
			}
		}
		s.equal(typ+"s of the replica", n, l.Total)
	}
}

// state is what a reader sees of a resource.
type state struct {
	Version         int64
	Document, ExtID string
	Created, Last   int64
}

func stateOf(r *scim.Resource) state {
	return state{r.Version, string(r.Document), r.ExternalID, r.Created.UnixMilli(), r.LastModified.UnixMilli()}
}

// apply changes the replica by an entry, which must fit what it knows.
func (s *feedSuite) apply(r *replica, e *scim.Entry) {
	s.Helper()
	ref := scim.Ref{Type: e.Type, ID: e.ID}
	known := r.resources[ref]
	if err := fits(r, e, known); err != nil {
		s.Fatalf("entry %s: %v", told(*e), err)
	}
	if r.members[e.ID] == nil {
		r.members[e.ID] = map[string]scim.Member{}
	}
	for _, m := range e.Left {
		if was, ok := r.members[e.ID][m.ID]; !ok || was.Type != m.Type {
			s.Fatalf("entry %s: %s was no member", told(*e), m.ID)
		}
		delete(r.members[e.ID], m.ID)
	}
	for _, m := range e.Joined {
		if _, ok := r.members[e.ID][m.ID]; ok {
			s.Fatalf("entry %s: %s was a member", told(*e), m.ID)
		}
		r.members[e.ID][m.ID] = m
	}
	if e.Own {
		s.equal("groups in "+told(*e), nonNil(e.Groups), r.groupsOf(e.ID))
	}
	if e.After != nil {
		r.resources[ref] = e.After
	} else if e.Own {
		delete(r.resources, ref)
		if len(r.members[e.ID]) > 0 || len(r.groupsOf(e.ID)) > 0 {
			s.Errorf("entry %s: it keeps %d members and %v", told(*e), len(r.members[e.ID]), r.groupsOf(e.ID))
		}
	}
	r.last = *e
}

func (r *replica) groupsOf(id string) []string {
	out := []string{}
	for g, members := range r.members {
		if _, ok := members[id]; ok {
			out = append(out, g)
		}
	}
	slices.Sort(out)
	return out
}

// fits checks the states in an entry against what the replica knows.
func fits(r *replica, e *scim.Entry, known *scim.Resource) error {
	part := r.last.ID == e.ID && len(r.last.Left)+len(r.last.Joined) == scim.EntryMembers && r.last.Time.Equal(e.Time)
	switch {
	case e.Before == nil && e.After == nil:
		return errors.New("it has no state")
	case e.Own && e.Before == nil && known != nil:
		return errors.New("it is known")
	case e.Own && e.Before == nil && e.After.Version != 1:
		return errors.New("a new one begins with version 1")
	case e.Own && e.Before == nil:
		return nil
	case known == nil:
		return errors.New("it is not known")
	case e.Before != nil && stateOf(e.Before) != stateOf(known):
		return errors.New("the state before it is another one")
	case e.After == nil, part && e.After.Version == known.Version:
		return nil
	case e.After.Version != known.Version+1:
		return errors.New("the version is not the next one")
	case !e.Own && string(e.After.Document) != string(known.Document):
		return errors.New("the document changed without a fact")
	case !e.Own && e.Before != nil:
		return errors.New("a change of members has no state before it")
	}
	return nil
}
