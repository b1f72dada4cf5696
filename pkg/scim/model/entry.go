package model

import (
	"encoding/json"
	"reflect"
)

// Labels of Entry.Type (RFC 7643 §4.1.2). A client may use others.
const (
	Work   = "work"
	Home   = "home"
	Mobile = "mobile"
	Other  = "other"
)

// Entry is one element of a multi-valued attribute (RFC 7643 §2.4). An address has no sub-attribute
// "value": its parts are at the level of Type and Primary in JSON, and in Value in Go.
type Entry[T any] struct {
	Value   T      `json:"value" scim:"flat"`
	Display string `json:"display"`
	Type    string `json:"type"`
	Primary bool   `json:"primary"`

	was object // what it was read from; keeps sub-attributes that have no field
}

func (e *Entry[T]) load(raw json.RawMessage, l *loader, path string) error {
	o, err := parseObject(raw)
	if err != nil {
		return err
	}
	e.was = o
	l.object(reflect.ValueOf(e).Elem(), o, path+".")
	return nil
}

func (e *Entry[T]) dump() json.RawMessage { return merge(reflect.ValueOf(e).Elem(), e.was, nil).json() }

func (e *Entry[T]) problems(path string) []error {
	return problems(reflect.ValueOf(e).Elem(), path+".")
}

// Valid returns nil, or the reasons why parts of the entry are not valid.
func (e Entry[T]) Valid() error { return join(e.problems("")) }

// MarshalJSON writes the entry. An entry that is not valid has no JSON.
func (e Entry[T]) MarshalJSON() ([]byte, error) { return strictMarshal(&e) }

// UnmarshalJSON accepts an object whose parts are valid. It changes the entry only if it returns nil.
func (e *Entry[T]) UnmarshalJSON(data []byte) error {
	var fresh Entry[T]
	if err := strictUnmarshal(data, &fresh); err != nil {
		return err
	}
	*e = fresh
	return nil
}
