package filter

import (
	"math/big"
	"testing"
)

// Numbers are compared by value, and not by the nearest float64 (A-08, F-20). Beyond the range of float64, they are infinite or 0.
func TestNumbersByValue(t *testing.T) {
	numbers := []string{
		"0", "-0", "0.0", "-0.0e9", "1", "1.0", "10e-1", "0.1e1", "-1", "-1.0", "9", "10", "1e1", "1E+1", "100", "0.10", "0.1", "1e-1", "1.5", "1.50",
		"9007199254740992", "9007199254740993", "9007199254740993.0", "9.007199254740993e15", "9007199254740992.5", "-9007199254740993", "-9007199254740992.5",
		"123456789012345678901234567890", "123456789012345678901234567890.5", "1.2345678901234567890123456789e29",
		"1.5000000000000000000001", "0.00000000000000000000001", "1e-23", "1e400", "-1e400",
	}
	for _, a := range numbers {
		for _, b := range numbers {
			x, okX := new(big.Rat).SetString(a)
			y, okY := new(big.Rat).SetString(b)
			if !okX || !okY {
				t.Fatalf("%s or %s is no number", a, b)
			}
			if got, want := sign(compareNumbers(a, b)), x.Cmp(y); got != want {
				t.Errorf("%s and %s: %d, want %d", a, b, got, want)
			}
		}
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"1e999999999999", "1e300", 1}, {"-1e999999999999", "1e-999999999999", -1}, {"1e-999999999999", "0", 0}, {"1e999999999999", "1e400", 0}} {
		if got := sign(compareNumbers(c.a, c.b)); got != c.want {
			t.Errorf("%s and %s: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
