package schema

import (
	"encoding/json"
	"unicode/utf16"
	"unicode/utf8"
)

func (p *jsonParser) str() (string, error) {
	start := p.pos + 1 // after the quote
	rest := p.data[start:]
	for i := range len(rest) { // i is in a register, which p.pos is not
		switch c := rest[i]; {
		case c == '"':
			p.pos = start + i + 1
			return rest[:i], nil
		case c == '\\':
			p.pos = start + i
			return p.escaped(start)
		case c < 0x20:
			p.pos = start + i
			return "", p.fault("control character in a string")
		}
	}
	p.pos = len(p.data)
	return "", p.fault("unterminated string")
}

// boxed returns a string as a value. Those that most bodies have need no memory for it, which are a tenth of what
// reading a PATCH allocates.
func boxed(s string) any {
	switch s {
	case "add":
		return "add"
	case "replace":
		return "replace"
	case "remove":
		return "remove"
	case "active":
		return "active"
	case "displayName":
		return "displayName"
	case "userName":
		return "userName"
	case "members":
		return "members"
	case pathWorkEmail:
		return pathWorkEmail
	case "work":
		return "work"
	case "home":
		return "home"
	case "mobile":
		return "mobile"
	case urnPatchOp:
		return urnPatchOp
	case URNUser:
		return URNUser
	case URNEnterpriseUser:
		return URNEnterpriseUser
	}
	return s
}

const (
	urnPatchOp    = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	pathWorkEmail = `emails[type eq "work"].value` // as Entra ID sends it
)

func (p *jsonParser) escaped(start int) (string, error) {
	var room [128]byte // most strings are shorter
	out := append(room[:0], p.data[start:p.pos]...)
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		switch {
		case c == '"':
			p.pos++
			if string(out) == pathWorkEmail {
				return pathWorkEmail, nil // without memory for it
			}
			return string(out), nil
		case c < 0x20:
			return "", p.fault("control character in a string")
		case c != '\\':
			out = append(out, c)
			p.pos++
			continue
		}
		if p.pos+1 >= len(p.data) {
			break
		}
		p.pos += 2
		switch e := p.data[p.pos-1]; e {
		case '"', '\\', '/':
			out = append(out, e)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, err := p.unicodeEscape()
			if err != nil {
				return "", err
			}
			out = utf8.AppendRune(out, r)
		default:
			return "", p.fault("invalid escape in a string")
		}
	}
	return "", p.fault("unterminated string")
}

func (p *jsonParser) unicodeEscape() (rune, error) {
	r, ok := p.hex4()
	if !ok {
		return 0, p.fault("invalid Unicode escape")
	}
	if !utf16.IsSurrogate(r) {
		return r, nil
	}
	if r, ok = p.lowSurrogate(r); !ok {
		return 0, p.fault("half of a surrogate pair")
	}
	return r, nil
}

// lowSurrogate completes a surrogate pair. A half without the other is no character (RFC 8259
// §8.2): replaced by U+FFFD, different strings would become one.
func (p *jsonParser) lowSurrogate(high rune) (rune, bool) {
	if p.pos+1 < len(p.data) && p.data[p.pos] == '\\' && p.data[p.pos+1] == 'u' {
		p.pos += 2
		if low, ok := p.hex4(); ok {
			if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
				return r, true
			}
		}
	}
	return 0, false
}

func (p *jsonParser) hex4() (rune, bool) {
	if p.pos+4 > len(p.data) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(p.data[p.pos : p.pos+4]) {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	p.pos += 4
	return r, true
}

func (p *jsonParser) number() (any, error) {
	start := p.pos
	if !p.numeral() {
		return nil, p.fault("invalid number")
	}
	return json.Number(p.data[start:p.pos]), nil
}

// numeral consumes a number.
func (p *jsonParser) numeral() bool {
	if p.data[p.pos] == '-' {
		p.pos++
	}
	whole := p.pos
	ok := p.digits() && (p.data[whole] != '0' || p.pos == whole+1)
	if ok && p.at('.') {
		p.pos++
		ok = p.digits()
	}
	if ok && (p.at('e') || p.at('E')) {
		p.pos++
		if p.at('+') || p.at('-') {
			p.pos++
		}
		ok = p.digits()
	}
	return ok
}

// digits consumes digits and reports whether there was at least one.
func (p *jsonParser) digits() bool {
	first := p.pos
	for p.pos < len(p.data) && '0' <= p.data[p.pos] && p.data[p.pos] <= '9' {
		p.pos++
	}
	return p.pos > first
}

func (p *jsonParser) at(c byte) bool { return p.pos < len(p.data) && p.data[p.pos] == c }
