package schema

import "strings"

// NameKey returns the comparison form of an attribute name or a schema URN: its ASCII letters
// in lower case. Two names are the same name if and only if their keys are equal. Every
// comparison of names in this module follows this rule, so that two keys of one JSON object
// can only resolve to the same attribute if DecodeJSON refuses them as duplicates.
//
// Names consist of ASCII characters. Other characters are compared as they are: the Kelvin
// sign (U+212A) is not a "k". A name without upper-case letters is returned without
// allocation. (RFC 7643 §2.1, RFC 8141 §3.1)
func NameKey(s string) string {
	for i := range len(s) {
		if isUpper(s[i]) {
			return lowered(s)
		}
	}
	return s
}

// lowered is s with its ASCII letters in lower case.
func lowered(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = lower(c)
	}
	return string(b)
}

// SameName reports whether two names have the same NameKey. It does not allocate.
func SameName(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if a[i] != b[i] && lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

// Field returns the value of the key of m that is the given name, or nil. An exact match is
// preferred; an object that DecodeJSON has accepted has at most one match.
func Field(m map[string]any, name string) any {
	v, _ := lookup(m, name)
	return v
}

// lookup is Field; ok reports whether there is such a key.
func lookup(m map[string]any, name string) (v any, ok bool) {
	if v, ok = m[name]; ok {
		return v, true
	}
	for k, v := range m {
		if SameName(k, name) {
			return v, true
		}
	}
	return nil, false
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

func lower(c byte) byte {
	if isUpper(c) {
		return c + 'a' - 'A'
	}
	return c
}

// IsURN reports whether a name begins with a schema URN.
func IsURN(s string) bool {
	s = strings.TrimLeft(s, " ")
	return len(s) > 4 && SameName(s[:4], "urn:")
}
