package model

import (
	"errors"
	"regexp"
	"strings"
	"time"
)

// Timezone is the name of a time zone in the IANA database, such as Europe/Berlin (RFC 7643 §4.1.1).
// The zero value is unset.
//
// The database is that of the machine, of the environment variable ZONEINFO, or of the program if it
// imports time/tzdata. Without any, only the form of a name can be checked: then every name of the
// form is accepted, and Location returns ErrNoTimezones.
type Timezone struct{ value[timezoneRule] }

// ErrNoTimezones says that the program has no database of time zones. Import time/tzdata to embed it.
var ErrNoTimezones = errors.New("no time zone database; import time/tzdata")

// ParseTimezone returns the time zone, or an *InvalidError with the reason.
func ParseTimezone(s string) (Timezone, error) {
	v, err := parse[timezoneRule](s)
	if err != nil {
		return Timezone{}, err
	}
	return Timezone{v}, nil
}

// Location returns the rules of the zone. An unset zone is UTC. Errors are those of Valid, and
// ErrNoTimezones.
func (z Timezone) Location() (*time.Location, error) {
	if z.IsZero() {
		return time.UTC, nil
	}
	if err := z.Valid(); err != nil {
		return nil, err
	}
	loc, err := time.LoadLocation(z.text)
	if err != nil {
		return nil, ErrNoTimezones
	}
	return loc, nil
}

type timezoneRule struct{}

func (timezoneRule) kind() string { return "time zone" }

// zoneForm is a name of the database: Area/Location, or an old name such as UTC or Etc/GMT+1.
var zoneForm = regexp.MustCompile(`^[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*){0,2}$`)

func (timezoneRule) canonical(s string) (string, error) {
	if !zoneForm.MatchString(s) || s == "Local" || len(s) > 64 {
		return "", errors.New("is not a name of the IANA database, such as Europe/Berlin")
	}
	return s, known(s, time.LoadLocation)
}

// known reports a zone that a database does not have. A database that lacks even Etc/UTC and
// Europe/London is none.
func known(name string, load func(string) (*time.Location, error)) error {
	if _, err := load(name); err == nil {
		return nil
	}
	for _, every := range [...]string{"Etc/UTC", "Europe/London"} {
		if _, err := load(every); err == nil && !strings.EqualFold(every, name) {
			return errors.New("is not a time zone of the IANA database")
		}
	}
	return nil
}
