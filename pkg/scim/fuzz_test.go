package scim

import (
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// FuzzCursor: what was not sealed here never opens.
func FuzzCursor(f *testing.F) {
	box := newCursorBox(make([]byte, 32), time.Now)
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

func TestMatchHeader(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		`W/"3"`: true, `"3"`: true, `*`: true, `"zzz", W/"3"`: true, `W/"4"`: false, `abc`: false, `"3`: false, `3`: false, `W/"3", *`: true,
	} {
		if got := ParseMatch(header).check(3) == nil; got != want {
			t.Errorf("If-Match %s: %v", header, got)
		}
	}
}

func TestAsErrorNil(t *testing.T) {
	t.Parallel()
	if AsError(nil) != nil {
		t.Error("an error out of nothing")
	}
	e := AsError(schema.NewFault(schema.FaultSensitive, "d"))
	if e.Status != 403 || e.Unwrap() == nil || e.Error() == "" {
		t.Errorf("%+v", e)
	}
	if (&Error{Status: 500, Detail: "x"}).Error() != "500: x" {
		t.Error("text of an error without scimType")
	}
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
