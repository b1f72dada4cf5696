package storetest_test

import (
	"context"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

var _ scim.Feed = (*faulty)(nil)

// before is what a commit meets, for the feed.
type before struct {
	old    *scim.Resource
	edges  map[string][]scim.Member // of the resource, and of the groups that it is in
	groups []string
}

func (s *faulty) feedBefore(t scim.TenantID, c *scim.Change) before {
	d := s.of(t)
	b := before{groups: s.groups(d, c.ID), edges: map[string][]scim.Member{c.ID: s.members(t, c.ID, all, "entries cross tenants").Members}}
	if r := d.docs[scim.Ref{Type: c.Type, ID: c.ID}]; r != nil {
		old := *r.Resource
		b.old = &old
	}
	for _, g := range b.groups {
		b.edges[g] = s.members(t, g, all, "entries cross tenants").Members
	}
	return b
}

var all = scim.Page{Limit: 1 << 30}

// feedAfter writes the entries of a commit.
func (s *faulty) feedAfter(t scim.TenantID, c *scim.Change, b before) {
	d := s.of(t)
	e := scim.Entry{Time: c.Now, Type: c.Type, ID: c.ID, Own: c.Put != nil || c.Remove, Actor: c.Actor}
	if r := d.docs[scim.Ref{Type: c.Type, ID: c.ID}]; r != nil && !c.Remove {
		after := *r.Resource
		e.After = &after
	}
	now := s.members(t, c.ID, all, "entries cross tenants").Members
	e.Left, e.Joined = without(b.edges[c.ID], now), without(now, b.edges[c.ID])
	if e.Own {
		e.Before = b.old
		e.Groups = s.groups(d, c.ID)
	}
	if c.Remove && !s.is("entries of groups come after the removal") {
		s.feedLosers(t, c, b)
	}
	if !e.Own && len(e.Left)+len(e.Joined) == 0 && !s.is("an entry without effect") {
		return
	}
	s.feedAdd(t, s.spoilEntry(e, c, b))
	if c.Remove && s.is("entries of groups come after the removal") {
		s.feedLosers(t, c, b)
	}
}

// feedLosers writes the entries of the groups that lose a removed member.
func (s *faulty) feedLosers(t scim.TenantID, c *scim.Change, b before) {
	if s.is("entries of groups left out") {
		return
	}
	for i, g := range b.groups {
		if s.is("entries of groups cut after a hundred") && i >= 100 {
			return
		}
		var group *scim.Resource
		for ref, r := range s.of(t).docs {
			if ref.ID == g {
				copied := *r.Resource
				group = &copied
			}
		}
		e := scim.Entry{Time: c.Now, Type: group.Type, ID: g, After: group, Actor: c.Actor, Cause: scim.Ref{Type: c.Type, ID: c.ID}}
		e.Left = slices.DeleteFunc(slices.Clone(b.edges[g]), func(m scim.Member) bool { return m.ID != c.ID })
		switch {
		case s.is("an entry without its cause"):
			e.Cause = scim.Ref{}
		case s.is("an entry of a loser without its actor"):
			e.Actor = scim.Actor{}
		}
		s.feedAdd(t, e)
	}
}

func without(list, other []scim.Member) []scim.Member {
	return slices.DeleteFunc(slices.Clone(list), func(m scim.Member) bool {
		return slices.ContainsFunc(other, func(o scim.Member) bool { return o.ID == m.ID })
	})
}

// spoilEntry are the faults of an entry.
func (s *faulty) spoilEntry(e scim.Entry, c *scim.Change, b before) scim.Entry {
	switch {
	case s.is("an entry without its actor"):
		e.Actor = scim.Actor{}
	case s.is("an entry without the state before") && e.After != nil:
		e.Before = nil
	case s.is("an entry with the state after as before") && e.Own && e.Before != nil && e.After != nil:
		e.Before = e.After
	case s.is("an entry with the version before") && e.After != nil && b.old != nil:
		e.After.Version--
	case s.is("a change of members is one of the group") && !e.Own:
		e.Own, e.Before = true, b.old
	case s.is("an entry of what was asked") && !c.Remove:
		e.Joined = c.AddMembers
	case s.is("an entry without who left"):
		e.Left = nil
	case s.is("an entry of members without their types"):
		for i := range e.Joined {
			e.Joined[i].Type = "User"
		}
	case s.is("an entry of members without their names"):
		for i := range e.Joined {
			e.Joined[i].Display = ""
		}
	case s.is("an entry without the groups"):
		e.Groups = nil
	case s.is("an entry of another time"):
		e.Time = e.Time.Add(1e9)
	}
	return e
}

// feedAdd numbers an entry.
func (s *faulty) feedAdd(t scim.TenantID, e scim.Entry) {
	last := &s.of(t).last
	if s.is("one sequence for all tenants") {
		last = &s.last
	}
	d := s.of(t)
	from := len(d.feed)
	if s.is("an entry of any size") {
		n := int64(len(e.Left) + len(e.Joined))
		if e.Own {
			n++
		}
		e.First, e.Last = *last+1, *last+n
		d.feed = append(d.feed, e)
	} else {
		d.feed = scim.AppendEntries(d.feed, *last, e)
	}
	if len(d.feed) > from {
		*last = d.feed[len(d.feed)-1].Last
	}
	switch added := d.feed[from:]; {
	case s.is("a number left out") && e.Own && e.Before != nil:
		*last++
	case s.is("an entry twice") && len(added) > 0 && e.Own && e.Before != nil:
		d.feed = append(d.feed, added...)
	case s.is("an entry lost") && e.Cause.ID == "" && !e.Own:
		d.feed, *last = d.feed[:from], added[0].First-1
	case s.is("entries in another order") && from > 1 && len(added) == 1 && !e.Own:
		d.feed[from], d.feed[from-1] = d.feed[from-1], d.feed[from]
	case s.is("only the first part of an entry") && len(added) > 1:
		d.feed = d.feed[:from+1]
		*last = d.feed[from].Last
	}
}

func (s *faulty) Entries(ctx context.Context, t scim.TenantID, after int64, limit int) ([]scim.Entry, error) {
	if err := s.enter(ctx, t, "the feed"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	d := s.of(t)
	first := int64(1)
	if s.is("an entry of another tenant") {
		for _, o := range s.tenants {
			if o.id != t && len(o.feed) > len(d.feed) {
				d = o
			}
		}
	}
	if (after < first-1 || after > d.last) && !s.is("any number is there") {
		return nil, &scim.GoneError{After: after, First: first, Last: d.last}
	}
	var out []scim.Entry
	for _, e := range d.feed {
		if e.Last > after && (e.First > after || !s.is("entries that begin before are left out")) || s.is("the last entry again") && e.Last == after {
			if !s.is("hidden attributes in an entry") {
				e = e.Shown()
			}
			out = append(out, e)
		}
	}
	limit = max(limit, 1)
	if s.is("a page of any size") {
		limit = len(out)
	}
	return out[:min(limit, len(out)):len(out)], nil
}

func (s *faulty) Last(ctx context.Context, t scim.TenantID) (int64, error) {
	if err := s.enter(ctx, t, "the feed"); err != nil {
		return 0, err
	}
	defer s.mu.Unlock()
	if s.is("the last number is that of the first") && len(s.of(t).feed) > 0 {
		return s.of(t).feed[len(s.of(t).feed)-1].First, nil
	}
	return s.of(t).last, nil
}
