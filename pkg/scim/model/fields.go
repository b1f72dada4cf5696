package model

import (
	"reflect"
	"strings"
)

// field is one field of a struct that is an attribute.
type field struct {
	name  string
	index []int
	// outside says that the field is in representations only: id, meta, groups and members are not part
	// of a stored document.
	outside bool
	// secret says that the field is written to representations and read from nothing.
	secret bool
}

// fieldsOf lists the attributes of a struct in order. Embedded structs are flattened, and so is the
// value of an entry that is complex (an address). The tag json names an attribute.
func fieldsOf(t reflect.Type) []field {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		tag := f.Tag.Get("scim")
		switch {
		case f.Anonymous && f.Type.Kind() == reflect.Struct && name == "", tag == "flat" && isComplex(f.Type):
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				out = append(out, inner)
			}
			continue
		case !f.IsExported() || name == "-":
			continue
		case name == "":
			name = strings.ToLower(f.Name[:1]) + f.Name[1:]
		}
		out = append(out, field{name: name, index: []int{i}, outside: tag == "outside", secret: tag == "secret"})
	}
	return out
}

// complexType marks the complex types of this package that have JSON methods of their own, which apply
// to a value on its own and not to one inside a resource.
type complexType interface{ complexType() }

var (
	complexTypes = reflect.TypeFor[complexType]()
	nodes        = reflect.TypeFor[node]()
)

// isComplex reports whether the fields of a type are sub-attributes.
func isComplex(t reflect.Type) bool {
	if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(nodes) {
		return false
	}
	return t.Implements(complexTypes) || !reflect.PointerTo(t).Implements(unmarshalers)
}
