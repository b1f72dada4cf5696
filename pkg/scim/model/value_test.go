package model_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/scimstack/scimstack/pkg/scim/model"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// text is what all values have in common.
type text interface {
	comparable
	fmt.Stringer
	json.Marshaler
	Valid() error
	IsZero() bool
	Canonical() string
}

// values has, for one kind, what Parse accepts and what it refuses, with a part of the reason.
type values struct {
	good []string
	bad  map[string]string
}

var userNames = values{
	good: []string{"ann", "ann@example.com", "Ann Lee", "Žofie", "用户", "a/b+c", strings.Repeat("x", 300)},
	bad:  map[string]string{"": "empty", "   ": "visible", " ann": "blanks", "ann ": "blanks", "a\x00b": "control", "a\u200bb": "RFC 8265", "\xff": "UTF-8"},
}

var emails = values{
	good: []string{"ann@example.com", "Ann.Lee+x@EXAMPLE.com", "o'hara@example.org", "ann@localhost", "žofie@example.cz"},
	bad: map[string]string{"": "empty", "not-an-email": "no @", "@example.com": "before the @", "ann@": "after the @", "Ann <ann@example.com>": "RFC 5321",
		"ann@example.com ": "RFC 5321", "a b@example.com": "RFC 5321", "a@b@c": "RFC 5321", "a\n@example.com": "control", strings.Repeat("x", 250) + "@example.com": "254", "\xff@x": "UTF-8"},
}

var phones = values{
	good: []string{"+12015550123", "+1 201 555 0123", "+1 (201) 555-0123", "+49 30 901820", "tel:+1-201-555-0123", "TEL:+12015550123;ext=5", "tel:+49-30-901820;isub=12",
		"tel:7042;phone-context=example.com", "tel:863-1234;phone-context=+1-914-555", "+44.20.7946.0018", "+870773111632"},
	bad: map[string]string{"": "empty", "call me maybe": "neither", "n/a": "neither", "555-555-5555": "neither", "+": "neither", "+999 123 456 789": "country code", "+1": "digits",
		"+1 201": "digits", "+1201555012345678": "digits", "tel:7042": "phone-context", "+1 800 FLOWERS": "neither", "++12015550123": "neither", " +12015550123": "neither", "tel:": "neither"},
}

var countries = values{
	good: []string{"DE", "us", "Cz", "GB", "AX"},
	bad:  map[string]string{"": "empty", "USA": "two letters", "Atlantis": "two letters", "ZZ": "assigns", "UK": "assigns", "EU": "assigns", "  ": "assigns", "D ": "assigns", " D": "assigns", "é": "assigns"},
}

var locales = values{
	good: []string{"en", "en-US", "de-ch", "zh-Hant-TW", "sr-Latn-RS", "de-DE-u-co-phonebk"},
	bad:  map[string]string{"": "empty", "en_US": "underscore", "not a locale": "BCP 47", "xx-YY-ZZ-": "BCP 47", "xq": "register", "german": "BCP 47"},
}

var timezones = values{
	good: []string{"Europe/Berlin", "America/Los_Angeles", "UTC", "Etc/GMT+1", "America/Argentina/Buenos_Aires"},
	bad: map[string]string{"": "empty", "Local": "name", "Europe/Atlantis": "not a time zone", "../etc/passwd": "name", "/etc/passwd": "name", "europe/berlin": "name", "posix/Europe/Berlin": "name",
		"Europe/": "name", "W. Europe Standard Time": "name", "+01:00": "name", "tzdata.zi": "name"},
}

var uris = values{
	good: []string{"https://example.com/a?b=c#d", "urn:uuid:1", "../Users/1", "mailto:ann@example.com", "https://example.com/%20"},
	bad:  map[string]string{"": "empty", "https://example.com/a b": "RFC 3986", "http://[": "RFC 3986", "<x>": "RFC 3986", "a\x7f": "RFC 3986", "%zz": "RFC 3986"},
}

func check[T text](t *testing.T, v values, parse func(string) (T, error)) {
	t.Helper()
	for _, s := range v.good {
		got, err := parse(s)
		if err != nil || got.String() != s || got.Valid() != nil || got.IsZero() {
			t.Errorf("%q: %v, %v", s, got, err)
		}
		again, err := parse(got.Canonical())
		if err != nil || again.Canonical() != got.Canonical() {
			t.Errorf("%q: the canonical form %q is read as %q: %v", s, got.Canonical(), again.Canonical(), err)
		}
	}
	for s, reason := range v.bad {
		got, err := parse(s)
		if err == nil || !got.IsZero() || !strings.Contains(err.Error(), reason) || len(s) > 10 && strings.Contains(err.Error(), s) {
			t.Errorf("%q: %v, %v; want a reason with %q and without the value", s, got, err, reason)
		}
	}
	same(t, v, parse)
}

