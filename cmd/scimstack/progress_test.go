package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"
)

// TestProgress: elsewhere than on a terminal there is a line every ten seconds; on one, a line that is rewritten and removed;
// with --quiet nothing.
func TestProgress(t *testing.T) {
	t.Parallel()
	run := func(line, quiet bool) string {
		var out bytes.Buffer
		clock := time.Unix(1000, 0)
		p := &progress{out: &out, line: line, quiet: quiet, now: func() time.Time { return clock }, last: clock}
		for i := range 250 { // 25 seconds
			clock = clock.Add(100 * time.Millisecond)
			p.at("acme: %d read", i)
		}
		p.end()
		return out.String()
	}
	if got := run(false, false); got != "acme: 99 read\nacme: 199 read\n" {
		t.Errorf("%q", got)
	}
	if got := run(true, false); strings.Count(got, "\r\x1b[K") != 251 || strings.Contains(got, "\n") || !strings.HasSuffix(got, "acme: 249 read\r\x1b[K") {
		t.Errorf("%q", got)
	}
	if got := run(true, true) + run(false, true); got != "" {
		t.Errorf("%q", got)
	}
	for _, text := range []string{"short", strings.Repeat("x", 100), strings.Repeat("界", 50), strings.Repeat("👩‍👧", 60)} {
		if got := fitting(text, 40); uniseg.StringWidth(got) > 40 || uniseg.StringWidth(text) <= 40 && got != text {
			t.Errorf("%q", got)
		}
	}
}
