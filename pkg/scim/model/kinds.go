package model

import "github.com/scimstack/scimstack/pkg/scim/schema"

// ValueTypes has the rules of this package for the attributes of users, for
// schema.ResourceType.WithKinds. A value that is accepted is stored as it was sent, because identity
// providers compare what they read with what they wrote; use Canonical for values that may change.
//
// In strict mode a value that is not accepted is refused, except for phone numbers and countries: RFC 7643
// §8.2 itself sends the number 555-555-5555 and the country USA. They leave a note, and what the required
// format of the schema refuses is refused as without value types. In tolerant mode all leave a note. Rules
// for single attributes change that.
func ValueTypes() map[string]*schema.Kind {
	return map[string]*schema.Kind{
		"userName":               kind[userNameRule](schema.RuleDefault),
		"profileUrl":             kind[uriRule](schema.RuleDefault),
		"locale":                 kind[localeRule](schema.RuleDefault),
		"timezone":               kind[timezoneRule](schema.RuleDefault),
		"emails.value":           kind[emailRule](schema.RuleDefault),
		"phoneNumbers.value":     kind[phoneRule](schema.RuleNote),
		"photos.value":           kind[uriRule](schema.RuleDefault),
		"addresses.country":      kind[countryRule](schema.RuleNote),
		"x509Certificates.value": kind[certificateRule](schema.RuleDefault),
	}
}

func kind[R rule](strict schema.Rule) *schema.Kind {
	var r R
	k := schema.NewKind(r.kind(), func(s string) (string, error) {
		if err := check[R](s); err != nil {
			return "", reasonOf(err)
		}
		return s, nil
	})
	k.Strict = strict
	return k
}

// Canonical makes a value type of a Parse function: what it accepts is stored in its canonical form, such
// as an attribute of your own with a locale:
//
//	&schema.Attribute{Name: "language", Kind: model.Canonical("locale", model.ParseLocale)}
func Canonical[T interface{ Canonical() string }](name string, parse func(string) (T, error)) *schema.Kind {
	return schema.NewKind(name, func(s string) (string, error) {
		v, err := parse(s)
		if err != nil {
			return "", reasonOf(err)
		}
		return v.Canonical(), nil
	})
}

// E164 is Canonical for telephone numbers in the form of E.164, such as +12015550123. A number that has no
// such form, or an extension, is stored as a tel URI.
func E164() *schema.Kind {
	return schema.NewKind(phoneRule{}.kind(), func(s string) (string, error) {
		p, err := ParsePhoneNumber(s)
		switch {
		case err != nil:
			return "", reasonOf(err)
		case p.E164() == "" || p.Extension() != "":
			return p.Canonical(), nil
		}
		return p.E164(), nil
	})
}
