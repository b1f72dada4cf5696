package dynamotest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

const maxNesting = 32

// value is one attribute value. Values and items are immutable, so requests and answers share
// them. What is kept is packed.
type value struct {
	t    string // S N B BOOL NULL SS NS BS L M
	s    string // S, B (raw bytes)
	n    number // N
	b    bool   // BOOL
	set  []string
	list []value
	m    item
}

// item is an item, or the content of a map value.
type item map[string]value

func stringValue(s string) value { return value{t: "S", s: s} }
func numberValue(n number) value { return value{t: "N", n: n} }

// UnmarshalJSON decodes the wire form, an object whose one member is named after the type. It checks
// the value as the service does: numbers in range, sets without duplicates, at most 32 levels.
func (v *value) UnmarshalJSON(raw []byte) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var x any
	if err := dec.Decode(&x); err != nil {
		return err
	}
	got, err := valueOf(x, 1)
	*v = got
	return err
}

func valueOf(x any, depth int) (value, error) {
	if depth > maxNesting {
		return value{}, invalid("Nesting Levels have exceeded supported limits: Attributes' levels nested must be less than or equal to %d", maxNesting)
	}
	obj, ok := x.(map[string]any)
	if !ok {
		return value{}, serializationf("Unexpected value type in payload")
	}
	maps.DeleteFunc(obj, func(_ string, inner any) bool { return inner == nil })
	if len(obj) > 1 {
		return value{}, invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	}
	for t, inner := range obj {
		switch t {
		case "S", "N", "B":
			return scalarOf(t, inner)
		case "BOOL", "NULL":
			return boolOf(t, inner)
		case "SS", "NS", "BS":
			return setOf(t, inner)
		case "L":
			return listOf(inner, depth)
		case "M":
			return mapOf(inner, depth)
		}
	}
	return value{}, invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
}

func serializationf(m string) error { return errSerialization(plainError(m)) }

type plainError string

func (e plainError) Error() string { return string(e) }

func scalarOf(t string, x any) (value, error) {
	s, ok := x.(string)
	if !ok {
		return value{}, serializationf("class java.lang.String can not be converted from this token")
	}
	switch t {
	case "N":
		n, err := parseNumber(s)
		return numberValue(n), err
	case "B":
		raw, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return value{}, serializationf("Invalid base64 in a binary value")
		}
		return value{t: "B", s: string(raw)}, nil
	}
	return stringValue(s), nil
}

func boolOf(t string, x any) (value, error) {
	b, ok := x.(bool)
	if !ok {
		return value{}, serializationf("Unexpected token received from parser")
	}
	if t == "NULL" && !b {
		return value{}, invalidParam("Null attribute value types must have the value of true")
	}
	return value{t: t, b: b && t == "BOOL"}, nil
}

func setOf(t string, x any) (value, error) {
	in, ok := x.([]any)
	if !ok {
		return value{}, serializationf("Unexpected token received from parser")
	}
	if len(in) == 0 {
		kind := map[string]string{"SS": "string", "NS": "number", "BS": "binary"}[t]
		return value{}, invalidParam("An %s set  may not be empty", kind)
	}
	out := make([]string, 0, len(in))
	for _, e := range in {
		v, err := scalarOf(t[:1], e)
		if err != nil {
			return value{}, err
		}
		out = append(out, v.member())
	}
	set := newSet(t, out)
	if len(set.set) != len(in) {
		return value{}, invalidParam("Input collection [%s] contains duplicates.", strings.Join(out, ", "))
	}
	return set, nil
}

// newSet sorts members, which have the form of member, and drops duplicates.
func newSet(t string, members []string) value {
	less := strings.Compare
	if t == "NS" {
		less = func(a, b string) int {
			x, _ := parseNumber(a)
			y, _ := parseNumber(b)
			return strings.Compare(x.order(), y.order())
		}
	}
	members = slices.Clone(members)
	slices.SortFunc(members, less)
	return value{t: t, set: slices.Compact(members)}
}

// member returns the value as an element of a set.
func (v value) member() string {
	if v.t == "N" {
		return v.n.String()
	}
	return v.s
}

func listOf(x any, depth int) (value, error) {
	in, ok := x.([]any)
	if !ok {
		return value{}, serializationf("Unexpected token received from parser")
	}
	out := value{t: "L", list: make([]value, 0, len(in))}
	for _, e := range in {
		v, err := valueOf(e, depth+1)
		if err != nil {
			return value{}, err
		}
		out.list = append(out.list, v)
	}
	return out, nil
}

func mapOf(x any, depth int) (value, error) {
	in, ok := x.(map[string]any)
	if !ok {
		return value{}, serializationf("Unexpected token received from parser")
	}
	out := value{t: "M", m: make(item, len(in))}
	for k, e := range in {
		v, err := valueOf(e, depth+1)
		if err != nil {
			return value{}, err
		}
		if !utf8.ValidString(k) {
			return value{}, invalidParam("An attribute name is not UTF-8")
		}
		out.m[k] = v
	}
	return out, nil
}
