package filter

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// stringLeaf compares a string. An empty one, which a strict tenant keeps, is not present (F-21), sorts as missing and has no
// index key, so that it is in no order with others either.
func (n *node) stringLeaf(v string, f *forms) bool {
	if v == "" && (n.op == Gt || n.op == Ge || n.op == Lt || n.op == Le) {
		return false
	}
	switch n.typ {
	case schema.DateTime:
		t, ok := schema.ParseTime(v)
		return ok && holds(n.op, t.Compare(n.time))
	case schema.Binary:
		return (strings.TrimRight(v, "=") == n.str) == (n.op == Eq)
	}
	switch {
	case n.exact:
	case n.whole && n.attr.FoldsASCII(v), !n.whole && isASCII(v):
		return foldedLeaf(n.op, v, n.str)
	default:
		v = f.of(n, v)
	}
	switch n.op {
	case Co:
		return strings.Contains(v, n.str)
	case Sw:
		return strings.HasPrefix(v, n.str)
	case Ew:
		return strings.HasSuffix(v, n.str)
	}
	return holds(n.op, strings.Compare(v, n.str))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// foldedLeaf compares an ASCII value with a folded string. It does not build the folded value.
func foldedLeaf(op Op, v, folded string) bool {
	switch op {
	case Co:
		return containsFolded(v, folded)
	case Sw:
		return len(v) >= len(folded) && compareFolded(v[:len(folded)], folded) == 0
	case Ew:
		return len(v) >= len(folded) && compareFolded(v[len(v)-len(folded):], folded) == 0
	}
	return holds(op, compareFolded(v, folded))
}

// fewTries is how many places of a string are tried one after the other.
const fewTries = 256

// containsFolded tries each place of a string, and all of a long one in one pass: a string of one letter, compared
// with another one, would take as long as one length times the other.
func containsFolded(v, folded string) bool {
	n := len(v) - len(folded) + 1
	for i := range min(n, fewTries) {
		if compareFolded(v[i:i+len(folded)], folded) == 0 {
			return true
		}
	}
	return n > fewTries && strings.Contains(lowerASCII(v[fewTries:]), folded)
}

// lowerASCII is an ASCII string with its letters in lower case. It takes memory only if there are others.
func lowerASCII(s string) string {
	for i := range len(s) {
		if s[i] != lower(s[i]) {
			return strings.ToLower(s)
		}
	}
	return s
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func compareFolded(v, folded string) int {
	for i := range min(len(v), len(folded)) {
		c := lower(v[i])
		if c != folded[i] {
			if c < folded[i] {
				return -1
			}
			return 1
		}
	}
	return len(v) - len(folded)
}

func holds(op Op, order int) bool {
	switch op {
	case Eq:
		return order == 0
	case Ne:
		return order != 0
	case Gt:
		return order > 0
	case Ge:
		return order >= 0
	case Lt:
		return order < 0
	case Le:
		return order <= 0
	}
	return false
}

// compareNumbers compares JSON numbers by value: all digits of those that one float64 stands for (F-20).
func compareNumbers(a, b string) int {
	f, _ := strconv.ParseFloat(a, 64) // out of range, it is an infinity or 0
	g, _ := strconv.ParseFloat(b, 64)
	if f != g || a == b || f == 0 || math.IsInf(f, 0) { // rounding keeps the order
		return cmp.Compare(f, g)
	}
	x, powerX := significant(a)
	y, powerY := significant(b)
	order := cmp.Or(cmp.Compare(powerX, powerY), strings.Compare(x, y))
	if f < 0 {
		return -order
	}
	return order
}

// significant returns the digits of a JSON number from the first to the last that is not 0, and the power of ten of the
// first. It takes time in proportion to the length of the number, other than package big.
func significant(number string) (digits string, power int) {
	mantissa := strings.TrimPrefix(number, "-")
	if i := strings.IndexAny(mantissa, "eE"); i >= 0 {
		power, _ = strconv.Atoi(mantissa[i+1:])
		mantissa = mantissa[:i]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	all := whole + fraction
	digits = strings.TrimLeft(all, "0")
	return strings.TrimRight(digits, "0"), power + len(whole) - (len(all) - len(digits))
}
