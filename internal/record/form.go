package record

import (
	"net/mail"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/text/language"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

var (
	uuid   = regexp.MustCompile(`^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$`)
	number = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
	tag    = regexp.MustCompile(`^[A-Za-z]{2,3}([-_]([A-Za-z]{4}))?([-_][A-Za-z]{2})?$`)
)

// form is what a service may check in a value. A pseudonym has the form of its value.
type shape struct{ uuid, number, digits, locale, date, email, uri, urn bool }

func form(s string) shape {
	_, digits := schema.ParseNumber(s)
	address, err := mail.ParseAddress(s)
	_, uriErr := url.Parse(s)
	return shape{
		uuid: isUUID(s), number: number.MatchString(s), digits: digits, locale: isLocale(s), date: isDate(s),
		email: err == nil && address.Address == s, uri: uriErr == nil && !strings.ContainsAny(s, " <>\"{}|\\^`"), urn: schema.IsURN(s),
	}
}

func isUUID(s string) bool { return uuid.MatchString(s) }

func isDate(s string) bool {
	_, ok := schema.ParseDate(s)
	return ok
}

func isLocale(s string) bool {
	if !tag.MatchString(s) {
		return false
	}
	_, err := language.Parse(s)
	return err == nil
}
