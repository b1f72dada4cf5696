package storetest_test

import (
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// check returns the error of a change that must not be carried out.
func (s *faulty) check(t scim.TenantID, c *scim.Change, old *record) error {
	if err := s.checkVersion(t, c, old); err != nil || c.Remove {
		return err
	}
	if err := c.CheckSize(scim.MaxResource); err != nil && !s.is("too large accepted") {
		return err
	}
	if err := s.checkKeys(t, c); err != nil {
		return err
	}
	return s.checkMembers(t, c)
}

func (s *faulty) checkVersion(t scim.TenantID, c *scim.Change, old *record) error {
	switch {
	case c.If == scim.IfAbsent && old == nil && s.is("an id of another tenant exists"):
		if _, err := s.get(t, scim.Ref{Type: c.Type, ID: c.ID}, "an id of another tenant exists"); err == nil {
			return scim.ErrVersion
		}
	case c.If == scim.IfAbsent && old != nil && !s.is("a create overwrites"):
		return scim.ErrVersion
	case c.If != scim.IfAbsent && old == nil && s.is("a change creates") && c.Put != nil:
		return nil
	case c.If != scim.IfAbsent && old == nil && s.is("a missing resource is a version conflict"):
		return scim.ErrVersion
	case c.If != scim.IfAbsent && old == nil:
		return scim.ErrNotFound
	case c.If > 0 && c.If != old.Version:
		return s.stale(c, old)
	}
	return nil
}

// stale is the answer to a change at another version than that of now.
func (s *faulty) stale(c *scim.Change, old *record) error {
	switch {
	case s.is("If ignored"),
		s.is("If ignored by removal") && c.Remove,
		s.is("If ignored by a change of edges") && c.Put == nil && !c.Remove,
		s.is("an older version is enough") && c.If < old.Version,
		s.is("a newer version is enough") && c.If > old.Version:
		return nil
	}
	return scim.ErrVersion
}

func (s *faulty) checkKeys(t scim.TenantID, c *scim.Change) error {
	if c.Put == nil || s.is("unique keys not checked") || s.is("unique keys checked on create only") && c.If != scim.IfAbsent {
		return nil
	}
	for i, key := range c.Keys {
		if slices.Contains(c.Keys[:i], key) && s.is("a key given twice is refused") {
			return s.takenError(key.Attr, "")
		}
		if !key.Unique && !s.is("every key is unique") || s.is("only the first key is unique") && i > 0 {
			continue
		}
		for _, d := range s.reach(t, "unique keys across tenants") {
			for ref, r := range d.docs {
				own := ref.ID == c.ID && d.id == t && !s.is("a resource conflicts with itself")
				if !own && s.holds(ref, r, c.Type, key) {
					return s.takenError(key.Attr, ref.ID)
				}
			}
		}
	}
	if s.is("keys of removed resources stay taken") {
		return s.checkGone(t, c)
	}
	return nil
}

func (s *faulty) takenError(attr, id string) error {
	if s.is("taken attribute not named") {
		attr = ""
	}
	return &scim.TakenError{Attr: attr, ID: id}
}

func (s *faulty) holds(ref scim.Ref, r *record, typ string, key scim.IndexKey) bool {
	return (ref.Type == typ || s.is("unique keys across types")) && slices.ContainsFunc(r.keys, func(k scim.IndexKey) bool {
		return s.kept(k.Value) == s.kept(key.Value) && (k.Attr == key.Attr || s.is("unique keys by value alone")) && (k.Unique || !s.is("shared keys hide from unique ones"))
	})
}

func (s *faulty) checkGone(t scim.TenantID, c *scim.Change) error {
	d := s.of(t)
	for _, key := range c.Keys {
		if key.Unique && d.gone[scim.Ref{Type: key.Attr, ID: key.Value}] {
			return s.takenError(key.Attr, "")
		}
	}
	return nil
}

func (s *faulty) checkMembers(t scim.TenantID, c *scim.Change) error {
	var missing []string
	for _, m := range c.AddMembers {
		if !s.exists(t, c, m) && !s.in(s.of(t), c.ID, m.ID) {
			missing = append(missing, m.ID)
		}
	}
	if len(missing) == 0 || s.is("missing members accepted") || s.is("missing members of a create accepted") && c.If == scim.IfAbsent ||
		s.is("missing members of a put accepted") && c.Put != nil && c.If != scim.IfAbsent || s.is("missing members accepted in a crowd") && len(c.AddMembers) > 100 {
		return nil
	}
	if s.is("missing members left out") {
		c.AddMembers = slices.DeleteFunc(slices.Clone(c.AddMembers), func(m scim.Member) bool { return slices.Contains(missing, m.ID) })
		return nil
	}
	if s.is("missing members not named") {
		missing = nil
	}
	return &scim.MissingError{IDs: missing}
}

func (s *faulty) exists(t scim.TenantID, c *scim.Change, m scim.Member) bool {
	if s.is("only the first member checked") && m != c.AddMembers[0] {
		return true
	}
	ref := scim.Ref{Type: m.Type, ID: m.ID}
	for _, d := range s.reach(t, "member of another tenant accepted") {
		if d.docs[ref] != nil || s.is("removed member accepted") && d.gone[ref] {
			return true
		}
		if s.is("type of a member not checked") {
			for other := range d.docs {
				if other.ID == m.ID {
					return true
				}
			}
		}
	}
	return false
}

// remove deletes a resource with its keys and edges.
func (s *faulty) remove(t scim.TenantID, c *scim.Change) {
	ref := scim.Ref{Type: c.Type, ID: c.ID}
	own := s.of(t)
	for _, key := range own.docs[ref].keys {
		own.gone[scim.Ref{Type: key.Attr, ID: key.Value}] = true
	}
	own.gone[ref] = true
	for _, d := range s.reach(t, "removal crosses tenants") {
		delete(d.docs, ref)
	}
	if s.is("removal keeps keys") {
		own.docs[scim.Ref{Type: "removed " + c.Type, ID: c.ID}] = &record{&scim.Resource{Type: c.Type, ID: c.ID}, []scim.IndexKey{{Attr: "userName", Value: "ann", Unique: true}}}
	}
	for _, d := range s.reach(t, "removal advances groups of other tenants") {
		for _, g := range s.groups(d, c.ID) {
			s.touch(d, g, c.Now)
		}
	}
	for _, d := range s.reach(t, "removal of a member deletes edges of other tenants") {
		for g, members := range d.edges {
			if !s.is("removal leaves edges of a member") {
				d.edges[g] = slices.DeleteFunc(slices.Clone(members), func(m scim.Member) bool { return m.ID == c.ID })
			}
		}
	}
	for _, d := range s.reach(t, "removal of a group deletes edges of other tenants") {
		if !s.is("removal leaves edges of a group") {
			delete(d.edges, c.ID)
		}
	}
	if s.is("removal forgets names of other tenants") {
		for _, d := range s.reach(t, "removal forgets names of other tenants") {
			delete(d.names, c.ID)
		}
	}
}
