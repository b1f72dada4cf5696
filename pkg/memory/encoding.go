package memory

import (
	"bytes"
	"encoding/binary"
)

func appendBytes[S ~string | ~[]byte](b []byte, s S) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendValue appends a string. One that the document has, as it has most, is a reference to it: twice the length and
// one more, and the offset. Any other is twice the length, and its bytes. It is looked for in the beginning of a large
// document alone, which may come with thousands of keys, and first of all where the one before was found: keys have the
// order of the document, so that most are near, and a commit takes a sixth less. after is where that is, for the next one.
func appendValue(b, document []byte, value string, near int) (out []byte, after int) {
	const beginning = 2 << 10
	document = document[:min(len(document), beginning)]
	n := uint64(len(value)) * 2
	if at := indexNear(document, []byte(value), near); at >= 0 && value != "" {
		b = binary.AppendUvarint(b, n+1)
		return binary.AppendUvarint(b, uint64(at)), at
	}
	return append(binary.AppendUvarint(b, n), value...), near
}

// indexNear is bytes.Index that looks from a place on before it looks from the beginning.
func indexNear(document, value []byte, near int) int {
	if at := bytes.Index(document[near:], value); at >= 0 {
		return near + at
	}
	return bytes.Index(document[:min(near+len(value), len(document))], value)
}

// spanAt is the inverse of appendBytes.
func spanAt(s state, at int) span {
	n, at := uintAt(s, at)
	return span{at, at + int(n)}
}

// valueAt is the inverse of appendValue, with the place of the document.
func valueAt(s state, at, document int) (value []byte, rest int) {
	twice, at := uintAt(s, at)
	n := int(twice / 2)
	if twice&1 == 0 {
		return s[at : at+n], at + n
	}
	offset, at := uintAt(s, at)
	from := document + int(offset)
	return s[from : from+n], at
}

// skipValue returns where a value ends.
func skipValue(s state, at int) int {
	twice, at := uintAt(s, at)
	if twice&1 == 0 {
		return at + int(twice/2)
	}
	_, at = uintAt(s, at)
	return at
}

// uintAt reads a varint. It is inlined, other than binary.Uvarint: a Get takes a sixth less.
func uintAt(s state, at int) (n uint64, rest int) {
	for shift := 0; ; shift += 7 {
		b := s[at]
		at++
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return n, at
		}
	}
}

// unzigzag makes a signed number of what binary.AppendVarint writes.
func unzigzag(n uint64) int64 { return int64(n>>1) ^ -int64(n&1) }
