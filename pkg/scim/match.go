package scim

import (
	"strconv"
	"strings"
)

// Match is a parsed If-Match or If-None-Match header, or with Unless the condition of both. The zero
// value is an absent header. Tags compare weakly, since all of ours are weak (RFC 7644 §3.14, design
// §5.5).
type Match struct {
	Present  bool
	any      bool
	versions []int64
	unless   *Match // must not match
}

// ParseMatch reads a list of entity tags; what is malformed never matches (E-11).
func ParseMatch(header string) Match {
	if header == "" {
		return Match{}
	}
	m := Match{Present: true}
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" {
			m.any = true
			continue
		}
		tag = strings.TrimPrefix(strings.TrimPrefix(tag, "W/"), "w/")
		if len(tag) < 3 || tag[0] != '"' || tag[len(tag)-1] != '"' {
			continue
		}
		n, err := strconv.ParseInt(tag[1:len(tag)-1], 10, 64)
		if err == nil && n > 0 && tag[1] != '+' && tag[1] != '0' {
			m.versions = append(m.versions, n)
		}
	}
	return m
}

// Matches reports whether the tag of version is in the list.
func (m Match) Matches(version int64) bool {
	if m.any {
		return true
	}
	for _, v := range m.versions {
		if v == version {
			return true
		}
	}
	return false
}

// Unless returns the condition that m holds and none, a parsed If-None-Match header, does not match
// (RFC 9110 §13.1.2).
func (m Match) Unless(none Match) Match {
	if none.Present {
		m.unless = &none
	}
	return m
}

// Check returns ErrVersion unless the condition holds for a version. An absent header allows every
// version.
func (m Match) Check(version int64) error {
	if m.Present && !m.Matches(version) || m.unless != nil && m.unless.Matches(version) {
		return ErrVersion
	}
	return nil
}
