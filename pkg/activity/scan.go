package activity

// eachField visits the members of a JSON object in a document of a Store, which is canonical:
// no blanks, no escapes in names. It reads without building anything; a document that is
// none ends the visit.
func eachField(doc []byte, visit func(name string, value []byte)) {
	if len(doc) < 2 || doc[0] != '{' {
		return
	}
	for i := 1; i < len(doc) && doc[i] == '"'; {
		end := skipString(doc, i)
		if end >= len(doc) || doc[end] != ':' {
			return
		}
		name := doc[i+1 : end-1]
		start := end + 1
		i = skipValue(doc, start)
		visit(string(name), doc[start:i])
		if i < len(doc) && doc[i] == ',' {
			i++
		}
	}
}

// skipString gives the place behind the string that begins at i.
func skipString(doc []byte, i int) int {
	for i++; i < len(doc); i++ {
		switch doc[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(doc)
}

// skipValue gives the place behind the value that begins at i.
func skipValue(doc []byte, i int) int {
	for depth := 0; i < len(doc); {
		switch doc[i] {
		case '"':
			i = skipString(doc, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return len(doc)
}

// fields are the members of an object by name.
func fields(doc []byte) map[string][]byte {
	if len(doc) < 3 {
		return nil
	}
	out := make(map[string][]byte, 16)
	eachField(doc, func(name string, value []byte) { out[name] = value })
	return out
}
