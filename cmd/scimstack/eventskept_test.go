package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestEventsKept: where no fact is named to begin after, the commands begin with the first one that is kept, as in every tenant that
// is older than its facts, and say so. One that is named and has expired is an error.
func TestEventsKept(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, memory.NewWith(memory.Options{Feed: scim.Retention{Entries: 2}}))
	base, token := s.Tenant(t, "acme", nil)
	for n := range 5 {
		if status := postAs(t, base+"/Users", token, fmt.Sprintf(`{"userName":"u%d"}`, n)); status != http.StatusCreated {
			t.Fatal(status)
		}
	}
	program := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer program.Close()
	with := []string{"--base", base, "--token", s.Token(t, "acme", scim.Events, "")}
	const says = "facts before number 4 "
	for line, want := range map[string]string{
		"events get": says + `"acme.4" "acme.5"`, "events get --limit 1": says + `"acme.4"`, "events get --types user.*": says + `"acme.4" "acme.5"`, "events get --after 4": `"acme.5"`,
		"events replay --forward " + program.URL: says + "4  user.created 5  user.created", "events replay --since 1h --forward " + program.URL: says + "4  user.created 5  user.created",
		"events get --after 0": "410", "events replay --after 2 --forward " + program.URL: "410",
		"events get --snapshot --after 3": "--after is for", "events get --snapshot --types user.*": "--types is for", "events get --snapshot --limit 2": "--limit is for",
	} {
		out, err := both(t, append(strings.Fields(line), with...)...)
		if wrong := want == "410" || strings.HasSuffix(want, "is for"); wrong != (err != nil) || wrong && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", line, err, want)
			continue
		} else if wrong {
			continue
		}
		found := strings.Join(regexp.MustCompile(`"acme\.\d+"|\d  user.created|facts before number \d+`).FindAllString(out, -1), " ")
		if found != want {
			t.Errorf("%s: %s, want %s", line, found, want)
		}
	}
}

// both runs a command, and returns what it prints on standard error and then on standard output.
func both(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := root()
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&errs)
	err := cmd.ExecuteContext(t.Context())
	return errs.String() + out.String(), err
}

// TestNowIsOnce: what happens while a reader that begins now has no connection is not lost: its second request does not begin later.
func TestNowIsOnce(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, nil)
	base, token := s.Tenant(t, "acme", nil)
	var waits atomic.Int64
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("wait") && waits.Add(1) == 1 {
			if status := postAs(t, base+"/Users", token, `{"userName":"while it is broken"}`); status != http.StatusCreated {
				t.Error(status)
			}
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		s.Handler.ServeHTTP(w, r)
	}))
	defer broken.Close()
	out, end := started(t, "events", "tail", "--base", broken.URL+"/scim/v2/acme", "--token", s.Token(t, "acme", scim.Events, ""))
	out.has(t, "while it is broken")
	if err := end(); err != nil {
		t.Error(err)
	}
}
