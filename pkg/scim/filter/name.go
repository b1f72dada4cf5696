package filter

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// nameByte reports whether a byte is allowed in an attribute name, with or without a URN.
func nameByte(c byte) bool {
	return isLetter(c) || '0' <= c && c <= '9' || strings.IndexByte("-_$.:", c) >= 0
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// urnByte reports whether a byte is allowed in a name that begins with a URN (RFC 8141).
func urnByte(c byte) bool { return nameByte(c) || strings.IndexByte("%+=@~!*/", c) >= 0 }

// name consumes `[urn:]name[.sub]`.
func (p *parser) name() (string, error) {
	start := p.pos
	allowed := nameByte
	if len(p.s)-start > 4 && schema.SameName(p.s[start:start+4], "urn:") {
		allowed = urnByte
	}
	for p.pos < len(p.s) && allowed(p.s[p.pos]) {
		p.pos++
	}
	name := p.s[start:p.pos]
	if !validName(name) {
		p.pos = start
		return "", p.fault("expected an attribute name, found %s", p.here())
	}
	return name, nil
}

// validName checks the part after the URN, if there is one: name or name.sub.
func validName(s string) bool {
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		if len(s) < 4 || !schema.SameName(s[:4], "urn:") {
			return false
		}
		s = s[i+1:]
	}
	name, sub, dotted := strings.Cut(s, ".")
	return validPart(name) && (!dotted || validPart(sub))
}

func validPart(s string) bool {
	s = strings.TrimPrefix(s, "$")
	if s == "" || !isLetter(s[0]) {
		return false
	}
	return !strings.ContainsAny(s, ".:%+=@~!*/")
}
