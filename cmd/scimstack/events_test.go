package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// shared is a buffer that a command writes to while a test reads it.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) { s.mu.Lock(); defer s.mu.Unlock(); return s.b.Write(p) }
func (s *shared) String() string              { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

// started starts a command of the root, which ends with the test or with stop.
func started(t *testing.T, args ...string) (out *shared, stop func() error) {
	t.Helper()
	out = &shared{}
	cmd := root()
	cmd.SetArgs(args)
	cmd.SetOut(out)
	cmd.SetErr(out)
	ctx, cancel := context.WithCancel(t.Context())
	done := async.Go(func() error { return cmd.ExecuteContext(ctx) })
	return out, func() error { cancel(); return <-done }
}

// has waits until a command has printed something.
func (s *shared) has(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !strings.Contains(s.String(), text); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%q is not in\n%s", text, s)
		}
	}
}

// TestEvents: the commands print facts as JSON, follow them, and forward them signed, again after a failure.
func TestEvents(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, nil)
	base, token := s.Tenant(t, "acme", nil)
	reader := s.Token(t, "acme", scim.Events, "")
	user := func(name string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/Users", strings.NewReader(fmt.Sprintf(`{"userName":%q}`, name)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(r)
		if err != nil || res.StatusCode != http.StatusCreated {
			t.Fatal(res, err)
		}
		res.Body.Close()
	}
	for n := range 3 {
		user(fmt.Sprint("u", n))
	}
	with := func(args ...string) []string { return append(args, "--base", base, "--token", reader) }
	for _, c := range []struct {
		args  []string
		lines int
	}{
		{with("events", "get"), 3}, {with("events", "get", "--after", "1"), 2}, {with("events", "get", "--limit", "2"), 2},
		{with("events", "get", "--types", "group.*"), 0}, {with("events", "get", "--snapshot"), 3}, {with("events", "get", "--after", "now"), 0},
	} {
		out := &shared{}
		cmd := root()
		cmd.SetArgs(c.args)
		cmd.SetOut(out)
		if err := cmd.ExecuteContext(t.Context()); err != nil || strings.Count(out.String(), `"tenant":"acme"`) != c.lines || strings.Count(out.String(), "\n") != c.lines {
			t.Errorf("%v: %v\n%s", c.args, err, out)
		}
	}
	key := "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	var mu sync.Mutex
	var got []string
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		b, _ := io.ReadAll(r.Body)
		v, err := standardwebhooks.NewWebhook(key)
		if err == nil {
			err = v.Verify(b, r.Header)
		}
		if got = append(got, fmt.Sprint(r.Header.Get("webhook-id"), " ", err)); len(got) == 1 {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	defer program.Close()
	tail, endTail := started(t, with("events", "tail", "--after", "2")...)
	listen, endListen := started(t, with("listen", "--after", "2", "--secret", key, "--forward", program.URL)...)
	tail.has(t, "u2")
	listen.has(t, "status 502; it is sent again")
	listen.has(t, "u2")
	user("later")
	tail.has(t, "later")
	listen.has(t, "later")
	for _, end := range []func() error{endTail, endListen} {
		if err := end(); err != nil {
			t.Error(err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if fmt.Sprint(got) != "[acme.3 <nil> acme.3 <nil> acme.4 <nil>]" {
		t.Error(got)
	}
	for want, args := range map[string][]string{
		"scope events": {"events", "get", "--base", base}, "403": {"events", "tail", "--base", base, "--token", token},
		"410": with("events", "get", "--after", "99"), "--forward is required": with("listen"), "--forward: ": with("listen", "--forward", "http://example.com"),
	} {
		cmd := root()
		cmd.SetArgs(args)
		cmd.SetOut(io.Discard)
		if err := cmd.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %s", args, err, want)
		}
	}
}
