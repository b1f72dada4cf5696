package filter

import (
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// literal reads a value. In tolerant mode the attribute's type decides later what it means.
func (p *parser) literal() (Literal, error) {
	lit, err := p.value()
	lit.Loose = !p.strict && err == nil
	return lit, err
}

func (p *parser) value() (Literal, error) {
	if p.pos >= len(p.s) {
		return Literal{}, p.fault("a value is missing")
	}
	switch c := p.s[p.pos]; {
	case c == '"':
		return p.str()
	case c == '\'' && !p.strict:
		return p.singleQuoted()
	case (c == '-' || '0' <= c && c <= '9') && (p.strict || p.bareIsNumber()):
		return p.number()
	}
	if lit, ok := p.word(); ok {
		return lit, nil
	}
	if text := p.bare(); text != "" && !p.strict {
		p.pos += len(text)
		return Literal{Kind: String, Text: text}, nil
	}
	return Literal{}, p.fault("a value must be a string in double quotes, a number, true, false or null; found %s", p.here())
}

// word reads true, false or null.
func (p *parser) word() (Literal, bool) {
	start := p.pos
	for _, kind := range [...]Kind{True, False, Null} {
		text := words[kind]
		if p.keyword(text) && (!p.strict || p.s[start:p.pos] == text) {
			return Literal{Kind: kind, Text: p.s[start:p.pos]}, true
		}
		p.pos = start
	}
	return Literal{}, false
}

// bare returns the unquoted string at the position: Entra's documented example has no quotes
// (ENTRA-22). Keywords of the grammar are not strings.
func (p *parser) bare() string {
	end := p.pos
	for end < len(p.s) && p.s[end] >= ' ' && strings.IndexByte(" ()[]\"", p.s[end]) < 0 {
		end++
	}
	word := p.s[p.pos:end]
	for _, reserved := range [...]string{"and", "or", "not", "pr"} {
		if strings.EqualFold(word, reserved) {
			return ""
		}
	}
	if end < len(p.s) && p.s[end] == '"' {
		return ""
	}
	return word
}

func (p *parser) bareIsNumber() bool {
	_, err := schema.ParseJSON([]byte(p.bare()), 1)
	return err == nil
}

func (p *parser) str() (Literal, error) {
	start, escaped := p.pos, false
	for p.pos++; p.pos < len(p.s); p.pos++ {
		switch p.s[p.pos] {
		case '\\':
			escaped = true
			p.pos++
		case '"':
			p.pos++
			if !escaped && plainASCII(p.s[start+1:p.pos-1]) {
				return Literal{Kind: String, Text: p.s[start+1 : p.pos-1]}, nil
			}
			return p.unescape(start)
		}
	}
	p.pos = start
	return Literal{}, p.fault("the string has no closing quote")
}

// singleQuoted reads a string in single quotes. It ends at the quote that is followed by a blank, a
// closing bracket or the end; a quote inside may be as it is, doubled or after a backslash.
func (p *parser) singleQuoted() (Literal, error) {
	start := p.pos
	var text strings.Builder
	for p.pos++; p.pos < len(p.s); p.pos++ {
		c, next := p.s[p.pos], byte(' ')
		if p.pos+1 < len(p.s) {
			next = p.s[p.pos+1]
		}
		switch {
		case c == '\'' && strings.IndexByte(" \t)]", next) >= 0:
			p.pos++
			return Literal{Kind: String, Text: text.String()}, nil
		case c < ' ':
			return Literal{}, p.fault("control character in a string")
		case (c == '\'' || c == '\\') && next == '\'' || c == '\\' && next == '\\':
			p.pos++
			c = next
		}
		text.WriteByte(c)
	}
	p.pos = start
	return Literal{}, p.fault("the string has no closing quote")
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func (p *parser) unescape(start int) (Literal, error) {
	v, err := schema.ParseJSON([]byte(p.s[start:p.pos]), 1)
	s, ok := v.(string)
	if err != nil || !ok {
		p.pos = start
		return Literal{}, p.fault("the string is not valid JSON")
	}
	return Literal{Kind: String, Text: s}, nil
}

func (p *parser) number() (Literal, error) {
	start := p.pos
	for p.pos < len(p.s) && (nameByte(p.s[p.pos]) || p.s[p.pos] == '+') {
		p.pos++
	}
	text := p.s[start:p.pos]
	if _, err := schema.ParseJSON([]byte(text), 1); err != nil {
		p.pos = start
		return Literal{}, p.fault("invalid number")
	}
	return Literal{Kind: Number, Text: text}, nil
}
