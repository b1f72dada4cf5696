package schema

import (
	"encoding/json"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// DecodeJSON decodes one JSON object. Invalid UTF-8, trailing data, nesting deeper than
// maxDepth, another value than an object, and two keys of one object that differ only in
// letter case are a Fault invalidSyntax (A-02, H-04). Numbers become json.Number.
func DecodeJSON(data []byte, maxDepth int) (map[string]any, error) {
	v, err := ParseJSON(data, maxDepth)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, NewFault(FaultJSON, "the body must be one JSON object")
	}
	return m, nil
}

// ParseJSON decodes one JSON value under the rules of DecodeJSON.
func ParseJSON(data []byte, maxDepth int) (any, error) {
	if !utf8.Valid(data) {
		return nil, NewFault(FaultJSON, "the body is not valid UTF-8")
	}
	// One copy of the input; keys and plain strings are slices of it.
	p := jsonParser{data: string(data), max: maxDepth}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.pos < len(data) {
		return nil, p.fault("unexpected data after the JSON value")
	}
	return v, nil
}

type jsonParser struct {
	data string
	pos  int
	max  int
}

func (p *jsonParser) fault(text string) error {
	return NewFault(FaultJSON, "%s (at byte %d)", text, p.pos)
}

func (p *jsonParser) space() {
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case ' ', '\t', '\r', '\n':
			p.pos++
		default:
			return
		}
	}
}

func (p *jsonParser) value(depth int) (any, error) {
	if p.space(); p.pos >= len(p.data) {
		return nil, p.fault("the JSON ends too early")
	}
	switch c := p.data[p.pos]; {
	case c == '{' || c == '[':
		if depth >= p.max {
			return nil, p.fault("the JSON is nested too deeply")
		}
		if c == '{' {
			return p.object(depth + 1)
		}
		return p.array(depth + 1)
	case c == '"':
		return p.str()
	case c == '-' || '0' <= c && c <= '9':
		return p.number()
	}
	for _, word := range [...]struct {
		text  string
		value any
	}{{"true", true}, {"false", false}, {"null", nil}} {
		if strings.HasPrefix(p.data[p.pos:], word.text) {
			p.pos += len(word.text)
			return word.value, nil
		}
	}
	return nil, p.fault("unexpected character")
}

func (p *jsonParser) object(depth int) (any, error) {
	p.pos++ // {
	var keys keySet
	if p.space(); p.pos < len(p.data) && p.data[p.pos] == '}' {
		p.pos++
		return map[string]any{}, nil
	}
	out := make(map[string]any, sizeHint(depth))
	for {
		if p.space(); p.pos >= len(p.data) || p.data[p.pos] != '"' {
			return nil, p.fault("expected a key")
		}
		key, err := p.str()
		if err != nil {
			return nil, err
		}
		if p.space(); p.pos >= len(p.data) || p.data[p.pos] != ':' {
			return nil, p.fault("expected a colon")
		}
		p.pos++
		v, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		if keys.taken(key) {
			return nil, p.fault("duplicate attribute " + quote(key))
		}
		out[key] = v
		if p.space(); p.pos >= len(p.data) {
			return nil, p.fault("the JSON ends too early")
		}
		p.pos++
		switch p.data[p.pos-1] {
		case ',':
		case '}':
			return out, nil
		default:
			return nil, p.fault("expected a comma or a closing brace")
		}
	}
}

// sizeHint: a resource has about a dozen keys, the objects inside it a few. A map that need
// not grow is half the cost of reading.
func sizeHint(depth int) int {
	if depth == 1 {
		return 12
	}
	return 0
}

// keySet finds keys of one object that fold to the same name: a short list is walked, a long
// one is hashed, so that the cost stays linear.
type keySet struct {
	list   [16]string
	n      int
	folded map[string]bool
}

func (s *keySet) taken(key string) bool {
	if s.folded == nil {
		for _, k := range s.list[:s.n] {
			if SameName(k, key) {
				return true
			}
		}
		if s.n < len(s.list) {
			s.list[s.n] = key
			s.n++
			return false
		}
		s.folded = make(map[string]bool, 2*s.n)
		for _, k := range s.list {
			s.folded[NameKey(k)] = true
		}
	}
	name := NameKey(key)
	if s.folded[name] {
		return true
	}
	s.folded[name] = true
	return false
}

func (p *jsonParser) array(depth int) (any, error) {
	p.pos++ // [
	if p.space(); p.pos < len(p.data) && p.data[p.pos] == ']' {
		p.pos++
		return []any{}, nil
	}
	out := make([]any, 0, 2) // most lists of a resource hold one or two
	for {
		v, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if p.space(); p.pos >= len(p.data) {
			return nil, p.fault("the JSON ends too early")
		}
		p.pos++
		switch p.data[p.pos-1] {
		case ',':
		case ']':
			return out, nil
		default:
			return nil, p.fault("expected a comma or a closing bracket")
		}
	}
}

func (p *jsonParser) str() (string, error) {
	p.pos++ // "
	start := p.pos
	for p.pos < len(p.data) {
		switch c := p.data[p.pos]; {
		case c == '"':
			p.pos++
			return p.data[start : p.pos-1], nil
		case c == '\\':
			return p.escaped(start)
		case c < 0x20:
			return "", p.fault("control character in a string")
		}
		p.pos++
	}
	return "", p.fault("the string has no end")
}

func (p *jsonParser) escaped(start int) (string, error) {
	out := []byte(p.data[start:p.pos])
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		switch {
		case c == '"':
			p.pos++
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
			r, ok := p.hex4()
			if !ok {
				return "", p.fault("bad unicode escape")
			}
			if utf16.IsSurrogate(r) {
				r = p.lowSurrogate(r)
			}
			out = utf8.AppendRune(out, r)
		default:
			return "", p.fault("bad escape in a string")
		}
	}
	return "", p.fault("the string has no end")
}

// lowSurrogate joins a surrogate pair; a lone half becomes U+FFFD as in encoding/json.
func (p *jsonParser) lowSurrogate(high rune) rune {
	save := p.pos
	if p.pos+1 < len(p.data) && p.data[p.pos] == '\\' && p.data[p.pos+1] == 'u' {
		p.pos += 2
		if low, ok := p.hex4(); ok {
			if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
				return r
			}
		}
	}
	p.pos = save
	return utf8.RuneError
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
	if !ok {
		return nil, p.fault("bad number")
	}
	return json.Number(p.data[start:p.pos]), nil
}

// digits takes digits and reports whether there was one.
func (p *jsonParser) digits() bool {
	first := p.pos
	for p.pos < len(p.data) && '0' <= p.data[p.pos] && p.data[p.pos] <= '9' {
		p.pos++
	}
	return p.pos > first
}

func (p *jsonParser) at(c byte) bool { return p.pos < len(p.data) && p.data[p.pos] == c }
