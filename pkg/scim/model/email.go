package model

import (
	"errors"
	"net/mail"
	"strings"
	"unicode"
)

// Email is an email address (RFC 7643 §4.1.2): an addr-spec of RFC 5321 or RFC 6532 without a display
// name, of at most 254 bytes. Canonical has the domain in lower case; the part before the @ keeps its
// case, because only its server may ignore it. The zero value is unset.
type Email struct{ value[emailRule] }

// ParseEmail returns the address, or an *InvalidError with the reason.
func ParseEmail(s string) (Email, error) {
	v, err := parse[emailRule](s)
	if err != nil {
		return Email{}, err
	}
	return Email{v}, nil
}

// Local returns what is before the last @ of a valid address, otherwise "".
func (e Email) Local() string { local, _ := e.split(); return local }

// Domain returns the domain of a valid address in lower case, otherwise "".
func (e Email) Domain() string { _, domain := e.split(); return domain }

func (e Email) split() (local, domain string) {
	if e.IsZero() || e.Valid() != nil {
		return "", ""
	}
	c := e.Canonical()
	i := strings.LastIndexByte(c, '@')
	return c[:i], c[i+1:]
}

// maxEmail is the length of a path in SMTP without its angle brackets (RFC 5321 §4.5.3.1.3).
const maxEmail = 254

type emailRule struct{}

func (emailRule) kind() string { return "email address" }

func (emailRule) canonical(s string) (string, error) {
	i := strings.LastIndexByte(s, '@')
	switch {
	case i < 0:
		return "", errors.New("has no @")
	case i == 0:
		return "", errors.New("has nothing before the @")
	case i == len(s)-1:
		return "", errors.New("has nothing after the @")
	case len(s) > maxEmail:
		return "", errors.New("is longer than 254 bytes")
	case strings.IndexFunc(s, unicode.IsControl) >= 0:
		return "", errors.New("has control characters")
	}
	if a, err := mail.ParseAddress(s); err != nil || a.Address != s {
		return "", errors.New("is not an address of RFC 5321 without a display name, such as ann@example.com")
	}
	return s[:i+1] + strings.ToLower(s[i+1:]), nil
}
