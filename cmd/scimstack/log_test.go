package main

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

// command runs a command line and returns its output.
func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := root()
	cmd.SetOut(&out)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// TestLog: a failure is found, the records of its user are shown, and its cause is explained.
func TestLog(t *testing.T) {
	t.Parallel()
	lines, stop := startDev(t, io.Discard)
	base, token := value(lines, "base URL"), value(lines, "token")
	createTwice(t, base, token)
	at := []string{"--base", base, "--token", token}
	failed := eventually(t, "Value of userName already in use", append([]string{"log", "tail", "--failed", "--since", "1h"}, at...)...)
	if strings.Count(failed, "\n") != 1 || !strings.Contains(failed, "409") {
		t.Fatal(failed)
	}
	shown, err := command(t, append([]string{"log", "show", "bjensen@example.com"}, at...)...)
	if err != nil || !strings.Contains(shown, "User created") || !strings.Contains(shown, "Value of userName already in use") {
		t.Error(err, shown)
	}
	record := failed[strings.LastIndexByte(strings.TrimSpace(failed), ' ')+1:]
	record = strings.TrimSpace(record)
	for _, id := range []string{record, "request-1"} {
		text, err := command(t, append([]string{"log", "explain", id}, at...)...)
		if err != nil || !strings.Contains(text, "To do") || !strings.Contains(text, "attribute.taken") || !strings.Contains(text, "Okta") {
			t.Error(err, text)
		}
	}
	for _, bad := range [][]string{
		{"log", "tail"}, {"log", "tail", "--base", "nowhere", "--token", "x"}, {"log", "tail", "--base", "http://127.0.0.1/", "--token", "x"},
		{"log", "tail", "--base", base, "--token", "wrong"}, append([]string{"log", "show", "unknown"}, at...), append([]string{"log", "explain", "nothing"}, at...),
	} {
		if out, err := command(t, bad...); err == nil {
			t.Errorf("%v: %s", bad, out)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

// createTwice creates a user and tries to create it again, in requests with the id request-1.
func createTwice(t *testing.T, base, token string) {
	t.Helper()
	for range 2 {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/Users", strings.NewReader(`{"userName":"bjensen@example.com"}`))
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("X-Request-Id", "request-1")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
}

// eventually repeats a command until its output contains text. The log is written after the response.
func eventually(t *testing.T, text string, args ...string) string {
	t.Helper()
	for {
		out, err := command(t, args...)
		if err != nil || t.Context().Err() != nil {
			t.Fatal(err, out)
		}
		if strings.Contains(out, text) {
			return out
		}
	}
}
