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
	if s, ok := v.(string); ok && (s == "" || a.Type != String && blank(s)) {
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
		return c.number(a.Type, v, path)
	case DateTime:
		return c.dateTime(v, path)
	}
	return nil, invalidValue(path, "cannot hold a simple value")
}

// str checks a value that is a string in JSON. It returns v itself, because converting the
// string to an interface again would allocate.
func (c *coercer) str(a *Attribute, v any, path string) (any, error) {
	s, ok := v.(string)
	if n, isNumber := v.(json.Number); isNumber && a.Type != Binary && c.mode.Allows(ValueType) {
		c.note("%s: a number was read as a string", path)
		s, ok, v = string(n), true, string(n)
	}
	want := "a string"
	switch a.Type {
	case String:
		if ok && a.Required && s != "" && !visible(s) {
			return nil, invalidValue(path, "must have a visible character")
		}
	case Binary:
		ok, want = ok && isBase64(s), "base64"
	case Reference:
		ok, want = ok && isURI(s), "a URI"
	}
	if !ok {
		return nil, invalidValue(path, "must be %s", want)
	}
	if a.userName && !tidyASCII(s) {
		mapped, err := c.userName(s, path)
		return mapped, err
	}
	return v, c.suits(a, s, path)
}

func (c *coercer) number(t Type, v any, path string) (any, error) {
	n, ok := v.(json.Number)
	if s, isString := v.(string); isString && c.mode.Allows(ValueType) {
		if n, ok = ParseNumber(s); ok {
			c.note("%s: a string was read as a number", path)
		}
	}
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

// dateTime keeps the instant and the precision that were sent.
func (c *coercer) dateTime(v any, path string) (any, error) {
	s, _ := v.(string)
	t, ok := ParseTime(s)
	if !ok && c.mode.Allows(ValueType) {
		if t, ok = ParseDate(s); ok {
			c.note("%s: a date was read as a dateTime", path)
		}
	}
	if !ok {
		return nil, invalidValue(path, "must be a date and time such as 2026-01-31T09:00:00Z")
	}
	return formatSent(t), nil
}

func (c *coercer) boolean(v any, path string) (any, error) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case string:
		if b, ok := ParseBool(strings.TrimSpace(v)); ok && c.mode.Allows(BooleanString) {
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

// ParseDate reads what tolerant mode accepts for a dateTime: an xsd:date, which is midnight UTC
// unless it has a zone, and an xsd:dateTime with blanks at its ends.
func ParseDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range [...]string{"2006-01-02", "2006-01-02Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return ParseTime(s)
}

// ParseNumber reads the digits that tolerant mode accepts for a number: a JSON number in a string,
// which may have leading zeros, a plus sign and blanks at its ends.
func ParseNumber(s string) (json.Number, bool) {
	s = strings.TrimSpace(s)
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || len(s) > maxDigits {
		return "", false
	}
	sign := strings.TrimSuffix(s[:len(s)-len(digits)], "+")
	for len(digits) > 1 && digits[0] == '0' && '0' <= digits[1] && digits[1] <= '9' {
		digits = digits[1:]
	}
	v, err := ParseJSON([]byte(sign+digits), 1)
	n, ok := v.(json.Number)
	return n, ok && err == nil
}

// formatSent is FormatTime with the precision of the client, up to nanoseconds. A time whose year
// has no four digits in UTC keeps its zone, so that every document that is read can be sent back.
func formatSent(t time.Time) string {
	layout := "2006-01-02T15:04:05.000Z07:00"
	if t.Nanosecond()%1e6 != 0 {
		layout = "2006-01-02T15:04:05.999999999Z07:00"
	}
	if y := t.UTC().Year(); y >= 0 && y <= 9999 {
		t = t.UTC()
	}
	return t.Format(layout)
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

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
