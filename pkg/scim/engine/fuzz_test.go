package engine

import (
	"testing"
	"time"
)

// FuzzCursor: what was not sealed here never opens.
func FuzzCursor(f *testing.F) {
	box := newCursorBox([32]byte{}, time.Now)
	good := box.seal(position{After: "a", Count: 2, Until: time.Now().Add(time.Hour).Unix()}, "query")
	f.Add(good, "query")
	f.Add("", "")
	f.Add(good[:10], "query")
	f.Fuzz(func(t *testing.T, s, bound string) {
		p, err := box.open(s, bound)
		if err == nil && (bound != "query" || p.After != "a") { // other processes seal with other nonces
			t.Fatalf("%q opens as %+v", s, p)
		}
	})
}

// TestIDs: ids ascend, also within one millisecond and when the clock goes back.
func TestIDs(t *testing.T) {
	t.Parallel()
	now := time.Unix(1700000000, 0)
	s := &idSource{now: func() time.Time { return now }}
	last := ""
	for i := range 10000 {
		if i == 5000 {
			now = now.Add(-time.Hour)
		}
		id := s.next()
		if id <= last || len(id) != 36 || id[14] != '7' {
			t.Fatalf("%s after %s", id, last)
		}
		last = id
	}
}
