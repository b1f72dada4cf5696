package activity

import "bytes"

// This is a scanner of its own, and not part of the parser in pkg/scim/schema, because the two have
// opposite tasks. That parser takes what clients send: it checks everything, folds names and builds
// values. This one compares two documents of a Store, byte for byte, on every write: it may rely on
// their canonical form (no white space, no escapes in names) and must build nothing. A shared
// version would make the parser return byte ranges that no other caller needs.

// eachField visits the members of a JSON object in canonical form. Anything else ends the visit;
// it never panics.
func eachField(doc []byte, visit func(name, value []byte)) {
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
		visit(name, doc[start:i])
		if i < len(doc) && doc[i] == ',' {
			i++
		}
	}
}

// skipString returns the index after the string that begins at i.
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

// skipValue returns the index after the value that begins at i.
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

// fields returns the members of an object by name.
func fields(doc []byte) map[string][]byte {
	if len(doc) < 3 {
		return nil
	}
	out := make(map[string][]byte, 16)
	eachField(doc, func(name, value []byte) { out[string(name)] = value })
	return out
}

// object has the members of an object in their order, without copies: a record of every write looks at two
// documents, and for a few members a list takes less than a map.
type object []member

type member struct{ name, value []byte }

// objectOf returns the members of an object, in the space of a list.
func objectOf(space object, doc []byte) object {
	space = space[:0]
	eachField(doc, func(name, value []byte) { space = append(space, member{name, value}) })
	return space
}

// get returns the value of a member, or nil.
func (o object) get(name string) []byte {
	for i := range o {
		if string(o[i].name) == name {
			return o[i].value
		}
	}
	return nil
}

// at returns the value of a member that is probably at an index, or nil: documents have the order of their
// schema.
func (o object) at(i int, name []byte) []byte {
	if i < len(o) && bytes.Equal(o[i].name, name) {
		return o[i].value
	}
	return o.get(string(name))
}
