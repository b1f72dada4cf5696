package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// maxDepth bounds the nesting of what this package has written.
const maxDepth = 64

// Encode returns the resource with the state of v. A resource that Decode has read and that was not
// changed has the same bytes again. What was changed is written in the order of the schema; all other
// attributes, known or not, keep their bytes.
//
// Members, groups, id and meta are not part of a document and are not written; the id, the version, the
// times and the index keys are those of the resource that was decoded. So a Before hook can pass a changed
// resource on, except for attributes that are unique or have an index: change those through a Provider.
// A Password is refused with an error, because Encode does not hash: pass Body to a Provider.
func Encode[T any, P pointer[T]](v T) (*scim.Resource, error) {
	doc, err := document[T, P](&v, func(f field) bool { return f.outside || f.secret })
	if err != nil {
		return nil, err
	}
	if secret(reflect.ValueOf(v)) {
		return nil, errors.New("model: a password cannot be encoded in clear text; write it through a Provider")
	}
	c := P(&v).common()
	out := &scim.Resource{Type: c.Meta.ResourceType, ID: c.ID}
	if stored := c.read().stored; stored != nil {
		*out = *stored
	}
	out.ExternalID = c.ExternalID
	out.Document = doc.bytes(func(m member) bool { return !m.hidden })
	out.Hidden = nil
	if slices.ContainsFunc(doc, func(m member) bool { return m.hidden }) {
		out.Hidden = doc.bytes(func(m member) bool { return m.hidden })
	}
	return out, nil
}

// Marshal writes a resource as a client sees it, with id, meta, groups and members where they are set,
// and without what the store hides. Invalid values are written as they are.
func Marshal[T any, P pointer[T]](v T) ([]byte, error) {
	doc, err := document[T, P](&v, nil)
	if err != nil {
		return nil, err
	}
	// A hidden member is part of the answer only if a field of its own was set (Password).
	fresh := merge(reflect.ValueOf(&v).Elem(), nil, func(f field) bool { return !f.secret })
	doc = slices.DeleteFunc(slices.Clone(doc), func(m member) bool { return m.hidden && fresh.index(m.name) < 0 })
	return doc.bytes(nil), nil
}

// Body returns a resource as the body of a POST or PUT for scim.Provider. Members that are nil are left
// out, which a PUT reads as none.
func Body[T any, P pointer[T]](v T) (map[string]any, error) {
	data, err := Marshal[T, P](v)
	if err != nil {
		return nil, err
	}
	return schema.DecodeJSON(data, maxDepth)
}

// document merges the fields of a resource into what it was read from, and lists its schemas.
func document[T any, P pointer[T]](v P, skip func(field) bool) (object, error) {
	typed, ok := any(v).(Typed)
	if !ok {
		return nil, fmt.Errorf("model: %T has no method SchemaURN", v)
	}
	was := v.common().read()
	doc := merge(reflect.ValueOf(v).Elem(), was.doc, skip)
	if was.stored != nil && slices.EqualFunc(doc, was.doc, func(a, b member) bool { return a.name == b.name && bytes.Equal(a.raw, b.raw) }) && !was.extended {
		return doc, nil // as it was stored
	}
	return withSchemas(doc, typed.SchemaURN()), nil
}

// withSchemas makes schemas list the base schema and the extensions that the document has (RFC 7643
// §3.1). A list that does is left as it is.
func withSchemas(doc object, base string) object {
	urns := []string{base}
	for _, m := range doc {
		if schema.IsURN(m.name) && !schema.SameName(m.name, base) {
			urns = append(urns, m.name)
		}
	}
	have := listed(doc)
	if len(have) == len(urns) && !slices.ContainsFunc(urns, func(u string) bool {
		return !slices.ContainsFunc(have, func(h string) bool { return schema.SameName(h, u) })
	}) {
		return doc
	}
	list := make([]any, len(urns))
	for i, u := range urns {
		list[i] = u
	}
	return doc.set("schemas", json.RawMessage(schema.AppendValue(nil, list)), nil)
}

// secret reports whether a field that must not be stored is set.
func secret(v reflect.Value) bool {
	for _, f := range fieldsOf(v.Type()) {
		if f.secret && !v.FieldByIndex(f.index).IsZero() {
			return true
		}
	}
	return false
}

// valid lists what is not valid in a resource.
func valid[T any, P pointer[T]](p P) error {
	out := problems(reflect.ValueOf(p).Elem(), "")
	return join(slices.Concat(p.common().read().misfits, out))
}

// Valid returns nil, or the reasons why values of a resource are not valid: one *InvalidError each, joined.
// It is User.Valid for a struct of your own.
func Valid[T any, P pointer[T]](v T) error { return valid[T, P](&v) }
