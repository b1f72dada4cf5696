package suite_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// client sends requests to one tenant.
type client struct {
	*testing.T
	base, token string
}

// TestMain gives the tests a transport of their own, for the same reason as newPlayer does.
func TestMain(m *testing.M) {
	http.DefaultClient.Transport = &http.Transport{}
	os.Exit(m.Run())
}

func connect(t *testing.T, s *apptest.Server, name string, change func(*tenant.Settings)) *client {
	t.Helper()
	base, token := s.Tenant(t, name, change)
	return &client{t, base, token}
}

// do sends a request and returns status, headers and body. Headers come in pairs of name and value.
func (c *client) do(method, path, body string, headers ...string) (int, http.Header, map[string]any) {
	c.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/scim+json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.Error(err)
		return 0, nil, nil
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		c.Error(err)
	}
	var m map[string]any
	_ = json.Unmarshal(raw, &m) // a 204 has no body
	return res.StatusCode, res.Header, m
}

// create creates a resource and returns its id.
func (c *client) create(path, body string) string {
	c.Helper()
	status, _, m := c.do("POST", path, body)
	if status != 201 {
		c.Fatalf("POST %s: %d %v", path, status, m)
	}
	return m["id"].(string)
}

func patchBody(ops ...string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + strings.Join(ops, ",") + `]}`
}
