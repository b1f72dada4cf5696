package schema

import (
	"bytes"
	"strings"
)

// find finds the members of a document. It accepts what AppendDocument makes of a document that it has made, and
// nothing else: AppendDocument writes what was accepted the same again. That covers the order and the names of
// members, the escapes in strings, and schemas, which FixSchemas makes of the extensions.
func (s *Stored) find() bool {
	text, at := s.text, 1
	if !begins(text, 0, "{") {
		return false
	}
	for i := range s.rt.slots() {
		slot := s.rt.slot(i)
		if slot.key == "" || !begins(text, at, slot.key) {
			continue
		}
		value := at + len(slot.key)
		end := slot.accept(text, value)
		if end < 0 || end == len(text) {
			return false
		}
		s.list = append(s.list, storedMember{uint8(i), uint32(at), uint32(value), uint32(end)})
		at = end + 1
		switch text[end] {
		case ',':
		case '}':
			return at == len(text) && s.schemasAgree()
		default:
			return false
		}
	}
	return false
}

// schemasAgree reports whether schemas lists the base schema and the extensions that are there.
func (s *Stored) schemasAgree() bool {
	have := s.list[0]
	if have.slot != slotSchemas {
		return false
	}
	var room [256]byte
	want := AppendString(append(room[:0], '['), s.rt.Schema.ID)
	for _, m := range s.list {
		if slot := s.rt.slot(int(m.slot)); slot.ext != nil {
			want = AppendString(append(want, ','), slot.name)
		}
	}
	return bytes.Equal(append(want, ']'), s.text[have.value:have.end])
}

// accept returns where the value ends that begins at a place in a text, or -1. The other functions return the same
// for parts of values.
func (s slot) accept(text []byte, at int) int {
	switch {
	case s.attr != nil:
		return s.attr.accept(text, at)
	case begins(text, at, "{") && !begins(text, at, "{}"): // FixSchemas removes it
		return acceptObject(text, at, s.ext)
	}
	return -1
}

func (a *Attribute) accept(text []byte, at int) int {
	switch {
	case at >= len(text):
		return -1
	case text[at] == '[':
		return a.acceptList(text, at+1)
	case text[at] != '{':
		return acceptScalar(text, at)
	case a.Type == Complex:
		return acceptObject(text, at, a.SubAttributes)
	}
	return -1
}

// acceptList accepts elements, which are no lists, and the closing bracket.
func (a *Attribute) acceptList(text []byte, at int) int {
	if begins(text, at, "]") {
		return at + 1
	}
	for !begins(text, at, "[") {
		if at = a.accept(text, at); at < 0 || at == len(text) {
			return -1
		}
		at++
		switch text[at-1] {
		case ',':
		case ']':
			return at
		default:
			return -1
		}
	}
	return -1
}

// acceptObject accepts members in the order of attrs.
func acceptObject(text []byte, at int, attrs []*Attribute) int {
	if at++; begins(text, at, "}") {
		return at + 1
	}
	for _, a := range attrs {
		if !begins(text, at, a.key) {
			continue
		}
		if at = a.accept(text, at+len(a.key)); at < 0 || at == len(text) {
			return -1
		}
		at++
		switch text[at-1] {
		case ',':
		case '}':
			return at
		default:
			return -1
		}
	}
	return -1
}

// begins reports whether a text has a string at a place.
func begins(text []byte, at int, s string) bool {
	return len(text)-at >= len(s) && string(text[at:at+len(s)]) == s
}

func acceptScalar(text []byte, at int) int {
	switch c := text[at]; {
	case c == '"':
		return acceptString(text, at)
	case c == '-' || '0' <= c && c <= '9':
		if end := bytes.IndexAny(text[at:], ",]}"); end > 0 {
			p := jsonParser{data: string(text[at : at+end])}
			if p.numeral() && p.pos == end {
				return at + end
			}
		}
	case begins(text, at, "true"):
		return at + len("true")
	case begins(text, at, "false"):
		return at + len("false")
	}
	return -1
}

// acceptString accepts a string with the escapes that AppendString makes, but for \u, which is rare.
func acceptString(text []byte, at int) int {
	for i := at + 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return i + 1
		case c < 0x20:
			return -1
		case c == '\\':
			if i++; i == len(text) || strings.IndexByte(`"\nrt`, text[i]) < 0 {
				return -1
			}
		}
	}
	return -1
}
