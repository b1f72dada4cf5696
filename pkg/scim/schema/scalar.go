package schema

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxDigits limits the length of a number, so that comparing numbers stays cheap.
const maxDigits = 100

// simple checks a value of a simple type (RFC 7643 §2.3).
func (c *coercer) simple(a *Attribute, v any, path string) (any, error) {
	if v == "" {
		switch {
		case c.mode.Allows(EmptyString):
			c.note("%s: an empty string was read as unassigned", path)
			return nil, nil
		case a.Type != String:
			return nil, invalidValue(path, "must not be empty")
		}
	}
	if _, many := v.([]any); many {
		return nil, tooManyValues(path)
	}
	switch a.Type {
	case String, Binary, Reference:
		return c.str(a, v, path)
	case Boolean:
		return c.boolean(v, path)
	case Integer, Decimal:
		return number(a.Type, v, path)
	case DateTime:
		s, _ := v.(string)
		t, ok := ParseTime(s)
		if !ok {
			return nil, invalidValue(path, "must be a date and time such as 2026-01-31T09:00:00Z")
		}
		return FormatTime(t), nil
	}
	return nil, invalidValue(path, "cannot hold a simple value")
}

// str checks a value that is a string in JSON. It returns v itself, because converting the
// string to an interface again would allocate.
func (c *coercer) str(a *Attribute, v any, path string) (any, error) {
	s, ok := v.(string)
	want := "a string"
	switch a.Type {
	case Binary:
		ok, want = ok && isBase64(s), "base64"
	case Reference:
		ok, want = ok && isURI(s), "a URI"
	}
	if !ok {
		return nil, invalidValue(path, "must be %s", want)
	}
	return v, c.suits(a, s, path)
}

func number(t Type, v any, path string) (any, error) {
	n, ok := v.(json.Number)
	ok = ok && len(n) <= maxDigits
	if t == Integer {
		if !ok || strings.ContainsAny(string(n), ".eE") {
			return nil, invalidValue(path, "must be an integer")
		}
		return n, nil
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if !ok || err != nil || f != 0 && math.Abs(f) < 1e-300 {
		return nil, invalidValue(path, "must be a number")
	}
	return n, nil
}

func (c *coercer) boolean(v any, path string) (any, error) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case string:
		if b, ok := ParseBool(v); ok && c.mode.Allows(BooleanString) {
			c.note("%s %q was read as %t", path, v, b)
			return b, nil
		}
	}
	return nil, invalidValue(path, "must be true or false")
}

// suits checks canonical values and required formats, in strict mode only.
func (c *coercer) suits(a *Attribute, s, path string) error {
	if !c.mode.Strict {
		return nil
	}
	if a.format != nil && !a.format(s) {
		return invalidValue(path, "does not have the required format")
	}
	for _, v := range a.CanonicalValues {
		if strings.EqualFold(v, s) {
			return nil
		}
	}
	if len(a.CanonicalValues) > 0 {
		return invalidValue(path, "must be one of: %s", strings.Join(a.CanonicalValues, ", "))
	}
	return nil
}

// ParseBool reads "true" and "false", in any case: Entra sends "True".
func ParseBool(s string) (value, ok bool) {
	switch {
	case strings.EqualFold(s, "true"):
		return true, true
	case strings.EqualFold(s, "false"):
		return false, true
	}
	return false, false
}

// ParseTime reads an xsd:dateTime. A time without a zone is in UTC. (RFC 7643 §2.3.5)
func ParseTime(s string) (time.Time, bool) {
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// FormatTime returns the form of a dateTime in canonical documents: UTC, with three decimals.
func FormatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func isBase64(s string) bool {
	_, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	return err == nil
}

func isURI(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7f || strings.IndexByte("<>\"{}|\\^`", s[i]) >= 0 {
			return false
		}
	}
	_, err := url.Parse(s)
	return err == nil
}
