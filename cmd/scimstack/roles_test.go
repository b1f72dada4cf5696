package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/scim"
)

// changing is a service with a tenant that a test changes.
type changing struct {
	*testing.T
	base, token, reader string
}

func newChanging(t *testing.T) *changing {
	t.Helper()
	s := apptest.Start(t, nil)
	base, token := s.Tenant(t, "acme", nil)
	return &changing{t, base, token, s.Token(t, "acme", scim.Events, "")}
}

// do sends a request and returns the id in the answer.
func (c *changing) do(method, path, body string) string {
	c.Helper()
	r, err := http.NewRequestWithContext(c.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		c.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	if res.StatusCode > 299 {
		c.Fatalf("%s %s: %d %s", method, path, res.StatusCode, b)
	}
	var made struct{ ID string }
	_ = json.Unmarshal(b, &made)
	return made.ID
}

// with adds the service to the arguments of a command.
func (c *changing) with(args ...string) []string {
	return append(args, "--base", c.base, "--token", c.reader)
}

// TestWhatIf: roles as they are, and what they were granted and revoked for; a mistake in the file is named.
func TestWhatIf(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	ann, ben := c.do("POST", "/Users", `{"userName":"ann"}`), c.do("POST", "/Users", `{"userName":"ben"}`)
	admins := c.do("POST", "/Groups", fmt.Sprintf(`{"displayName":"Acme Admins","members":[{"value":%q},{"value":%q}]}`, ann, ben))
	c.do("PATCH", "/Users/"+ben, `{"Operations":[{"op":"replace","path":"active","value":false}]}`)
	c.do("PATCH", "/Groups/"+admins, fmt.Sprintf(`{"Operations":[{"op":"remove","path":"members[value eq \"%s\"]"}]}`, ann))
	c.do("PATCH", "/Users/"+ben, `{"Operations":[{"op":"replace","path":"active","value":true}]}`)
	file := filepath.Join(t.TempDir(), "roles.yaml")
	if err := os.WriteFile(file, []byte("admins: group \"Acme Admins\"\nwriters: [group \"Writers\"]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := printedBy(t, c.with("roles", "what-if", file, "-o", "json")...)
	var rows []roleRow
	if err == nil {
		err = json.Unmarshal([]byte(out[:strings.LastIndex(out, "]")+1]), &rows)
	}
	if err != nil || len(rows) != 2 || rows[0].Now != 1 || rows[0].Granted != 3 || rows[0].Revoked != 2 || rows[1].Now != 0 || !strings.Contains(out, `no group "Writers"`) {
		t.Errorf("%+v %v\n%s", rows, err, out)
	}
	out, err = printedBy(t, c.with("roles", "what-if", file, "--changes")...)
	if err != nil || strings.Count(out, "ben") != 3 || strings.Count(out, "ann") != 2 || !strings.Contains(out, "user.deactivated") {
		t.Error(err, out)
	}
	if err := os.WriteFile(file, []byte("admins: Acme\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := printedBy(t, c.with("roles", "what-if", file)...); err == nil || !strings.Contains(err.Error(), "line 1") || statusOf(err) != statusUsage {
		t.Error(err)
	}
	if _, err := printedBy(t, c.with("roles", "what-if", file+"x")...); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Error(err)
	}
}

// TestEventsReplay: a range of facts is sent once more, in order, signed, and again after a failure.
func TestEventsReplay(t *testing.T) {
	t.Parallel()
	c := newChanging(t)
	for n := range 6 {
		c.do("POST", "/Users", fmt.Sprintf(`{"userName":"u%d"}`, n+1))
	}
	h := newHooked(t)
	key := "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	h.set(key, http.StatusNoContent)
	replay := func(want string, args ...string) {
		t.Helper()
		h.mu.Lock()
		h.got = nil
		h.mu.Unlock()
		out, err := printedBy(t, c.with(append([]string{"events", "replay", "--forward", h.URL, "--secret", key}, args...)...)...)
		h.mu.Lock()
		defer h.mu.Unlock()
		got := strings.NewReplacer("user.created ", "", " <nil>", "").Replace(strings.Join(h.got, " "))
		if err != nil || got != want {
			t.Errorf("%v: %v, got %q, want %q\n%s", args, err, got, want, out)
		}
	}
	replay("u3 u4", "--after", "2", "--to", "4")
	replay("u1 u2 u3 u4 u5 u6", "--since", "1h")
	replay("", "--since", "2999-01-01T00:00:00Z")
	replay("u1 u2", "--limit", "2")
	replay("", "--types", "group.*")
	for _, args := range [][]string{{}, {"--forward", "http://example.com"}, {"--forward", h.URL, "--since", "yesterday"}} {
		if _, err := printedBy(t, c.with(append([]string{"events", "replay"}, args...)...)...); err == nil || statusOf(err) != statusUsage {
			t.Errorf("%v: %v", args, err)
		}
	}
}
