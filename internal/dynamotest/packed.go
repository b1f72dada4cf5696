package dynamotest

import (
	"encoding/binary"
	"maps"
	"slices"
)

// packed is an item as tables, indexes and streams keep it: the number of attributes, then the name, the type and the
// value of each. "" is no item. The strings of an item that is read share its memory. As a map, each attribute took 144
// bytes beside its string.
type packed string

// packedTypes are the types; a value begins with the position of its own.
var packedTypes = []string{"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"} //nolint:gochecknoglobals // constant

func pack(it item) packed {
	if it == nil {
		return ""
	}
	return packed(appendItem(nil, it))
}

func appendItem(b []byte, it item) []byte {
	b = binary.AppendUvarint(b, uint64(len(it)))
	for _, name := range slices.Sorted(maps.Keys(it)) { // the order in which an item is sent
		b = appendValue(appendPart(b, name), it[name])
	}
	return b
}

func appendValue(b []byte, v value) []byte {
	b = append(b, byte(slices.Index(packedTypes, v.t)))
	switch v.t {
	case "S", "B":
		return appendPart(b, v.s)
	case "N":
		b = appendPart(appendFlag(b, v.n.neg), v.n.digits)
		return binary.AppendVarint(b, int64(v.n.exp))
	case "BOOL":
		return appendFlag(b, v.b)
	case "SS", "NS", "BS":
		b = binary.AppendUvarint(b, uint64(len(v.set)))
		for _, m := range v.set {
			b = appendPart(b, m)
		}
	case "L":
		b = binary.AppendUvarint(b, uint64(len(v.list)))
		for _, e := range v.list {
			b = appendValue(b, e)
		}
	case "M":
		return appendItem(b, v.m)
	}
	return b
}

func appendPart(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendFlag(b []byte, set bool) []byte {
	if set {
		return append(b, 1)
	}
	return append(b, 0)
}

// item returns the item, nil for none.
func (p packed) item() item {
	if p == "" {
		return nil
	}
	u := unpacker(p)
	return u.item()
}

// MarshalJSON returns the JSON of the item, without the item.
func (p packed) MarshalJSON() ([]byte, error) {
	u, b := unpacker(p), make([]byte, 0, 2*len(p))
	b = append(b, '{')
	for i := range u.count() {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, u.part()), ':')
		b = u.value().appendJSON(b)
	}
	return append(b, '}'), nil
}

// unpacker is the rest of a packed item.
type unpacker string

func (u *unpacker) item() item {
	n := u.count()
	it := make(item, n)
	for range n {
		name := u.part()
		it[name] = u.value()
	}
	return it
}

func (u *unpacker) value() value {
	v := value{t: packedTypes[u.byte()]}
	switch v.t {
	case "S", "B":
		v.s = u.part()
	case "N":
		v.n = number{neg: u.byte() == 1, digits: u.part(), exp: u.signed()}
	case "BOOL":
		v.b = u.byte() == 1
	case "SS", "NS", "BS":
		v.set = make([]string, u.count())
		for i := range v.set {
			v.set[i] = u.part()
		}
	case "L":
		v.list = make([]value, u.count())
		for i := range v.list {
			v.list[i] = u.value()
		}
	case "M":
		v.m = u.item()
	}
	return v
}

func (u *unpacker) byte() byte {
	c := (*u)[0]
	*u = (*u)[1:]
	return c
}

func (u *unpacker) part() string {
	n := u.count()
	s := string((*u)[:n])
	*u = (*u)[n:]
	return s
}

// count reads a number as binary.AppendUvarint writes it.
func (u *unpacker) count() int {
	n := 0
	for shift := 0; ; shift += 7 {
		c := u.byte()
		n |= int(c&0x7f) << shift
		if c < 0x80 {
			return n
		}
	}
}

// signed reads a number as binary.AppendVarint writes it.
func (u *unpacker) signed() int {
	n := u.count()
	if n&1 == 1 {
		return ^(n >> 1)
	}
	return n >> 1
}
