package model

import (
	"fmt"
	"reflect"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Extension reads an extension of a resource into a struct of your own, which names its schema:
//
//	type Badge struct {
//		Number string    `json:"number"`
//		Issued time.Time `json:"issued"`
//	}
//
//	func (Badge) SchemaURN() string { return "urn:example:params:scim:schemas:Badge" }
//
//	badge, err := model.Extension[Badge](user)
//
// A resource without the extension gives the zero value. Fields may be those that encoding/json knows, and
// the types of this package, alone and in MultiValued. An error lists the attributes that do not fit their
// field; the other fields are filled, and nothing is lost in the resource.
func Extension[E Typed](of Resource) (E, error) {
	var out E
	v := reflect.Indirect(reflect.ValueOf(of))
	doc := merge(v, of.read().doc, func(f field) bool { return !schema.IsURN(f.name) })
	raw := doc.get(out.SchemaURN())
	if raw == nil {
		return out, nil
	}
	o, err := parseObject(raw)
	if err != nil {
		return out, &InvalidError{Path: out.SchemaURN(), Kind: "value", Reason: err.Error()}
	}
	var l loader
	l.object(reflect.ValueOf(&out).Elem(), o, "")
	return out, join(l.misfits)
}

// SetExtension writes an extension of a resource. Attributes of the extension that have no field keep
// their values, and so do those that do not fit their field, until the field is set. An extension without
// any value is removed.
func SetExtension[E Typed](of interface{ common() *Common }, e E) error {
	urn := e.SchemaURN()
	if !schema.IsURN(urn) {
		return fmt.Errorf("model: %q of %T is not the URN of a schema", urn, e)
	}
	v := reflect.ValueOf(of).Elem()
	for _, f := range fieldsOf(v.Type()) {
		if schema.SameName(f.name, urn) {
			return setField(v.FieldByIndex(f.index), e)
		}
	}
	next := of.common().read()
	o, err := parseObject(next.doc.get(urn))
	fits := err == nil
	p := reflect.New(reflect.TypeFor[E]())
	p.Elem().Set(reflect.ValueOf(e))
	raw := merge(p.Elem(), o, nil).json()
	switch {
	case raw == nil && !fits:
		return nil // there was nothing, or something that does not fit, and there is nothing now
	case raw == nil:
		next.doc = next.doc.without(urn)
	default:
		next.doc = next.doc.set(urn, raw, next.doc.shown())
	}
	next.extended = true
	of.common().kept = &next
	return nil
}

// shown lists the names of the members that are not hidden.
func (o object) shown() []string {
	var out []string
	for _, m := range o {
		if !m.hidden {
			out = append(out, m.name)
		}
	}
	return out
}

// setField sets the field for an extension that a struct has a field for.
func setField(field reflect.Value, e any) error {
	if v := reflect.ValueOf(e); v.Type() == field.Type() {
		field.Set(v)
		return nil
	}
	return fmt.Errorf("model: the extension has a field of type %s; set that", field.Type())
}
