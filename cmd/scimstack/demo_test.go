package main

import (
	"io"
	"strings"
	"testing"
)

// TestDemo: against an in-process server, and against `scimstack dev`.
func TestDemo(t *testing.T) {
	t.Parallel()
	out, err := command(t, "demo", "--idp", "google", "--seed", "5", "--fault", "lost")
	if err != nil || !strings.Contains(out, "Token rotation") || !strings.Contains(out, "× lost") {
		t.Errorf("%v\n%s", err, out)
	}
	lines, stop := startDev(t, io.Discard)
	at := []string{"--base", value(lines, "base URL"), "--token", value(lines, "token")}
	out, err = command(t, append([]string{"demo", "--idp", "entra"}, at...)...)
	if err != nil || strings.Contains(out, "FAILED") || !strings.Contains(out, "Many at once") {
		t.Errorf("%v\n%s", err, out)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	out, err = command(t, append([]string{"demo", "--idp", "okta"}, at...)...) // the server is gone
	if err == nil || !strings.Contains(err.Error(), "cannot reach http://127.0.0.1:") || !strings.Contains(err.Error(), "is the server running?") {
		t.Errorf("%v\n%s", err, out)
	}
	for _, bad := range [][]string{{"demo", "--idp", "unknown"}, {"demo", "--fault", "fire"}, {"demo", "--base", "http://127.0.0.1:1/scim/v2/acme"}} {
		if _, err := command(t, bad...); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
}
