package schema

import "bytes"

// StoredText returns the text of a top-level attribute in a text that AppendDocument has made, and reads no other value:
// a tenth of what decoding the document takes. It reports whether the attribute is there and is a text. What it returns
// keeps nothing of data.
func StoredText(data []byte, name string) (string, bool) {
	depth := 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			end := endOfString(data, i)
			if depth == 1 && end < len(data)-1 && data[end] == ':' && string(data[i+1:end-1]) == name {
				return storedString(data[end+1:])
			}
			i = end - 1
		}
	}
	return "", false
}

// endOfString returns the position after a string that begins at from; that of the end of data if it does not end.
func endOfString(data []byte, from int) int {
	for i := from + 1; i < len(data); i++ {
		switch data[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return len(data)
}

// storedString returns the string that data begins with.
func storedString(data []byte) (string, bool) {
	if data[0] != '"' {
		return "", false
	}
	raw := data[:endOfString(data, 0)]
	if len(raw) < 2 {
		return "", false
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1]), true
	}
	p := jsonParser{data: string(raw)}
	s, err := p.str()
	return s, err == nil
}
