package model

import (
	"encoding/json"
	"errors"
	"reflect"
)

// join is errors.Join without a wrapper for a single error.
func join(list []error) error {
	if len(list) == 1 {
		return list[0]
	}
	return errors.Join(list...)
}

// strictMarshal writes a value on its own, which must be valid.
func strictMarshal(p any) ([]byte, error) {
	v := reflect.ValueOf(p).Elem()
	if err := join(valueProblems(v, "")); err != nil {
		return nil, err
	}
	if raw := dump(v, nil); raw != nil {
		return raw, nil
	}
	return []byte("null"), nil
}

// strictUnmarshal reads a value on its own, which must be valid.
func strictUnmarshal(data []byte, p any) error {
	v := reflect.ValueOf(p).Elem()
	if !json.Valid(data) {
		return errors.New("invalid JSON")
	}
	l := loader{representation: true}
	l.value(v, data, "")
	return join(append(l.misfits, valueProblems(v, "")...))
}
