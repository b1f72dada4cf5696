package dynamotest

import (
	"maps"
	"slices"
	"strings"
)

// equal compares as the service does: the type, then the value; numbers by value, sets and maps
// in any order.
func (v value) equal(w value) bool {
	if v.t != w.t {
		return false
	}
	switch v.t {
	case "L":
		return slices.EqualFunc(v.list, w.list, value.equal)
	case "M":
		return v.m.equal(w.m)
	case "SS", "NS", "BS":
		return slices.Equal(v.set, w.set)
	}
	return v.s == w.s && v.n == w.n && v.b == w.b
}

func (it item) equal(other item) bool { return maps.EqualFunc(it, other, value.equal) }

// ordered reports whether the type has an order: strings and binaries by bytes, numbers by
// value. Only these types can be keys and operands of < and BETWEEN.
func (v value) ordered() bool { return v.t == "S" || v.t == "N" || v.t == "B" }

// order returns a string whose byte order is the order of values of this type.
func (v value) order() string {
	if v.t == "N" {
		return v.n.order()
	}
	return v.s
}

// compare compares two values. ok is false if the types differ or have no order.
func (v value) compare(w value) (c int, ok bool) {
	if v.t != w.t || !v.ordered() {
		return 0, false
	}
	return strings.Compare(v.order(), w.order()), true
}
