package dynamotest

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// MarshalJSON returns the wire form.
func (v value) MarshalJSON() ([]byte, error) { return v.appendJSON(nil), nil }

// MarshalJSON returns the wire form with the attributes in the order of their names.
func (it item) MarshalJSON() ([]byte, error) { return it.appendJSON(nil), nil }

func (it item) appendJSON(b []byte) []byte {
	b = append(b, '{')
	for i, k := range slices.Sorted(maps.Keys(it)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, k)
		b = append(b, ':')
		b = it[k].appendJSON(b)
	}
	return append(b, '}')
}

func (v value) appendJSON(b []byte) []byte {
	b = append(b, '{', '"')
	b = append(b, v.t...)
	b = append(b, '"', ':')
	switch v.t {
	case "S", "B", "N":
		b = appendMember(b, v.t, v.member())
	case "BOOL":
		b = strconv.AppendBool(b, v.b)
	case "NULL":
		b = append(b, "true"...)
	case "SS", "NS", "BS":
		b = append(b, '[')
		for i, m := range v.set {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendMember(b, v.t[:1], m)
		}
		b = append(b, ']')
	case "L":
		b = append(b, '[')
		for i, e := range v.list {
			if i > 0 {
				b = append(b, ',')
			}
			b = e.appendJSON(b)
		}
		b = append(b, ']')
	case "M":
		b = v.m.appendJSON(b)
	}
	return append(b, '}')
}

func appendMember(b []byte, t, s string) []byte {
	switch t {
	case "N":
		return append(append(append(b, '"'), s...), '"')
	case "B":
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, []byte(s))
		return append(b, '"')
	}
	return appendString(b, s)
}

func appendString(b []byte, s string) []byte {
	q, _ := json.Marshal(s) // a string always encodes
	return append(b, q...)
}
