package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// object is a JSON object that keeps the order and the bytes of its members, so that what is not
// changed is written as it was read. It is never changed in place: set and without return another one.
type object []member

type member struct {
	name   string
	raw    json.RawMessage
	hidden bool // it is part of scim.Resource.Hidden
}

// parseObject reads a JSON object.
func parseObject(data []byte) (object, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("is not an object")
	}
	var out object
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, errors.New("is not JSON")
		}
		name, _ := t.(string)
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, errors.New("is not JSON")
		}
		out = append(out, member{name: name, raw: raw})
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.New("is not JSON")
	}
	return out, nil
}

// index finds a member: by its name, or by another spelling of it (RFC 7643 §2.1).
func (o object) index(name string) int {
	if i := slices.IndexFunc(o, func(m member) bool { return m.name == name }); i >= 0 {
		return i
	}
	return slices.IndexFunc(o, func(m member) bool { return len(m.name) == len(name) && schema.SameName(m.name, name) })
}

// get returns the value of a member, or nil.
func (o object) get(name string) json.RawMessage {
	if i := o.index(name); i >= 0 {
		return o[i].raw
	}
	return nil
}

func (o object) without(name string) object {
	i := o.index(name)
	if i < 0 {
		return o
	}
	return slices.Delete(slices.Clone(o), i, i+1)
}

// set returns the object with a value for a member. A new member is put after the last of the names
// that the object has, or at the front.
func (o object) set(name string, raw json.RawMessage, after []string) object {
	out := slices.Clone(o)
	if i := out.index(name); i >= 0 {
		out[i].raw = raw
		return out
	}
	at := 0
	for _, n := range after {
		if i := out.index(n); i >= at {
			at = i + 1
		}
	}
	return slices.Insert(out, at, member{name: name, raw: raw})
}

// bytes writes the members that keep selects; nil selects all.
func (o object) bytes(keep func(member) bool) []byte {
	dst := []byte{'{'}
	first := true
	for _, m := range o {
		if keep != nil && !keep(m) {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = schema.AppendString(dst, m.name)
		dst = append(append(dst, ':'), m.raw...)
	}
	return append(dst, '}')
}

// json is the whole object, or nil if it is empty.
func (o object) json() json.RawMessage {
	if len(o) == 0 {
		return nil
	}
	return o.bytes(nil)
}

// parseList reads a JSON array; anything else is a list of one.
func parseList(raw json.RawMessage) []json.RawMessage {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return []json.RawMessage{raw}
	}
	return list
}
