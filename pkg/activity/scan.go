package activity

import (
	"bytes"
	"encoding/binary"
)

// This is a scanner of its own, and not part of the parser in pkg/scim/schema, because the two have
// opposite tasks. That parser takes what clients send: it checks everything, folds names and builds
// values. This one compares two documents of a Store, byte for byte, on every write: it may rely on
// their canonical form (no white space, no escapes in names) and must build nothing. A shared
// version would make the parser return byte ranges that no other caller needs.

// object has the members of an object in their order, without copies: a record of every write looks at two
// documents, and for a few members a list takes less than a map.
type object []member

type member struct{ name, value []byte }

// objectOf returns the members of a JSON object in canonical form, in the space of a list. At anything else it ends;
// it never panics.
func objectOf(space object, doc []byte) object {
	if len(doc) < 2 || doc[0] != '{' {
		return space[:0]
	}
	return membersFrom(space[:0], doc, 1)
}

// membersFrom adds the members of an object from index i on.
func membersFrom(members object, doc []byte, i int) object {
	for i < len(doc) && doc[i] == '"' {
		end := skipString(doc, i)
		if end >= len(doc) || doc[end] != ':' {
			break
		}
		name, start := doc[i+1:end-1], end+1
		i = skipValue(doc, start)
		members = append(members, member{name, doc[start:i]})
		if i < len(doc) && doc[i] == ',' {
			i++
		}
	}
	return members
}

// objectsOf returns the members of two versions of an object. A change is small, so that the members with which both
// begin are found once.
func objectsOf(a, b object, before, after []byte) (was, is object) {
	was = objectOf(a, before)
	same := samePrefix(before, after)
	i, n := 1, 0
	for n < len(was) {
		m := was[n]
		next := i + len(m.name) + len(`"":`) + len(m.value) + len(`,`)
		if next > same { // a comma ends the last one that is the same
			break
		}
		i, n = next, n+1
	}
	if n == 0 {
		return was, objectOf(b, after)
	}
	return was, membersFrom(append(b[:0], was[:n]...), after, i)
}

// samePrefix returns how many bytes two texts begin with that are the same.
func samePrefix(a, b []byte) int {
	i, n := 0, min(len(a), len(b))
	for i+8 <= n && binary.LittleEndian.Uint64(a[i:]) == binary.LittleEndian.Uint64(b[i:]) {
		i += 8
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

// fields returns the members of an object by name.
func fields(doc []byte) map[string][]byte {
	if len(doc) < 3 {
		return nil
	}
	var space [24]member
	out := make(map[string][]byte, 16)
	for _, m := range objectOf(space[:], doc) {
		out[string(m.name)] = m.value
	}
	return out
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

// skipString returns the index after the string that begins at i.
func skipString(doc []byte, i int) int {
	for i++; i < len(doc); i++ {
		n := bytes.IndexByte(doc[i:], '"')
		if n < 0 {
			break
		}
		start := i
		i += n
		if !escaped(doc[start:i]) {
			return i + 1
		}
	}
	return len(doc)
}

// escaped reports whether what follows s in a string is escaped: s ends with an odd number of backslashes.
func escaped(s []byte) bool {
	n := len(s)
	for n > 0 && s[n-1] == '\\' {
		n--
	}
	return (len(s)-n)%2 == 1
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
