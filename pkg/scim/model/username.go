package model

import (
	"errors"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// UserName is a userName (RFC 7643 §4.1.1): a string of RFC 8265 §3 with a visible character, without
// blanks at its ends and without control or invisible characters. The zero value is unset.
type UserName struct{ value[userNameRule] }

// ParseUserName returns the userName, or an *InvalidError with the reason.
func ParseUserName(s string) (UserName, error) {
	v, err := parse[userNameRule](s)
	if err != nil {
		return UserName{}, err
	}
	return UserName{v}, nil
}

// Same reports whether two userNames name one user: they are compared as the service compares them,
// case-insensitively, by RFC 8265 §3.3. Unset is the same as unset alone.
func (n UserName) Same(other UserName) bool { return n.Key() == other.Key() }

// Key returns the form in which userNames are compared, for a map or an index of your own.
func (n UserName) Key() string { return schema.User().Attribute("userName").Fold(n.text) }

type userNameRule struct{}

func (userNameRule) kind() string { return "userName" }

// canonical asks the schema in strict mode, so that there is one rule.
func (userNameRule) canonical(s string) (string, error) {
	if _, err := schema.User().Attribute("userName").Coerce(s, schema.Mode{Strict: true}, "userName"); err != nil {
		return "", errors.New("has no visible character, blanks at its ends, or characters that RFC 8265 excludes, such as control characters")
	}
	return s, nil
}
