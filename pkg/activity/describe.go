package activity

import (
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
)

// describer makes records of what a Recorder has observed. It is for one goroutine.
type describer struct {
	isID   func(string) bool
	names  nameKeys
	differ differ
}

// record makes the record of an entry in r, which is a zero Record. A hook may change another tenant in the context of
// the request: that is no part of the log of this one (Z-01).
func (d *describer) record(r *Record, e *entry) {
	*r = frameOf(e.rec, e.count)
	for i := range e.commits {
		if c := &e.commits[i]; c.tenant.ID == e.rec.Tenant {
			d.commit(r, c)
		}
	}
	r.bound()
}

// frameOf is what a record has without its commits. count is the number of requests, if there are several.
func frameOf(rec *scim.Record, count int) Record {
	r := Record{
		ID: NewID(rec.Time), Time: rec.Time.UTC(), Duration: rec.Duration, Tenant: rec.Tenant, IdP: rec.IdP,
		Entry: EntryHTTP, Item: rec.Item, RequestID: rec.RequestID, Key: rec.Subject, Method: rec.Method,
		Operation: rec.Operation, Type: rec.Type, Resource: rec.ResourceID, Status: rec.Status, ScimType: rec.ScimType,
		Code: string(rec.Code), Attribute: rec.Attribute, ErrorID: rec.ErrorID, Holder: rec.Holder, Notes: rec.Notes, Count: count,
		Plan: rec.Plan.String(), Read: rec.Plan.Read,
	}
	if rec.Item > 0 {
		r.Entry = EntryBulk
	}
	if rec.Settings != nil {
		r.Days = rec.Settings.LogDays
	}
	return r
}

// commit adds what a commit has changed. That of the record's resource is its own; other resources are listed in Also.
func (d *describer) commit(r *Record, c *commit) {
	if c.id != r.Resource {
		r.Also = capped(r.Also, c.id)
		return
	}
	var a, b [24]member
	was, is := objectsOf(a[:], b[:], documentOf(c.prior), documentOf(c.put)) // once for all that follows
	r.membership(c, d.isID)
	r.Verbs = c.verbs(r.Verbs, was, is)
	r.Known = c.known(r.Known, &d.names, was, is)
	if c.tenant.KeepValues {
		r.keepNames(c, was, is)
	}
	if c.put == nil {
		return
	}
	changed := d.differ.of(was, is)
	r.changed(changed)
	if hidden := hiddenOf(c.prior); string(hidden) != string(c.put.Hidden) {
		r.changed(d.differ.of(objectOf(a[:], hidden), objectOf(b[:], c.put.Hidden)))
	}
	if c.tenant.KeepValues {
		r.keepValues(c, changed)
	}
}

func documentOf(res *scim.Resource) []byte {
	if res == nil {
		return nil
	}
	return res.Document
}

func hiddenOf(res *scim.Resource) []byte {
	if res == nil {
		return nil
	}
	return res.Hidden
}

// changed adds names, which are sorted and which it does not change.
func (r *Record) changed(names []string) {
	if len(r.Changed) == 0 || len(names) == 0 {
		r.Changed = append(names, r.Changed...)
		return
	}
	r.Changed = slices.Concat(r.Changed, names)
	slices.Sort(r.Changed)
	r.Changed = slices.Compact(r.Changed)
}

// membership adds the members that a commit added and removed. Ids to remove are as the client sent
// them, so malformed ones are left out.
func (r *Record) membership(c *commit, isID func(string) bool) {
	r.Cleared = r.Cleared || c.cleared
	r.MembersAdded += len(c.added)
	r.MembersRemoved += len(c.gone)
	for _, m := range c.added {
		r.Added = capped(r.Added, m.ID)
	}
	for _, id := range c.gone {
		if !isID(id) {
			continue
		}
		r.Removed = capped(r.Removed, id)
	}
	for _, m := range c.leaving.Members {
		r.Removed = capped(r.Removed, m.ID)
	}
	r.MembersRemoved += max(c.leaving.Total, len(c.leaving.Members))
}

// keepNames adds the names of the resource, and of members where the commit has them.
func (r *Record) keepNames(c *commit, was, is object) {
	if r.Name = textOf(rawName(is)); c.put == nil {
		r.Name = textOf(rawName(was))
	}
	for _, list := range [][]scim.Member{c.added, c.leaving.Members} {
		for _, m := range list[:min(len(list), MaxMembers)] {
			if m.Display == "" {
				continue
			}
			if r.Names == nil {
				r.Names = map[string]string{}
			}
			r.Names[m.ID] = m.Display
		}
	}
}

func capped(list []string, id string) []string {
	if len(list) >= MaxMembers {
		return list
	}
	return append(list, id)
}
