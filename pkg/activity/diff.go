package activity

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// describe fills in what the commits of a request changed. Commits of the record's resource are its
// own; those of other resources are listed in Also.
func (r *Record) describe(commits []commit, isID func(string) bool, names *nameKeys) {
	for i := range commits {
		c := commits[i]
		if c.id != r.Resource {
			r.Also = capped(r.Also, c.id)
			continue
		}
		r.membership(c, isID)
		r.Verbs = append(r.Verbs, verbsOf(&c)...)
		r.Known = append(r.Known, c.known(names)...)
		if c.tenant.KeepValues {
			r.keepNames(c)
		}
		if c.put == nil {
			continue
		}
		var before, hidden []byte
		if c.prior != nil {
			before, hidden = c.prior.Document, c.prior.Hidden
		}
		changed := changedNames(before, c.put.Document)
		r.Changed = append(append(r.Changed, changed...), changedNames(hidden, c.put.Hidden)...)
		if c.tenant.KeepValues {
			r.keepValues(c, changed)
		}
	}
	slices.Sort(r.Changed)
	r.Changed = slices.Compact(r.Changed)
}

// membership adds the members that a commit added and removed. Ids to remove are as the client sent
// them, so malformed ones are left out.
func (r *Record) membership(c commit, isID func(string) bool) {
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
func (r *Record) keepNames(c commit) {
	if r.Name = nameOf(c.put); c.put == nil {
		r.Name = nameOf(c.prior)
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

// changedNames returns the names of the attributes in which two documents differ; of complex
// attributes and extensions, those of the sub-attributes.
func changedNames(before, after []byte) []string {
	if bytes.Equal(before, after) {
		return nil
	}
	var names []string
	eachDifference(before, after, func(name, a, b []byte) {
		if string(name) == "schemas" {
			return
		}
		if !isObject(a) && !isObject(b) {
			names = append(names, string(name))
			return
		}
		join := "."
		if bytes.IndexByte(name, ':') >= 0 {
			join = ":"
		}
		eachDifference(a, b, func(part, _, _ []byte) {
			names = append(names, string(name)+join+string(part))
		})
	})
	return names
}

func isObject(b []byte) bool { return len(b) > 0 && b[0] == '{' }

// eachDifference visits the members in which two objects differ.
func eachDifference(before, after []byte, visit func(name, was, is []byte)) {
	var a, b [24]member
	was, is := objectOf(a[:], before), objectOf(b[:], after)
	gone := 0 // how many members less there are until here
	for i, m := range is {
		had := was.at(i+gone, m.name)
		if had == nil {
			gone--
		}
		if !bytes.Equal(had, m.value) {
			visit(m.name, had, m.value)
		}
	}
	for i, m := range was {
		if is.at(i, m.name) == nil {
			visit(m.name, m.value, nil)
		}
	}
}

// keepValues adds the new values of what changed, except those of attributes that the schema never
// returns, or returns only on request.
func (r *Record) keepValues(c commit, changed []string) {
	rt := c.tenant.Types.ByName(c.typ)
	if rt == nil {
		return
	}
	is := fields(c.put.Document)
	for _, name := range changed {
		ref, ok := rt.ResolveName(name)
		if !ok || ref.Attr == nil || secret(ref.Attr) || ref.Sub != nil && secret(ref.Sub) {
			continue
		}
		raw := is[ref.Attr.Name]
		if ref.Container != "" {
			raw = fields(is[ref.Container])[ref.Attr.Name]
		}
		if ref.Sub != nil {
			raw = fields(raw)[ref.Sub.Name]
		}
		var v any
		if json.Unmarshal(raw, &v) != nil {
			v = nil // the attribute was removed
		}
		if r.Values == nil {
			r.Values = map[string]any{}
		}
		r.Values[name] = withoutSecrets(ref.Attr, ref.Sub, v)
	}
}

func secret(a *schema.Attribute) bool {
	return a.Returned == schema.Never || a.Returned == schema.OnRequest
}

// withoutSecrets removes secret sub-attributes from a value.
func withoutSecrets(a, sub *schema.Attribute, v any) any {
	if sub != nil {
		return v
	}
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = withoutSecrets(a, nil, v[i])
		}
	case map[string]any:
		for k := range v {
			if s := a.Sub(k); s == nil || secret(s) {
				delete(v, k)
			}
		}
	}
	return v
}

// from makes the record of what the handler observed.
func from(e *entry, isID func(string) bool, names *nameKeys) Record {
	rec := e.rec
	r := Record{
		ID: NewID(rec.Time), Time: rec.Time.UTC(), Duration: rec.Duration, Tenant: rec.Tenant, IdP: rec.IdP,
		Entry: EntryHTTP, Item: rec.Item, RequestID: rec.RequestID, Key: rec.Subject, Method: rec.Method,
		Operation: rec.Operation, Type: rec.Type, Resource: rec.ResourceID, Status: rec.Status, ScimType: rec.ScimType,
		Code: string(rec.Code), Attribute: rec.Attribute, ErrorID: rec.ErrorID, Holder: rec.Holder, Notes: rec.Notes, Count: e.count,
		Plan: rec.Plan.String(), Read: rec.Plan.Read,
	}
	if rec.Item > 0 {
		r.Entry = EntryBulk
	}
	if rec.Settings != nil {
		r.Days = rec.Settings.LogDays
	}
	r.describe(e.commits, isID, names)
	return r.Bounded()
}
