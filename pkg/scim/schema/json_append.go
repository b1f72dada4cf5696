package schema

import (
	"encoding/json"
	"slices"
)

// AppendValue appends a canonical value as JSON. Keys of maps are sorted, and nothing is
// HTML-escaped. A value of a type that a document cannot contain is written as null.
func AppendValue(dst []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return AppendString(dst, v)
	case bool:
		if v {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case json.Number:
		return append(dst, v...)
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendValue(dst, e)
		}
		return append(dst, ']')
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		dst = append(dst, '{')
		for i, k := range keys {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendString(dst, k)
			dst = append(dst, ':')
			dst = AppendValue(dst, v[k])
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

const hexDigits = "0123456789abcdef"

// AppendString appends a string as JSON. Nothing is HTML-escaped.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// AppendDocument appends a canonical document in schema order: schemas, externalId, the
// attributes of the base schema, then the extensions. It leaves out id, meta, members and
// groups, which are not part of a stored document.
func (rt *ResourceType) AppendDocument(dst []byte, doc map[string]any) []byte {
	dst = append(dst, '{')
	for slot := range rt.slots() {
		dst = rt.appendSlot(dst, slot, doc)
	}
	return append(dst, '}')
}

func appendMember(dst []byte, a *Attribute, v any) []byte {
	dst = append(dst, a.key...)
	if a.Type != Complex {
		return AppendValue(dst, v)
	}
	switch v := v.(type) {
	case map[string]any:
		return appendOrdered(dst, a.SubAttributes, v)
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			if m, ok := e.(map[string]any); ok {
				dst = appendOrdered(dst, a.SubAttributes, m)
			} else {
				dst = AppendValue(dst, e)
			}
		}
		return append(dst, ']')
	}
	return AppendValue(dst, v)
}

func appendOrdered(dst []byte, attrs []*Attribute, m map[string]any) []byte {
	dst = append(dst, '{')
	first := true
	for _, a := range attrs {
		v, ok := m[a.Name]
		if !ok {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = appendMember(dst, a, v)
	}
	return append(dst, '}')
}
