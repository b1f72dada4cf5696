package storetest_test

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

func (s *faulty) Commit(ctx context.Context, t scim.TenantID, c scim.Change) (*scim.Resource, error) {
	if err := s.enter(ctx, t, "Commit"); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	ref := scim.Ref{Type: c.Type, ID: c.ID}
	old := s.of(t).docs[ref]
	was := s.feedBefore(t, &c)
	if err := s.check(t, &c, old); err != nil {
		s.halfway(t, &c, old)
		if s.is("an entry of a failed commit") {
			s.feedAfter(t, &c, was)
		}
		return nil, err
	}
	if s.racy(&c) { // others write between the check and the write
		s.mu.Unlock()
		time.Sleep(5 * time.Millisecond) // on a machine with other work, too
		s.mu.Lock()
		was = s.feedBefore(t, &c)
	}
	defer func() { s.feedAfter(t, &c, was) }()
	if c.Remove {
		s.remove(t, &c)
		return nil, nil
	}
	if c.Prior != nil && old != nil && s.is("Prior is believed") {
		old = &record{c.Prior, old.keys}
	}
	edges, moved := s.move(t, &c)
	if c.Put != nil && len(c.AddMembers) == 0 && s.is("replacing drops members") {
		edges = nil
	}
	if c.Put == nil && !moved && !s.is("a write without effect advances the version") {
		return old.Resource, nil
	}
	return s.write(t, &c, old, edges), nil
}

// racy reports whether what was checked may be outdated when it is written.
func (s *faulty) racy(c *scim.Change) bool {
	switch {
	case c.Remove:
		return false
	case s.is("keys claimed after the check"):
		return c.If == scim.IfAbsent
	case s.is("version checked before the lock"):
		return c.If > 0
	case s.is("members checked before the lock"):
		return len(c.AddMembers) > 0
	}
	return false
}

// halfway is what remains of a change in a store that writes before it has checked everything.
func (s *faulty) halfway(t scim.TenantID, c *scim.Change, old *record) {
	d := s.of(t)
	switch {
	case s.is("refused change writes edges"):
		d.edges[c.ID], _ = s.move(t, c)
	case s.is("refused change writes the resource") && c.Put != nil && old != nil:
		s.write(t, c, old, d.edges[c.ID])
	case s.is("refused create writes the resource") && c.Put != nil && old == nil:
		s.write(t, c, old, nil)
	case s.is("refused change releases keys") && old != nil && c.Put != nil:
		d.docs[scim.Ref{Type: c.Type, ID: c.ID}] = &record{old.Resource, nil}
	case s.is("refused change advances the version") && old != nil:
		next := *old.Resource
		next.Version++
		d.docs[scim.Ref{Type: c.Type, ID: c.ID}] = &record{&next, old.keys}
	}
}

// move is the membership after a change.
func (s *faulty) move(t scim.TenantID, c *scim.Change) (edges []scim.Member, moved bool) {
	add := map[string]bool{}
	for _, m := range c.AddMembers {
		add[m.ID] = true
	}
	leaves := func(m scim.Member) bool {
		if s.is("ClearMembers keeps members") {
			return slices.Contains(c.RemoveMembers, m.ID)
		}
		return slices.Contains(c.RemoveMembers, m.ID) && !s.is("RemoveMembers ignored") || c.ClearMembers && !add[m.ID]
	}
	for _, d := range s.reach(t, "RemoveMembers crosses tenants") {
		if d.id != t && !c.ClearMembers {
			d.edges[c.ID] = slices.DeleteFunc(slices.Clone(d.edges[c.ID]), leaves)
		}
	}
	for _, d := range s.reach(t, "ClearMembers crosses tenants") {
		if d.id != t && c.ClearMembers {
			d.edges[c.ID] = nil
		}
	}
	had := s.of(t).edges[c.ID]
	edges = slices.DeleteFunc(slices.Clone(had), leaves)
	moved = len(edges) != len(had)
	if s.is("ClearMembers takes all") && c.ClearMembers {
		edges = nil
	}
	for _, m := range c.AddMembers {
		if !slices.ContainsFunc(edges, func(e scim.Member) bool { return e.ID == m.ID }) {
			edges, moved = append(edges, m), true
		}
		if len(edges) == len(had)+1 && len(had) > 0 && s.is("returned members change when one joins") {
			copy(had, edges[1:])
		}
	}
	slices.SortFunc(edges, func(a, b scim.Member) int { return compare(a.ID, b.ID) })
	return edges, moved
}

