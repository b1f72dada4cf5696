package schema

// Keys appends the comparison forms of the values that the document has at a reference: those of Ref.Keys, in the
// order of the document and with repetitions, but none of what was decoded.
func (s *Stored) Keys(dst []string, ref Ref) []string {
	name := ref.Container
	if name == "" {
		name = ref.Attr.Name
	}
	m := s.unread(name)
	if m == nil {
		return dst
	}
	at := int(m.value)
	if ref.Container != "" {
		at = s.inside(at, ref.Attr)
	}
	if at >= 0 {
		dst, _ = s.keys(dst, at, ref.Leaf(), ref.Sub)
	}
	return dst
}

// inside returns where the value of an attribute begins in the object at a place, or -1.
func (s *Stored) inside(at int, a *Attribute) int {
	for s.text[at] != '}' {
		end := endOfString(s.text, at+1)
		if string(s.text[at+2:end-1]) == a.Name {
			return end + 1
		}
		if at = s.skip(end + 1); s.text[at] == '}' {
			break
		}
	}
	return -1
}

// keys adds the keys of the value at a place, and returns where it ends. sub is the sub-attribute to look at in
// objects, or nil.
func (s *Stored) keys(dst []string, at int, leaf, sub *Attribute) (_ []string, end int) {
	switch c := s.text[at]; {
	case c == '[':
		for at++; s.text[at] != ']'; {
			if dst, at = s.keys(dst, at, leaf, sub); s.text[at] == ',' {
				at++
			}
		}
		return dst, at + 1
	case c == '{':
		end = s.skip(at)
		if sub != nil && end > at+2 {
			if in := s.inside(at, sub); in >= 0 {
				dst, _ = s.keys(dst, in, leaf, nil)
			}
		}
		return dst, end
	case sub != nil:
		return dst, s.skip(at)
	case c == '"':
		text, end := s.string(at)
		if key, ok := leaf.textKey(text); ok {
			dst = append(dst, key)
		}
		return dst, end
	case c == '-' || '0' <= c && c <= '9':
		end = s.skip(at)
		return append(dst, numberKey(s.copied(at, end))), end
	}
	return dst, s.skip(at)
}

// skip returns where the value at a place ends.
func (s *Stored) skip(at int) int {
	depth := 0
	for i := at; ; i++ {
		switch s.text[i] {
		case '"':
			i = endOfString(s.text, i) - 1
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		case ',', ':':
			continue
		default:
			for c := s.text[i+1]; c != ',' && c != '}' && c != ']'; c = s.text[i+1] {
				i++
			}
		}
		if depth == 0 {
			return i + 1
		}
	}
}
