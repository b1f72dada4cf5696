package lambdarun_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
)

// TestLogAndAgents: the log that one function serves contains the requests of another, and /mcp has
// its own function.
func TestLogAndAgents(t *testing.T) {
	t.Parallel()
	functions(t)
	s := newTables(t).service(t)
	base, _ := s.Tenant(t, "acme", nil)
	token := s.Token(t, "acme", scim.All|scim.Activity, "")
	root := strings.TrimSuffix(s.base, "/scim/v2")
	for _, c := range []struct {
		method, url, body string
		status            int
		want              string
	}{
		{"POST", base + "/Users", `{"userName":"a"}`, http.StatusCreated, `"userName":"a"`},
		{"GET", root + "/activity/acme", "", http.StatusOK, `"operation":"create"`},
		{"GET", root + "/activity/globex", "", http.StatusUnauthorized, "401"},
		{"POST", root + "/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`, http.StatusOK, `"name":"find_users"`},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, c.url, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Accept", "application/json, text/event-stream")
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != c.status || !strings.Contains(string(body), c.want) {
			t.Errorf("%s %s: %d %s %v", c.method, c.url, res.StatusCode, body, err)
		}
	}
}
