package schema

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// maxDigits limits the length of a number, so that comparing numbers stays cheap.
const maxDigits = 100

// simple checks a value of a simple type (RFC 7643 §2.3).
func (c *coercer) simple(a *Attribute, v any, path string) (any, error) {
	if s, ok := v.(string); ok && (s == "" || a.Type != String && blank(s) || a.names && noID(s)) {
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
	out, err := c.typed(a, v, path)
	if err != nil || a.Kind == nil || a.Kind.apply == nil {
		return out, err
	}
	out, c.notes, err = a.Kind.apply(*c, a, out, path)
	return out, err
}

// typed checks the data type of a value.
func (c *coercer) typed(a *Attribute, v any, path string) (any, error) {
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
	if c.bytes += len(s); c.bytes > c.mode.MaxBytes {
		if err := c.fits(); err != nil {
			return nil, err
		}
	}
	if want := a.wants(s, ok); want != "" {
		return nil, invalidValue(path, "must %s", want)
	}
	if a.userName && !tidyASCII(s) {
		mapped, err := c.userName(s, path)
		return mapped, err
	}
	return v, c.suits(a, s, path)
}

// wants returns what a value that is a string, if isString is true, lacks for the type, or "".
func (a *Attribute) wants(s string, isString bool) string {
	switch {
	case a.Type == Binary:
		if !isString || !isBase64(s) {
			return "be base64"
		}
	case a.Type == Reference:
		if !isString || !isURI(s) {
			return "be a URI"
		}
	case !isString:
		return "be a string"
	case a.Required && s != "" && !visible(s):
		return "have a visible character"
	}
	return ""
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
	if !ok || err != nil || math.Abs(f) < 1e-300 && !isZero(string(n)) {
		return nil, invalidValue(path, "must be a number")
	}
	return n, nil
}

// isZero reports whether a number is 0, and not only too small for a float64.
func isZero(number string) bool {
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		number = number[:i]
	}
	return strings.Trim(number, "-0.") == ""
}

// dateTime keeps the instant and the precision that were sent.
func (c *coercer) dateTime(v any, path string) (any, error) {
	s, _ := v.(string)
	t, ok := ParseTime(s)
	if ok && c.mode.Strict {
		ok = s[13] == ':' && strings.IndexByte(s, ',') < 0
	}
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

// suits checks canonical values and required formats, in strict mode only. The format of an
// attribute with a kind is subject to its rule, see applyKind.
func (c *coercer) suits(a *Attribute, s, path string) error {
	if !c.mode.Strict {
		return nil
	}
	if a.format != nil && a.Kind == nil && !c.mode.Unchecked && !a.format(s) {
		return badFormat(path)
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

func badFormat(path string) error { return invalidValue(path, "does not have the required format") }
