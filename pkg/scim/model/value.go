package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// rule is what makes a string a value of a kind: canonical returns the one spelling of the value, or
// the reason why it is none. The reason completes the sentence "the value …" and never repeats the
// value, because reasons go to logs.
type rule interface {
	kind() string
	canonical(s string) (string, error)
}

// quick is a rule that knows many of its values at a glance. canonical accepts whatever surely is true of.
type quick interface{ surely(s string) bool }

// value is a string under a rule. It holds the spelling that it was made from, so that a client reads
// what it wrote. The zero value is unset. Values are comparable with ==, which compares spellings.
type value[R rule] struct{ text string }

// parse is the Parse function of every kind.
func parse[R rule](s string) (value[R], error) {
	v := value[R]{text: s}
	return v, check[R](s)
}

func check[R rule](s string) error {
	var r R
	switch {
	case s == "":
		return &InvalidError{Kind: r.kind(), Reason: "is empty"}
	case !utf8.ValidString(s):
		return &InvalidError{Kind: r.kind(), Reason: "is not UTF-8"}
	}
	if q, ok := any(r).(quick); ok && q.surely(s) {
		return nil
	}
	if _, err := r.canonical(s); err != nil {
		return &InvalidError{Kind: r.kind(), Reason: err.Error()}
	}
	return nil
}

// String returns the value as it was written, valid or not; "" if it is unset.
func (v value[R]) String() string { return v.text }

// IsZero reports whether the value is unset.
func (v value[R]) IsZero() bool { return v.text == "" }

// Valid returns nil for a value that Parse accepts and for an unset one, and otherwise an
// *InvalidError with the reason.
func (v value[R]) Valid() error {
	if v.text == "" {
		return nil
	}
	return check[R](v.text)
}

// Canonical returns the one spelling that all spellings of the value have in common. A value that is
// not valid is returned as it was written.
func (v value[R]) Canonical() string {
	var r R
	if c, err := r.canonical(v.text); err == nil && v.text != "" {
		return c
	}
	return v.text
}

// MarshalJSON writes the value as it was written, and null if it is unset. A value that is not valid
// has no JSON: the error is that of Valid. (A whole User with such a value does, see User.)
func (v value[R]) MarshalJSON() ([]byte, error) {
	if v.text == "" {
		return []byte("null"), nil
	}
	if err := v.Valid(); err != nil {
		return nil, err
	}
	return schema.AppendString(nil, v.text), nil
}

// UnmarshalJSON accepts a string that Parse accepts, and null, which is unset. It changes the value
// only if it returns nil.
func (v *value[R]) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		v.text = ""
		return nil
	}
	s, err := readString(data)
	if err != nil {
		var r R
		return &InvalidError{Kind: r.kind(), Reason: err.Error()}
	}
	if err := check[R](s); err != nil {
		return err
	}
	v.text = s
	return nil
}

// load takes any string as it is: what is stored is kept, valid or not.
func (v *value[R]) load(raw json.RawMessage, _ *loader, _ string) error {
	s, err := readString(raw)
	if err == nil {
		v.text = s
	}
	return err
}

// readString reads a JSON string as the service does: without replacing what is not UTF-8.
func readString(data []byte) (string, error) {
	v, err := schema.ParseJSON(data, 1)
	if err != nil {
		return "", errors.New("is not JSON")
	}
	s, ok := v.(string)
	if !ok {
		return "", errors.New("is not a string")
	}
	return s, nil
}

func (v *value[R]) dump() json.RawMessage {
	if v.text == "" {
		return nil
	}
	return schema.AppendString(nil, v.text)
}

func (v *value[R]) problems(path string) []error { return at(path, v.Valid()) }

// InvalidError says why a value is not one of its kind. Its text never has the value itself.
type InvalidError struct {
	Path   string // the attribute, such as "emails[0].value", or "" for a value on its own
	Kind   string // "email address", "phone number", …
	Reason string // completes the sentence "the value …"
}

func (e *InvalidError) Error() string {
	what := e.Path
	if what == "" {
		what = "the value"
	}
	return fmt.Sprintf("%s is not a valid %s: it %s", what, e.Kind, e.Reason)
}

// at gives an error the path of its attribute; without an error there is none.
func at(path string, err error) []error {
	if err == nil {
		return nil
	}
	var invalid *InvalidError
	if errors.As(err, &invalid) {
		located := *invalid
		located.Path = path + located.Path
		return []error{&located}
	}
	return []error{&InvalidError{Path: path, Kind: "value", Reason: err.Error()}}
}

// reasonOf is the reason of an *InvalidError, without the sentence around it.
func reasonOf(err error) error {
	var invalid *InvalidError
	if errors.As(err, &invalid) {
		return errors.New(invalid.Reason)
	}
	return err
}
