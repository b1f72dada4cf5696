package schema

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

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

// ParseTime reads an xsd:dateTime, also with an hour of one digit or a decimal comma, as package time does. A time without
// a zone is in UTC. (RFC 7643 §2.3.5)
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

// noID reports whether a string says that there is no resource: a blank, or what an expression without a result has become
// in a string, {} or [].
func noID(s string) bool {
	s = strings.TrimSpace(s)
	return s == "" || s == "{}" || s == "[]"
}

// isBase64 takes any padding, but not padding alone.
func isBase64(s string) bool {
	bare := strings.TrimRight(s, "=")
	_, err := base64.RawStdEncoding.DecodeString(bare)
	return err == nil && (bare != "" || s == "")
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
