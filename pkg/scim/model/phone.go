package model

import (
	"errors"
	"regexp"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// PhoneNumber is a telephone number (RFC 7643 §4.1.2): a tel URI of RFC 3966, or a number of E.164
// with its + and country code, in which blanks, dots, hyphens and parentheses may separate digits. The
// zero value is unset.
//
// The country code and the number of digits are checked, and not whether the number is in use: that
// changes every month, and a number must not become invalid by an update. Canonical is a tel URI
// without visual separators.
type PhoneNumber struct{ value[phoneRule] }

// ParsePhoneNumber returns the number, or an *InvalidError with the reason. A number without a
// country code, such as 555-0100, does not say which telephone is meant and is refused: see
// ParsePhoneNumberIn.
func ParsePhoneNumber(s string) (PhoneNumber, error) {
	v, err := parse[phoneRule](s)
	if err != nil {
		return PhoneNumber{}, err
	}
	return PhoneNumber{v}, nil
}

// ParsePhoneNumberIn reads a number as it is dialled in a country, such as (201) 555-0123 in US. The
// result is written in E.164, since its spelling alone would not say where it belongs.
func ParsePhoneNumberIn(s string, in Country) (PhoneNumber, error) {
	if p, err := ParsePhoneNumber(s); err == nil {
		return p, nil
	}
	if in.IsZero() || in.Valid() != nil {
		return PhoneNumber{}, &InvalidError{Kind: phoneRule{}.kind(), Reason: "has no country code, and no country was given"}
	}
	if !dialled.MatchString(s) {
		return PhoneNumber{}, &InvalidError{Kind: phoneRule{}.kind(), Reason: "has other characters than digits and separators"}
	}
	n, err := phonenumbers.Parse(s, in.Canonical())
	if err == nil {
		err = possible(n)
	}
	if err != nil {
		return PhoneNumber{}, &InvalidError{Kind: phoneRule{}.kind(), Reason: reason(err)}
	}
	return ParsePhoneNumber(phonenumbers.Format(n, phonenumbers.E164))
}

// E164 returns the number as + and digits, such as +12015550123, without its extension. It is "" for
// an unset or invalid number and for a local one of RFC 3966 (with a domain as phone-context).
func (p PhoneNumber) E164() string {
	n, err := readPhone(p.text)
	if n == nil || err != nil {
		return ""
	}
	return phonenumbers.Format(n, phonenumbers.E164)
}

// Extension returns the extension of a number of E.164, or "".
func (p PhoneNumber) Extension() string {
	n, err := readPhone(p.text)
	if n == nil || err != nil {
		return ""
	}
	return n.GetExtension()
}

// Country returns the country that the number is assigned to. It is unset if there is none, such as
// for a number of a satellite network.
func (p PhoneNumber) Country() Country {
	n, err := readPhone(p.text)
	if n == nil || err != nil {
		return Country{}
	}
	c, err := ParseCountry(phonenumbers.GetRegionCodeForNumber(n))
	if err != nil {
		return Country{}
	}
	return c
}

type phoneRule struct{}

func (phoneRule) kind() string { return "phone number" }

var (
	// dialled is a number with visual separators.
	dialled = regexp.MustCompile(`^[0-9][0-9 .()-]*$|^\([0-9][0-9 .()-]*$`)
	// plus is a number of E.164 with visual separators.
	plus = regexp.MustCompile(`^\+ ?[0-9(][0-9 .()-]*$`)
	// global and local are the two forms of a tel URI (RFC 3966 §3).
	global = regexp.MustCompile(`^(?i:tel):(\+[0-9.()-]*[0-9][0-9.()-]*)((?:;[A-Za-z0-9-]+(?:=[^;\s]+)?)*)$`)
	local  = regexp.MustCompile(`^(?i:tel):([0-9A-Fa-f*#.()-]*[0-9A-Fa-f*#][0-9A-Fa-f*#.()-]*)((?:;[A-Za-z0-9-]+(?:=[^;\s]+)?)*)$`)
	// contextForm is a phone-context: a domain or a prefix (RFC 3966 §5.1.5).
	contextForm = regexp.MustCompile(`(?i);phone-context=(\+[0-9.()-]+|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.?)(;|$)`)
	extForm     = regexp.MustCompile(`(?i);ext=([0-9.()-]+)(;|$)`)
)

func (phoneRule) canonical(s string) (string, error) {
	n, err := readPhone(s)
	switch {
	case err != nil:
		return "", err
	case n == nil:
		m := local.FindStringSubmatch(s)
		return "tel:" + digits(m[1]) + m[2], nil
	}
	return "tel:" + phonenumbers.Format(n, phonenumbers.E164) + parameters(s), nil
}

// parameters are those of a tel URI, with the digits of ext alone.
func parameters(s string) string {
	m := global.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	return extForm.ReplaceAllStringFunc(m[2], digits)
}

// digits leaves out visual separators.
func digits(s string) string {
	return strings.NewReplacer(".", "", "(", "", ")", "", "-", "").Replace(s)
}

// readPhone reads a number of E.164. A local number of RFC 3966 is nil without an error.
func readPhone(s string) (*phonenumbers.PhoneNumber, error) {
	number := s
	m := global.FindStringSubmatch(s)
	switch {
	case m != nil:
		number = m[1]
	case local.MatchString(s):
		if !contextForm.MatchString(s) {
			return nil, errors.New("is a local number without a phone-context; write the number with + and country code")
		}
		return nil, nil //nolint:nilnil // a local number
	case !plus.MatchString(s):
		return nil, errors.New("is neither a tel URI (RFC 3966) nor + and digits with country code (E.164), such as +49 30 901820")
	}
	n, err := phonenumbers.Parse(number, "ZZ")
	if err == nil {
		err = possible(n)
	}
	if err != nil {
		return nil, errors.New(reason(err))
	}
	if ext := extForm.FindStringSubmatch(s); m != nil && ext != nil {
		e := digits(ext[1])
		n.Extension = &e
	}
	return n, nil
}

// possible checks the country code and the number of digits.
func possible(n *phonenumbers.PhoneNumber) error {
	if phonenumbers.IsPossibleNumber(n) {
		return nil
	}
	return errors.New("has too few or too many digits for its country")
}

// reason translates the errors of the library.
func reason(err error) string {
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return "has a country code that is not assigned"
	case errors.Is(err, phonenumbers.ErrNumTooLong), errors.Is(err, phonenumbers.ErrTooShortNSN), errors.Is(err, phonenumbers.ErrTooShortAfterIDD):
		return "has too few or too many digits for its country"
	case errors.Is(err, phonenumbers.ErrNotANumber):
		return "has too few digits"
	}
	return err.Error()
}
