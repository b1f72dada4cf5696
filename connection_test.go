package scimstack_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/model"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// caller sends requests with one token.
type caller struct {
	t           *testing.T
	base, token string
}

func (c caller) do(method, path, body string) (status int, answer string) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/scim+json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// id is the id of a new resource.
func (c caller) id(path, body string) string {
	c.t.Helper()
	status, answer := c.do("POST", path, body)
	_, after, ok := strings.Cut(answer, `"id":"`)
	if status != http.StatusCreated || !ok {
		c.t.Fatalf("%d %s", status, answer)
	}
	id, _, _ := strings.Cut(after, `"`)
	return id
}

// connections starts a service with a tenant and one token for each connection.
func connections(t *testing.T, s *apptest.Server, list ...tenant.Connection) (acme scim.TenantID, callers []caller, keys []string) {
	t.Helper()
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Tenants.Create(t.Context(), tenant.Settings{ID: acme, IdP: "okta", Limits: scim.Limits{Rate: scim.NoLimit}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		own, token := tenant.NewToken(acme, scim.All)
		token.Connection = c
		if err := s.Tenants.AddToken(t.Context(), acme, token); err != nil {
			t.Fatal(err)
		}
		callers, keys = append(callers, caller{t, s.Base + "/acme", own}), append(keys, token.KeyID)
	}
	return acme, callers, keys
}

const replaceOne = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"members","value":[{"value":%q}]}]}`

// TestTwoConnections: of two tokens of one tenant, the one of Okta replaces the members of a group with one
// element, and the one of Entra adds it (ENTRA-18). When a token moves to Entra while traffic runs, it
// does as Entra's within the time of the cache, and no request fails.
func TestTwoConnections(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, nil)
	acme, callers, keys := connections(t, s, tenant.Connection{}, tenant.Connection{IdP: "entra"})
	okta, entra := callers[0], callers[1]
	var users []string
	for i := range 4 {
		users = append(users, okta.id("/Users", fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"u%d"}`, i)))
	}
	group := okta.id("/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"g"}`)
	members := func(c caller, user string) (n int) {
		t.Helper()
		if status, answer := c.do("PATCH", "/Groups/"+group, fmt.Sprintf(replaceOne, user)); status != http.StatusOK && status != http.StatusNoContent {
			t.Errorf("%d %s", status, answer)
		}
		_, answer := c.do("GET", "/Groups/"+group, "")
		for _, u := range users {
			n += strings.Count(answer, fmt.Sprintf(`"value":%q`, u))
		}
		return n
	}
	for i, step := range []struct {
		caller
		want int
	}{{okta, 1}, {entra, 2}, {entra, 3}, {okta, 1}, {entra, 2}} {
		if got := members(step.caller, users[i%4]); got != step.want {
			t.Errorf("step %d: %d members, want %d", i, got, step.want)
		}
	}
	var traffic sync.WaitGroup
	stop := make(chan struct{})
	traffic.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if status, answer := okta.do("GET", "/Users?count=1", ""); status != http.StatusOK {
				t.Errorf("traffic: %d %s", status, answer)
			}
		}
	})
	moved := tenant.Connection{IdP: "entra"}
	if err := s.Tenants.ChangeToken(t.Context(), acme, keys[0], tenant.TokenChange{Connection: &moved}); err != nil {
		t.Fatal(err)
	}
	s.Clock.Add(time.Minute)
	if got := members(okta, users[1]); got != 3 {
		t.Errorf("after the move: %d members, want 3", got)
	}
	close(stop)
	traffic.Wait()
}

// TestValueTypes: Config.ValueTypes and the rules of a tenant reach the requests: refused for one tenant, and
// taken as it is without a rule.
func TestValueTypes(t *testing.T) {
	t.Parallel()
	s := apptest.StartWith(t, nil, func(c *scimstack.Config) { c.ValueTypes = model.ValueTypes() })
	acme, callers, _ := connections(t, s, tenant.Connection{})
	const bad = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"timezone":"Mars/Olympus"}`
	if status, answer := callers[0].do("POST", "/Users", fmt.Sprintf(bad, "one")); status != http.StatusCreated {
		t.Errorf("without a rule: %d %s", status, answer)
	}
	if err := s.Tenants.Put(t.Context(), tenant.Settings{ID: acme, Rules: map[string]schema.Rule{schema.URNUser + ":timezone": schema.RuleRefuse}}); err != nil {
		t.Fatal(err)
	}
	s.Clock.Add(time.Minute)
	if status, answer := callers[0].do("POST", "/Users", fmt.Sprintf(bad, "two")); status != http.StatusBadRequest || !strings.Contains(answer, "timezone") {
		t.Errorf("with a rule: %d %s", status, answer)
	}
}

// TestLastUse: the service writes the hour in which a token was used to a Directory.
func TestLastUse(t *testing.T) {
	t.Parallel()
	s := apptest.StartWith(t, nil, func(c *scimstack.Config) { c.FlushFor = time.Hour })
	acme, callers, _ := connections(t, s, tenant.Connection{}, tenant.Connection{})
	if status, answer := callers[0].do("GET", "/Users", ""); status != http.StatusOK {
		t.Fatal(status, answer)
	}
	r, err := s.Tenants.Resolve(t.Context(), acme)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range r.Tokens {
		used := token.Used
		if callers[0].token[len("scim_acme_"):len("scim_acme_")+12] != token.KeyID {
			if !used.IsZero() {
				t.Errorf("the other token was used at %s", used)
			}
			continue
		}
		if late := time.Since(used); late < 0 || late > time.Hour+time.Minute || used.Minute() != 0 {
			t.Errorf("used at %s", used)
		}
	}
}