// same checks 500 generated strings: Parse, JSON in, JSON out and Valid follow one rule.
func same[T text](t *testing.T, v values, parse func(string) (T, error)) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	accepted := 0
	for range 500 {
		s := generate(random, v)
		parsed, err := parse(s)
		data := schema.AppendString(nil, s)
		var read T
		jsonErr := json.Unmarshal(data, &read)
		if (err == nil) != (jsonErr == nil) {
			t.Fatalf("%q: Parse %v, JSON %v", s, err, jsonErr)
		}
		if err != nil {
			if !read.IsZero() || utf8.ValidString(s) && err.Error() != jsonErr.Error() {
				t.Fatalf("%q: %v; Parse %v, JSON %v", s, read, err, jsonErr)
			}
			continue
		}
		accepted++
		out, err := json.Marshal(parsed)
		var again T
		if err != nil || json.Unmarshal(out, &again) != nil || again != parsed || read != parsed || parsed.Valid() != nil {
			t.Fatalf("%q: JSON %s %v, read as %q", s, out, err, again)
		}
	}
	if accepted < 50 || accepted > 450 {
		t.Errorf("%d of 500 generated values are valid", accepted)
	}
	var unset T
	if out, err := json.Marshal(unset); err != nil || string(out) != "null" || unset.Valid() != nil || !unset.IsZero() {
		t.Errorf("unset: %s %v", out, err)
	}
	for _, other := range []string{`5`, `true`, `{}`, `[]`, `""`, `"\ud800"`} {
		if json.Unmarshal([]byte(other), &unset) == nil || !unset.IsZero() {
			t.Errorf("%s was read as %q", other, unset)
		}
	}
	if err := json.Unmarshal([]byte("null"), &unset); err != nil {
		t.Error(err)
	}
}

// generate returns a good value, or one of either kind with up to two changes.
func generate(r *rand.Rand, v values) string {
	s := v.good[r.IntN(len(v.good))]
	if r.IntN(4) == 0 {
		for bad := range v.bad {
			s = bad
			break
		}
	}
	const extra = "aZ09 +-./@:_;=()\x00\x7f\xff\"\\<é\u200b"
	for range r.IntN(3) {
		i, j := r.IntN(len(s)+1), r.IntN(len(extra))
		switch r.IntN(3) {
		case 0:
			s = s[:i] + extra[j:j+1] + s[i:]
		case 1:
			s = s[:i] + s[min(i+1, len(s)):]
		default:
			s = strings.ToUpper(s[:i]) + s[i:]
		}
	}
	return s
}

// TestValues: each kind refuses with the reason, and Parse, JSON and Valid agree on 500 generated values.
func TestValues(t *testing.T) {
	t.Parallel()
	t.Run("userName", func(t *testing.T) { check(t, userNames, model.ParseUserName) })
	t.Run("email", func(t *testing.T) { check(t, emails, model.ParseEmail) })
	t.Run("phone", func(t *testing.T) { check(t, phones, model.ParsePhoneNumber) })
	t.Run("country", func(t *testing.T) { check(t, countries, model.ParseCountry) })
	t.Run("locale", func(t *testing.T) { check(t, locales, model.ParseLocale) })
	t.Run("timezone", func(t *testing.T) { check(t, timezones, model.ParseTimezone) })
	t.Run("uri", func(t *testing.T) { check(t, uris, model.ParseURI) })
	t.Run("certificate", func(t *testing.T) {
		cert := selfSigned(t)
		der, _ := base64.StdEncoding.DecodeString(cert)
		check(t, values{
			good: []string{cert, strings.TrimRight(cert, "="), cert[:64] + "\n" + cert[64:]},
			bad: map[string]string{"": "empty", "not base64": "base64", "AAAA": "DER", cert[:100]: "DER", "-----BEGIN CERTIFICATE-----\n" + cert: "PEM",
				base64.StdEncoding.EncodeToString(append(der, der...)): "DER"},
		}, model.ParseX509Certificate)
	})
}
