package schema

import (
	"crypto/x509"
	"encoding/base64"
	"net/mail"
	"regexp"
	"strings"

	"golang.org/x/text/language"
)

// The formats that RFC 7643 §4.1 requires. They are checked in strict mode, unless an attribute has a
// rule of its own: see applyKind.

var (
	countryForm  = regexp.MustCompile(`^[A-Za-z]{2,3}$`) // ISO 3166-1 alpha-2, and alpha-3 as in the example of RFC 7643 §8.2
	timezoneForm = regexp.MustCompile(`^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$`)
	phoneForm    = regexp.MustCompile(`^(tel:)?\+?[0-9().\- ]+(;[A-Za-z0-9=.+-]+)*$`)
)

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

func isLocale(s string) bool {
	_, err := language.Parse(s)
	return err == nil
}

func isCertificate(s string) bool {
	der, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return false
	}
	_, err = x509.ParseCertificate(der)
	return err == nil
}

func format(check func(string) bool) option { return func(a *Attribute) { a.format = check } }
