package model

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Decode reads a stored resource: Decode[User](r), Decode[Group](r), or a struct of your own that embeds
// Common.
//
// An error means that the resource is nil, is of another base schema, or is not JSON. A single value is
// never an error: one that is not valid keeps its text, one that does not fit its field leaves the field
// unset, and Valid reports both. Encode writes them back.
//
// Members and groups are edges, which a store keeps beside the documents. So Decode leaves Group.Members
// and User.Groups nil, which means "not read" and not "none". What a Provider answers has them: use
// Unmarshal on scim.Result.Body. Or set them from the edges that you have: g.Members = Members(edges).
//
// Hidden attributes, such as the hash of the password, are kept for Encode. Password stays empty, because
// a hash is not a password.
func Decode[T any, P pointer[T]](r *scim.Resource) (T, error) {
	var out T
	if r == nil {
		return out, errors.New("model: no resource")
	}
	doc, err := parseObject(r.Document)
	if err != nil {
		return out, fmt.Errorf("model: the document of %s %s %w", r.Type, r.ID, err)
	}
	if r.Hidden != nil {
		hidden, err := parseObject(r.Hidden)
		if err != nil {
			return out, fmt.Errorf("model: the hidden part of %s %s %w", r.Type, r.ID, err)
		}
		for _, m := range hidden {
			m.hidden = true
			doc = append(doc, m)
		}
	}
	if err := checkSchema(any(&out), doc); err != nil {
		return out, err
	}
	var l loader
	l.object(reflect.ValueOf(&out).Elem(), doc, "")
	stored := *r
	c := P(&out).common()
	c.ID, c.Meta, c.kept = r.ID, metaOf(r), &kept{doc: doc, stored: &stored, misfits: l.misfits}
	return out, nil
}

// Unmarshal reads a resource as a client sees or sends it, with id, meta, groups and members: the Body of
// a scim.Result, or the body of a request. It is as tolerant as Decode.
func Unmarshal[T any, P pointer[T]](data []byte) (T, error) {
	var out T
	doc, err := parseObject(data)
	if err != nil {
		return out, fmt.Errorf("model: the resource %w", err)
	}
	if err := checkSchema(any(&out), doc); err != nil {
		return out, err
	}
	l := loader{representation: true}
	l.object(reflect.ValueOf(&out).Elem(), doc, "")
	for _, f := range fieldsOf(reflect.TypeFor[T]()) {
		if f.outside || f.secret {
			doc = doc.without(f.name)
		}
	}
	P(&out).common().kept = &kept{doc: doc, misfits: l.misfits}
	return out, nil
}

// checkSchema compares the schema of a type with the schemas of a document that lists any.
func checkSchema(p any, doc object) error {
	typed, ok := p.(Typed)
	if !ok {
		return fmt.Errorf("model: %T has no method SchemaURN", p)
	}
	urns := listed(doc)
	for _, urn := range urns {
		if schema.SameName(urn, typed.SchemaURN()) {
			return nil
		}
	}
	if len(urns) == 0 {
		return nil
	}
	return fmt.Errorf("model: the resource has the schemas %q, and not %s of %T", urns, typed.SchemaURN(), p)
}

// listed returns the attribute schemas of a document.
func listed(doc object) []string {
	var out []string
	for _, e := range parseList(doc.get("schemas")) {
		if s, err := readString(e); err == nil {
			out = append(out, s)
		}
	}
	return out
}
