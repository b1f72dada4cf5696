package oracle

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// replace is PUT (RFC 7644 §3.5.1).
func (m *model) replace(r *resource, body object, p projection) answer {
	d, problems := m.read(r.typ, body)
	kept := []string{"active", "password"}
	if !m.strict {
		kept = append(kept, "externalId") // identity providers send what they have mapped
	}
	for _, name := range kept {
		a := find(r.typ.core.attrs, name)
		if _, sent := d.body[name]; !sent && r.body[name] != nil && (!m.strict || !d.named[a]) {
			d.body[name] = r.body[name] // U-04
		}
	}
	for _, e := range append([]schema{{"", r.typ.core.attrs}}, r.typ.extensions...) {
		problems = append(problems, keepUnread(e, r.body, d)...)
	}
	problems = append(problems, m.selfish(r, d.body)...)
	problems = append(problems, m.checked(d.body, r.typ, r.id)...)
	if problems != nil {
		return refused(problems)
	}
	m.store(r, d.body)
	p.named = d.named
	return answer{status: 200, tag: r.tag(), body: m.shown(r, p)}
}

// keepUnread keeps what was set once, and what is left out because the client cannot have read it.
func keepUnread(s schema, was object, d draft) []problem {
	is := d.body
	at := path{urn: s.urn}
	for _, a := range s.attrs {
		immutable := a.Mut == "immutable"
		stored := container(was, at)[a.Name]
		next := container(is, at)[a.Name]
		switch {
		case stored == nil:
		case next == nil && (d.unreadable[a] || immutable || unread(a) && !d.named[a]):
			ensure(is, at)[a.Name] = stored
		case immutable && !reflect.DeepEqual(stored, next):
			return bad("mutability")
		case a.Type == "complex" && !a.Multi:
			keepParts(a, at, stored.(object), d)
		}
	}
	return nil
}

// keepParts keeps the parts of a complex value that the client cannot have read and does not name. Who leaves the value
// out has read it, if it has other parts.
func keepParts(a *attr, at path, stored object, d draft) {
	shows := slices.ContainsFunc(a.Sub, func(sub *attr) bool { return !unread(sub) && stored[sub.Name] != nil })
	naming := slices.ContainsFunc(a.Sub, func(sub *attr) bool { return d.named[sub] && sub.Mut != "readOnly" })
	if !naming && (d.named[a] || shows) {
		return
	}
	for _, sub := range a.Sub {
		if stored[sub.Name] == nil || !d.unreadable[sub] && (!unread(sub) || d.named[sub]) {
			continue
		}
		in := ensure(d.body, at)
		if in[a.Name] == nil {
			in[a.Name] = object{}
		}
		in[a.Name].(object)[sub.Name] = stored[sub.Name]
	}
}

// unread says whether GET does not show an attribute.
func unread(a *attr) bool { return a.Mut == "writeOnly" || a.Ret == "request" || a.Ret == "never" }

// ensure is container, which it makes.
func ensure(o object, at path) object {
	if at.urn == "" {
		return o
	}
	if _, has := o[at.urn]; !has {
		o[at.urn] = object{}
	}
	return o[at.urn].(object)
}

// store keeps what a write left. One without effect keeps the version (U-08, T-19).
func (m *model) store(r *resource, body object) {
	if body["password"] != nil && body["password"] != r.body["password"] {
		m.hash(body)
	}
	if reflect.DeepEqual(r.body, body) {
		return
	}
	if r.body, r.modified = body, r.modified.Add(time.Millisecond); r.modified.Before(m.now) { // each version has a time of its own
		r.modified = m.now
	}
	r.version++
}

// hash replaces a password. Each one that is sent is a new one.
func (m *model) hash(body object) {
	m.hashes++
	body["password"] = fmt.Sprint("hash ", m.hashes)
}

// remove is DELETE. Who is deleted leaves all groups, and is the manager of no one.
func (m *model) remove(r *resource) answer {
	m.drop(r)
	if r.typ.name == "User" {
		m.unmanaged(r.id)
	}
	return answer{status: 204}
}

// drop is what there is no longer, of which groups lose it.
func (m *model) drop(r *resource) {
	m.resources = slices.DeleteFunc(m.resources, func(other *resource) bool { return other == r })
	for _, other := range m.resources {
		body := clone(other.body).(object)
		list, _ := body["members"].([]any)
		if kept := slices.DeleteFunc(list, func(e any) bool { return e.(object)["value"] == r.id }); len(kept) > 0 {
			body["members"] = kept
		} else {
			delete(body, "members")
		}
		before := other.version
		if m.store(other, body); other.version > before {
			other.modified = m.now // the time of the DELETE, which all groups get
		}
	}
}

// unmanaged takes a manager away. It is a part of DELETE, and of one that is repeated, which finishes what the first left.
func (m *model) unmanaged(id string) {
	for _, r := range m.resources {
		body := clone(r.body).(object)
		if in, _ := body[urnEnterprise].(object); in != nil && text(in["manager"], "value") == id {
			if delete(in, "manager"); len(in) == 0 {
				delete(body, urnEnterprise)
			}
		}
		m.store(r, body)
	}
}

// clone is a deep copy of a JSON value.
func clone(v any) any {
	switch v := v.(type) {
	case object:
		out := object{}
		for k, e := range v {
			out[k] = clone(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = clone(e)
		}
		return out
	}
	return v
}

// decode reads JSON with its numbers as they are.
func decode(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}
