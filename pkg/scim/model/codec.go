package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// node is a type that reads and writes itself inside a resource, where nothing is refused.
type node interface {
	load(raw json.RawMessage, l *loader, path string) error
	dump() json.RawMessage // nil if it is unset
	problems(path string) []error
}

var unmarshalers = reflect.TypeFor[json.Unmarshaler]()

// loader reads JSON into structs. What does not fit a field leaves it unset and is listed.
type loader struct {
	representation bool // what a client sees, with id, meta, groups and members
	misfits        []error
}

func (l *loader) misfit(path string, err error) {
	l.misfits = append(l.misfits, &InvalidError{Path: path, Kind: "value", Reason: err.Error()})
}

// object fills the fields of a struct.
func (l *loader) object(v reflect.Value, o object, path string) {
	for _, f := range fieldsOf(v.Type()) {
		if f.secret || f.outside && !l.representation {
			continue
		}
		if raw := o.get(f.name); raw != nil {
			l.value(v.FieldByIndex(f.index), raw, path+f.name)
		}
	}
}

// value fills one value, which must be addressable.
func (l *loader) value(v reflect.Value, raw json.RawMessage, path string) {
	if string(raw) == "null" {
		return
	}
	if n, ok := v.Addr().Interface().(node); ok {
		if err := n.load(raw, l, path); err != nil {
			l.misfit(path, err)
		}
		return
	}
	switch {
	case isComplex(v.Type()):
		o, err := parseObject(raw)
		if err != nil {
			l.misfit(path, err)
			return
		}
		l.object(v, o, path+".")
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8:
		list := parseList(raw)
		out := reflect.MakeSlice(v.Type(), len(list), len(list))
		for i, e := range list {
			l.value(out.Index(i), e, fmt.Sprintf("%s[%d]", path, i))
		}
		v.Set(out)
	default:
		fresh := reflect.New(v.Type())
		if err := json.Unmarshal(raw, fresh.Interface()); err != nil {
			l.misfit(path, fmt.Errorf("does not fit the type %s", v.Type()))
			return
		}
		v.Set(fresh.Elem())
	}
}

// dump writes one value; nil means unset. was is what the value was read from, or nil.
func dump(v reflect.Value, was json.RawMessage) json.RawMessage {
	if n, ok := addressable(v).Interface().(node); ok {
		return n.dump()
	}
	switch {
	case isComplex(v.Type()): // what has no field is left, also if all fields are unset
		o, _ := parseObject(was)
		return merge(v, o, nil).json()
	case v.IsZero():
		return nil
	case v.Kind() == reflect.String:
		return schema.AppendString(nil, v.String())
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8:
		return dumpList(v)
	}
	if t, ok := v.Interface().(time.Time); ok {
		return schema.AppendString(nil, schema.FormatTime(t))
	}
	return encode(v.Interface())
}

func dumpList(v reflect.Value) json.RawMessage {
	out := []byte{'['}
	for i := range v.Len() {
		if raw := dump(v.Index(i), nil); raw != nil {
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = append(out, raw...)
		}
	}
	if len(out) == 1 {
		return nil
	}
	return append(out, ']')
}

// encode is json.Marshal without escaping HTML. What has no JSON is unset.
func encode(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil || b.String() == "null\n" {
		return nil
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// addressable returns a pointer to the value, or to a copy of it.
func addressable(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v.Addr()
	}
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return p
}

// merge writes the fields of a struct over the object that they were read from. A field that would be
// read from the object as it is leaves the member alone, with its bytes; so do members without a field.
// That is why nothing is lost. skip, if set, selects fields to leave out.
func merge(v reflect.Value, o object, skip func(field) bool) object {
	before := []string{"schemas"}
	for _, f := range fieldsOf(v.Type()) {
		now := v.FieldByIndex(f.index)
		before = append(before, f.name)
		if skip != nil && skip(f) {
			continue
		}
		was := o.get(f.name)
		written := dump(now, was)
		if was != nil {
			old := reflect.New(now.Type())
			if !f.secret {
				(&loader{representation: true}).value(old.Elem(), was, "")
			}
			if bytes.Equal(written, dump(old.Elem(), was)) {
				continue
			}
		}
		if written == nil {
			o = o.without(f.name)
		} else {
			o = o.set(f.name, written, before)
		}
	}
	return o
}

// problems lists the values in a struct that are not valid.
func problems(v reflect.Value, path string) []error {
	var out []error
	for _, f := range fieldsOf(v.Type()) {
		out = append(out, valueProblems(v.FieldByIndex(f.index), path+f.name)...)
	}
	return out
}

func valueProblems(v reflect.Value, path string) []error {
	if n, ok := addressable(v).Interface().(node); ok {
		return n.problems(path)
	}
	switch {
	case isComplex(v.Type()):
		return problems(v, path+".")
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8:
		var out []error
		for i := range v.Len() {
			out = append(out, valueProblems(v.Index(i), fmt.Sprintf("%s[%d]", path, i))...)
		}
		return out
	}
	return nil
}
