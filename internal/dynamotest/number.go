package dynamotest

import (
	"math/big"
	"strconv"
	"strings"
)

const (
	maxDigits = 38
	maxExp    = 126  // 0.d × 10^126 = 9.99…E+125
	minExp    = -129 // 0.d × 10^-129 = 1E-130
)

// number is ±0.digits × 10^exp without leading and trailing zeros; zero has no digits.
// Two equal numbers are equal structs.
type number struct {
	neg    bool
	digits string
	exp    int
}

// parseNumber parses a decimal number as the service does: at most 38 significant digits, an
// optional exponent, magnitude from 1E-130 to 9.99E+125.
func parseNumber(s string) (number, error) {
	bad := func() (number, error) {
		if s == "" {
			return number{}, invalid("The parameter cannot be converted to a numeric value")
		}
		return number{}, invalid("The parameter cannot be converted to a numeric value: %s", s)
	}
	rest, neg := s, false
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		neg, rest = rest[0] == '-', rest[1:]
	}
	exp := 0
	if i := strings.IndexAny(rest, "eE"); i >= 0 {
		e, err := strconv.Atoi(rest[i+1:])
		if err != nil || e > 1<<20 || e < -(1<<20) {
			return bad()
		}
		rest, exp = rest[:i], e
	}
	whole, frac, _ := strings.Cut(rest, ".")
	digits := whole + frac
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return bad()
	}
	return normalNumber(neg, digits, exp+len(whole))
}

// normalNumber removes zeros from ±0.digits × 10^exp and checks the range.
func normalNumber(neg bool, digits string, exp int) (number, error) {
	trimmed := strings.TrimLeft(digits, "0")
	exp -= len(digits) - len(trimmed)
	trimmed = strings.TrimRight(trimmed, "0")
	switch {
	case trimmed == "":
		return number{}, nil
	case len(trimmed) > maxDigits:
		return number{}, invalid("Attempting to store more than 38 significant digits in a Number")
	case exp > maxExp:
		return number{}, invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
	case exp < minExp:
		return number{}, invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
	}
	return number{neg, trimmed, exp}, nil
}

// String returns the number without an exponent and without unnecessary zeros, which is the form in
// which the service returns every number.
func (n number) String() string {
	if n.digits == "" {
		return "0"
	}
	sign := ""
	if n.neg {
		sign = "-"
	}
	switch {
	case n.exp <= 0:
		return sign + "0." + strings.Repeat("0", -n.exp) + n.digits
	case n.exp >= len(n.digits):
		return sign + n.digits + strings.Repeat("0", n.exp-len(n.digits))
	}
	return sign + n.digits[:n.exp] + "." + n.digits[n.exp:]
}

// order returns a string whose byte order is the numeric order.
func (n number) order() string {
	if n.digits == "" {
		return "\x01"
	}
	b := append([]byte{0, byte((n.exp + 200) >> 8), byte(n.exp + 200)}, n.digits...)
	if !n.neg {
		b[0] = 2
		return string(b)
	}
	for i := 1; i < len(b); i++ {
		b[i] = ^b[i]
	}
	return string(append(b, 0xff))
}

func (n number) size() int {
	s := (len(n.digits)+1)/2 + 1
	if n.neg {
		s++
	}
	return s
}

// add returns n + m, or n - m if minus is set.
func (n number) add(m number, minus bool) (number, error) {
	if minus {
		m.neg = !m.neg
	}
	low := min(n.exp-len(n.digits), m.exp-len(m.digits))
	sum := new(big.Int).Add(n.scaled(low), m.scaled(low))
	return normalNumber(sum.Sign() < 0, new(big.Int).Abs(sum).String(), low+len(new(big.Int).Abs(sum).String()))
}

// scaled returns the integer n / 10^low.
func (n number) scaled(low int) *big.Int {
	if n.digits == "" {
		return new(big.Int)
	}
	v, _ := new(big.Int).SetString(n.digits+strings.Repeat("0", n.exp-len(n.digits)-low), 10)
	if n.neg {
		v.Neg(v)
	}
	return v
}
