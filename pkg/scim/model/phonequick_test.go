package model

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"github.com/scimstack/scimstack/internal/racing"
)

// TestSurely: whatever is a phone number at a glance is one when it is read, in each country, and the common spellings of
// numbers that are possible are such.
func TestSurely(t *testing.T) {
	t.Parallel()
	known, numbers := 0, racing.Size(150, 3000) // of each calling code
	rnd := rand.New(rand.NewPCG(1, 2))
	for code := range phonenumbers.GetSupportedCallingCodes() {
		for range numbers {
			var b strings.Builder
			fmt.Fprint(&b, "+", code)
			for range rnd.IntN(14) {
				b.WriteString(strings.Repeat(string(" .-"[rnd.IntN(3)]), max(0, rnd.IntN(6)-4)))
				b.WriteByte(byte('0' + rnd.IntN(10)))
			}
			if same(t, b.String()) {
				known++
			}
		}
	}
	if known < numbers*50/3 {
		t.Errorf("only %d numbers were known", known)
	}
	for _, s := range []string{"+12015550123", "+1-201-555-0123", "+49 30 901820", "+44 20 7946 0958", "+33 1 70 18 99 00", "+91 98765 43210", "+81.3.1234.5678"} {
		if !(phoneRule{}).surely(s) {
			t.Error(s)
		}
	}
}

// same checks one number, and reports whether it is known.
func same(t *testing.T, s string) bool {
	t.Helper()
	if !(phoneRule{}).surely(s) {
		return false
	}
	if _, err := readPhone(s); err != nil {
		t.Errorf("%q: %v", s, err)
	}
	return true
}

func FuzzSurely(f *testing.F) {
	for _, s := range []string{"+12015550123", "+49 (0)30 901820", "+54 9 11 1234-5678", "+390612345678", "+0", "+1", "+999", "+1--2", "+1 201 555 0123 ", "tel:+12015550123"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { same(t, s) })
}

func BenchmarkPhone(b *testing.B) {
	b.Run("quick", func(b *testing.B) {
		for b.Loop() {
			_ = phoneRule{}.surely("+1-201-555-0123")
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			_, _ = readPhone("+1-201-555-0123")
		}
	})
}
