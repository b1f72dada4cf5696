package model

import (
	"errors"
	"strings"

	"golang.org/x/text/language"
)

// Locale is a language tag of BCP 47, such as de-CH (RFC 7643 §4.1.1). Canonical is the form of RFC
// 5646 §4.5. The zero value is unset.
type Locale struct{ value[localeRule] }

// ParseLocale returns the locale, or an *InvalidError with the reason.
func ParseLocale(s string) (Locale, error) {
	v, err := parse[localeRule](s)
	if err != nil {
		return Locale{}, err
	}
	return Locale{v}, nil
}

// Tag returns the tag for golang.org/x/text, and language.Und if the locale is unset or not valid.
func (l Locale) Tag() language.Tag {
	if l.Valid() != nil {
		return language.Und
	}
	return language.Make(l.text)
}

type localeRule struct{}

func (localeRule) kind() string { return "locale" }

func (localeRule) canonical(s string) (string, error) {
	if strings.Contains(s, "_") {
		return "", errors.New("has an underscore; BCP 47 separates subtags with a hyphen, as in de-CH")
	}
	tag, err := language.Parse(s)
	var unknown language.ValueError
	switch {
	case errors.As(err, &unknown):
		return "", errors.New("has a subtag that BCP 47 does not register")
	case err != nil:
		return "", errors.New("is not a language tag of BCP 47, such as de-CH")
	}
	return tag.String(), nil
}
