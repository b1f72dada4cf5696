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
		unless := none // none itself would be one more allocation of every change
		m.unless = &unless
	}
	return m
}

// Check returns an error unless the condition holds for a version: ErrVersion if an If-Match does not
// match, and an *Error that says which tag matched for an If-None-Match (RFC 9110 §13.2.2 has this
// order). An absent header allows every version.
func (m Match) Check(version int64) error {
	switch {
	case m.Present && !m.Matches(version):
		return ErrVersion
	case m.unless == nil || !m.unless.Matches(version):
		return nil
	case m.unless.any:
		return NewError(CodeNoneMatch, "If-None-Match: * asks that the resource does not exist, and it does")
	}
	return NewError(CodeNoneMatch, "If-None-Match names the current version of the resource, and asks for any other")
}

// CheckUntagged is Check for something without an entity tag, such as a list: no tag of an If-Match
// can match it, "*" does. An If-None-Match always holds, since "*" there means that the resource to be
// created must not exist.
func (m Match) CheckUntagged() error {
	if m.Present && !m.any {
		return NewError(CodeUntagged, "If-Match names a version, and what the request is for has none; send If-Match to a resource")
	}
	return nil
}