// write replaces the resource with its keys and edges.
func (s *faulty) write(t scim.TenantID, c *scim.Change, old *record, edges []scim.Member) *scim.Resource {
	d, ref := s.of(t), scim.Ref{Type: c.Type, ID: c.ID}
	next := &record{Resource: &scim.Resource{}}
	if old != nil {
		*next.Resource, next.keys = *old.Resource, old.keys
	}
	if c.Put != nil {
		*next.Resource, next.keys = *c.Put, c.Keys
		if s.is("keys not released") && old != nil {
			next.keys = append(slices.Clone(c.Keys), old.keys...)
		}
		s.rename(d, c)
	} else if s.is("a change of edges drops keys") {
		next.keys = nil
	}
	next.Type, next.ID, next.Version = c.Type, c.ID, 1
	next.Created, next.LastModified = s.at(next.Created), s.at(c.Now)
	if s.is("created is the time of the write") {
		next.Created = c.Now
	}
	if old != nil {
		next.Created, next.Version = old.Created, old.Version+1
		s.spoil(c, old, next)
	}
	if s.is("hidden attributes lost") {
		next.Hidden = nil
	}
	if s.is("external id lost") {
		next.ExternalID = ""
	}
	if next.Document != nil && s.is("a document as JSON of another form") {
		next.Document = bytes.ReplaceAll(next.Document, []byte(`":`), []byte(`": `))
	}
	if s.is("a document of few letters") {
		next.Document = []byte(s.fewLetters(string(next.Document)))
	}
	if s.is("passed resource changed") && c.Put != nil {
		c.Put.Version = next.Version
	}
	if s.is("a change is seen in halves") && old != nil {
		d.docs[ref], d.edges[c.ID] = next, nil
		s.mu.Unlock()
		time.Sleep(5 * time.Millisecond) // on a machine with other work, too
		s.mu.Lock()
	}
	d.docs[ref], d.edges[c.ID] = next, edges
	return next.Resource
}

// spoil are the faults of a change of a resource that exists.
func (s *faulty) spoil(c *scim.Change, old, next *record) {
	switch {
	case s.is("replacing resets created") && c.Put != nil:
		next.Created = c.Put.Created
	case s.is("versions jump"):
		next.Version++
	case s.is("a change of edges keeps the version") && c.Put == nil:
		next.Version = old.Version
	case s.is("a change of edges keeps lastModified") && c.Put == nil:
		next.LastModified = old.LastModified
	case s.is("replacing keeps the document") && c.Put != nil:
		next.Document = old.Document
	case s.is("replacing keeps hidden attributes") && c.Put != nil && next.Hidden == nil:
		next.Hidden = old.Hidden
	case s.is("returned resource changed later"):
		*old.Resource = *next.Resource
		next.Resource = old.Resource
	}
}

func (s *faulty) rename(d *data, c *scim.Change) {
	if c.Display == "" && s.is("an empty name renames") {
		c.Display = " "
	}
	if c.Display == "" || c.If == scim.IfAbsent {
		return
	}
	if c.Type == "Group" && s.is("members that are groups not renamed") {
		return
	}
	d.names[c.ID] = c.Display
	if s.is("rename advances groups") {
		for _, g := range s.groups(d, c.ID) {
			s.touch(d, g, c.Now)
		}
	}
}

// touch advances the version of a group that has lost a member.
func (s *faulty) touch(d *data, groupID string, now time.Time) {
	for ref, r := range d.docs {
		if ref.ID != groupID {
			continue
		}
		next := *r.Resource
		if !s.is("removal keeps the version of groups") {
			next.Version++
		}
		if !s.is("removal keeps lastModified of groups") {
			next.LastModified = now
		}
		d.docs[ref] = &record{&next, r.keys}
	}
}
