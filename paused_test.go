package scimstack_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/agents"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestPaused: a paused tenant answers 403 with the reason to every credential that is accepted, SCIM and agents alike, or 429 with
// a time to wait if its pause has one. Others get 401 as before. ServiceProviderConfig, the log and the feed stay, and the log has
// the rejected requests.
func TestPaused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		after  time.Duration
		status int
		header string
		code   scim.Code
	}{
		"for good": {0, http.StatusForbidden, "", scim.CodePaused},
		"short":    {90 * time.Second, http.StatusTooManyRequests, "90", scim.CodePausedRetry},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pausedWorld(t, c.after)
			for _, line := range []string{"GET /Users", "POST /Users", "POST /Bulk", "PATCH /Users/x", "GET /Schemas", "GET /nowhere", "POST /.search"} {
				w.refused(t, apptest.Client{Base: w.Base + "/acme", Token: w.token}, line, c.status, c.header)
			}
			w.refused(t, apptest.Client{Base: w.Base + "/acme", Token: w.second}, "GET /Users", c.status, c.header)
			w.refused(t, apptest.Client{Base: w.root, Token: w.token}, "POST /mcp", c.status, c.header)
			if n := len(w.users(t)); n != 0 {
				t.Errorf("%d users were written", n)
			}
			for end := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
				status, answer := apptest.Client{Base: w.root, Token: w.second}.Send(t, "GET", "/activity/acme?limit=50", "")
				if status != http.StatusOK {
					t.Fatalf("the log: %d %s", status, answer)
				}
				n := strings.Count(answer, `"code":"`+string(c.code)+`"`)
				if n >= 8 {
					break
				}
				if time.Now().After(end) {
					t.Fatalf("%d rejected requests in the log: %s", n, answer)
				}
			}
			if err := w.Tenants.Put(t.Context(), tenant.Settings{ID: w.acme}); err != nil {
				t.Fatal(err)
			}
			w.Clock.Add(time.Minute)
			apptest.Client{Base: w.Base + "/acme", Token: w.token}.Wants(t, http.StatusOK, "ListResponse", "GET /Users", "")
		})
	}
}

// paused is a service with a tenant that is paused, with two tokens.
type paused struct {
	*apptest.Server
	acme                scim.TenantID
	root, token, second string
}

const whyPaused = "the data moves: €"

func pausedWorld(t *testing.T, after time.Duration) paused {
	t.Helper()
	s := apptest.StartWith(t, nil, func(c *scimstack.Config) { c.Log, c.Agents = activity.NewMemory(0), agents.New(agents.Options{}) })
	acme, callers, keys := connections(t, s, tenant.Connection{}, tenant.Connection{IdP: "entra"})
	scopes := scim.All | scim.Activity | scim.Events
	if err := s.Tenants.ChangeToken(t.Context(), acme, keys[1], tenant.TokenChange{Scopes: &scopes}); err != nil {
		t.Fatal(err)
	}
	wrong := apptest.Client{Base: s.Base + "/acme", Token: "wrong"}
	_, before := wrong.Send(t, "GET", "/Users", "")
	if err := s.Tenants.Put(t.Context(), tenant.Settings{ID: acme, Paused: whyPaused, RetryAfter: after}); err != nil {
		t.Fatal(err)
	}
	s.Clock.Add(time.Minute)
	if status, answer := wrong.Send(t, "GET", "/Users", ""); status != http.StatusUnauthorized || answer != before {
		t.Errorf("a wrong token: %d %s, before %s", status, answer, before)
	}
	w := paused{s, acme, strings.TrimSuffix(s.Base, scimstack.Prefix), callers[0].token, callers[1].token}
	if status, answer := (apptest.Client{Base: s.Base + "/acme", Token: w.token}).Send(t, "GET", "/ServiceProviderConfig", ""); status != http.StatusOK || strings.Contains(answer, whyPaused) {
		t.Errorf("ServiceProviderConfig: %d %s", status, answer)
	}
	apptest.Client{Base: w.root, Token: w.second}.Wants(t, http.StatusOK, "", "GET /events/acme?after=0", "")
	return w
}

// refused checks that a request is answered with a status, the reason and a time to wait.
func (w paused) refused(t *testing.T, c apptest.Client, line string, status int, after string) {
	t.Helper()
	method, path, _ := strings.Cut(line, " ")
	res, answer := c.Do(t, method, path, `{"userName":"x","Operations":[]}`)
	if res.StatusCode != status || res.Header.Get("Retry-After") != after || !strings.Contains(answer, "the tenant is paused: "+whyPaused) {
		t.Errorf("%s: %d %v %s", line, res.StatusCode, res.Header, answer)
	}
}

// users are those of the store.
func (w paused) users(t *testing.T) []*scim.Resource {
	t.Helper()
	list, err := w.Store.List(t.Context(), w.acme, "User", scim.Page{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	return list.Resources
}
