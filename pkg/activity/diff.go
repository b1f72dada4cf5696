package activity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// describe fills in what the commits of a request changed. The first commit of the record's
// resource is its own; others changed along.
func (r *Record) describe(commits []commit, isID func(string) bool) {
	names := map[string]bool{}
	for _, c := range commits {
		if c.id != r.Resource {
			r.Also = capped(r.Also, c.id)
			continue
		}
		r.membership(c, isID)
		if c.put == nil {
			continue
		}
		var before, hidden []byte
		if c.prior != nil {
			before, hidden = c.prior.Document, c.prior.Hidden
		}
		changed := changedNames(before, c.put.Document)
		for _, n := range append(changed, changedNames(hidden, c.put.Hidden)...) {
			names[n] = true
		}
		if c.tenant.KeepValues {
			r.keepValues(c, changed)
		}
	}
	for n := range names {
		r.Changed = append(r.Changed, n)
	}
	slices.Sort(r.Changed)
}

// membership notes who came and went. Ids to remove are as the client sent them.
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
}

func capped(list []string, id string) []string {
	if len(list) >= MaxMembers {
		return list
	}
	return append(list, id)
}

type object = map[string]json.RawMessage

func parse(doc []byte) object {
	var o object
	if json.Unmarshal(doc, &o) != nil {
		return nil
	}
	return o
}

// changedNames compares two documents: names of attributes, and of the parts of objects.
func changedNames(before, after []byte) []string {
	if bytes.Equal(before, after) {
		return nil
	}
	var names []string
	was, is := parse(before), parse(after)
	eachDifference(was, is, func(name string, a, b json.RawMessage) {
		if name == "schemas" {
			return
		}
		if !isObject(a) && !isObject(b) {
			names = append(names, name)
			return
		}
		join := "."
		if strings.Contains(name, ":") {
			join = ":"
		}
		eachDifference(parse(a), parse(b), func(part string, _, _ json.RawMessage) {
			names = append(names, name+join+part)
		})
	})
	return names
}

func isObject(b json.RawMessage) bool { return len(b) > 0 && b[0] == '{' }

func eachDifference(was, is object, visit func(name string, was, is json.RawMessage)) {
	for name, b := range is {
		if a := was[name]; !bytes.Equal(a, b) {
			visit(name, a, b)
		}
	}
	for name, a := range was {
		if _, ok := is[name]; !ok {
			visit(name, a, nil)
		}
	}
}

// keepValues notes the new values of what changed, but of no attribute that the schema does
// not return by itself.
func (r *Record) keepValues(c commit, changed []string) {
	rt := c.tenant.Types.ByName(c.typ)
	if rt == nil {
		return
	}
	is := parse(c.put.Document)
	for _, name := range changed {
		ref, ok := rt.ResolveName(name)
		if !ok || ref.Attr == nil || secret(ref.Attr) || ref.Sub != nil && secret(ref.Sub) {
			continue
		}
		raw := is[ref.Attr.Name]
		if ref.Container != "" {
			raw = parse(is[ref.Container])[ref.Attr.Name]
		}
		if ref.Sub != nil {
			raw = parse(raw)[ref.Sub.Name]
		}
		var v any
		if json.Unmarshal(raw, &v) != nil {
			v = nil // it was removed
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

// withoutSecrets drops sub-attributes that are not returned, at any place of a value.
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

// from makes a record of what the handler observed.
func from(rec *scim.Record, commits []commit, isID func(string) bool) Record {
	r := Record{
		ID: NewID(rec.Time), Time: rec.Time.UTC(), Duration: rec.Duration, Tenant: rec.Tenant, IdP: rec.IdP,
		Entry: EntryHTTP, Item: rec.Item, RequestID: rec.RequestID, Key: rec.Subject, Method: rec.Method,
		Operation: rec.Operation, Type: rec.Type, Resource: rec.ResourceID, Status: rec.Status, ScimType: rec.ScimType,
		Code: string(rec.Code), Attribute: rec.Attribute, ErrorID: rec.ErrorID, Holder: rec.Holder, Notes: rec.Notes,
	}
	if rec.Item > 0 {
		r.Entry = EntryBulk
	}
	if len(r.Notes) > maxNotes {
		r.Notes = append(slices.Clone(r.Notes[:maxNotes]), fmt.Sprintf("and %d notes more", len(r.Notes)-maxNotes))
	}
	r.describe(commits, isID)
	return r
}

// maxNotes bounds a record: a group of strangers makes one note for each.
const maxNotes = 50
