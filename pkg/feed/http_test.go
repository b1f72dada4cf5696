package feed_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// api is a service over a store, with tenants and tokens.
type api struct {
	*testing.T
	*apptest.Server
	token, reader map[string]string // by tenant
}

func newAPI(t *testing.T, keep scim.Retention, tenants ...string) *api {
	t.Helper()
	return newAPIOver(t, memory.NewWith(memory.Options{Feed: keep}), tenants...)
}

// newAPIOver is newAPI over a store.
func newAPIOver(t *testing.T, store scim.Store, tenants ...string) *api {
	t.Helper()
	a := &api{T: t, token: map[string]string{}, reader: map[string]string{}}
	a.Server = apptest.StartWith(t, store, func(c *scimstack.Config) { c.AllEvents = feed.Bearer("operator") })
	for _, name := range tenants {
		_, a.token[name] = a.Tenant(t, name, nil)
		a.reader[name] = a.Token(t, name, scim.Events, "")
	}
	return a
}

// call sends a request and returns the status and the body.
func (a *api) call(method, path, token, body string) (int, []byte) {
	a.Helper()
	r := httptest.NewRequestWithContext(a.Context(), method, path, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	a.Handler.ServeHTTP(w, r)
	return w.Code, w.Body.Bytes()
}

func (a *api) user(tenant, name string) string {
	a.Helper()
	status, body := a.call("POST", "/scim/v2/"+tenant+"/Users", a.token[tenant], fmt.Sprintf(`{"userName":%q}`, name))
	if status != 201 {
		a.Fatalf("%d %s", status, body)
	}
	var made struct{ ID string }
	if err := json.Unmarshal(body, &made); err != nil {
		a.Fatal(err)
	}
	return made.ID
}

// page is an answer, read again.
type page struct {
	Facts  []feed.Fact
	Next   json.RawMessage
	Cursor string
	Anew   []string
}

func (a *api) get(path, token string) page {
	a.Helper()
	status, body := a.call("GET", path, token, "")
	if status != 200 {
		a.Fatalf("%s: %d %s", path, status, body)
	}
	return a.parsed(path, body)
}

func (a *api) parsed(path string, body []byte) (p page) {
	a.Helper()
	if err := json.Unmarshal(body, &p); err != nil {
		a.Fatal(path, err)
	}
	return p
}

func (p page) text() string { return strings.Trim(string(p.Next), `"`) }

func TestHTTP(t *testing.T) {
	t.Parallel()
	a := newAPI(t, scim.Retention{}, "acme", "globex")
	for n := range 5 {
		a.user("acme", fmt.Sprint("u", n))
	}
	a.user("globex", "other")
	p := a.get("/events/acme?limit=2", a.reader["acme"])
	if len(p.Facts) != 2 || p.text() != "2" || p.Facts[0].User.UserName != "u0" {
		t.Errorf("%+v", p)
	}
	p = a.get("/events/acme?after=2&limit=9", a.reader["acme"])
	if len(p.Facts) != 3 || p.text() != "5" || p.Facts[0].ID != "acme.3" || p.Facts[0].Actor.Token == "" || p.Facts[0].RequestID == "" {
		t.Errorf("%+v", p)
	}
	for _, q := range []string{"after=5", "after=now", "types=group.*", "types=user.deleted,membership.*", "types=device.created"} {
		if p = a.get("/events/acme?"+q, a.reader["acme"]); len(p.Facts) != 0 || p.text() != "5" {
			t.Errorf("%s: %+v", q, p)
		}
	}
	if p = a.get("/events/acme?types=user.created&types=device.*,", a.reader["acme"]); len(p.Facts) != 5 {
		t.Errorf("%+v", p)
	}
	if status, body := a.call("HEAD", "/events/acme", a.reader["acme"], ""); status != 200 || len(body) > 0 {
		t.Error(status, string(body))
	}
	var all []feed.Fact
	for cursor := ""; ; {
		p := a.get("/events/acme/snapshot?limit=2&cursor="+cursor, a.reader["acme"])
		all = append(all, p.Facts...)
		if cursor = p.Cursor; cursor == "" {
			if p.text() != "5" || len(all) != 5 || all[4].Type != feed.UserSnapshot {
				t.Errorf("snapshot %+v", p)
			}
			break
		}
	}
}

// TestWhoMayRead: only a token of the tenant with the scope, and the operator.
func TestWhoMayRead(t *testing.T) {
	t.Parallel()
	a := newAPI(t, scim.Retention{}, "acme", "globex")
	a.user("acme", "ann")
	for _, c := range []struct {
		method, path, token string
		status              int
	}{
		{"GET", "/events/acme", a.reader["acme"], 200}, {"GET", "/events/acme", "operator", 200}, {"GET", "/events", "operator", 200},
		{"GET", "/events/acme/snapshot", a.reader["acme"], 200}, {"GET", "/events/acme/snapshot", "operator", 200},
		{"GET", "/events/acme", a.token["acme"], 403}, {"GET", "/events/acme/snapshot", a.token["acme"], 403},
		{"GET", "/events/acme", a.reader["globex"], 401}, {"GET", "/events/acme/snapshot", a.reader["globex"], 401},
		{"GET", "/events/acme", "", 401}, {"GET", "/events/none", a.reader["acme"], 401}, {"GET", "/events/none", "operator", 404},
		{"GET", "/events/NO%2FNE", "operator", 404},
		{"GET", "/events", a.reader["acme"], 401}, {"GET", "/events", a.token["acme"], 401}, {"GET", "/events", "", 401}, {"GET", "/events/", "operatorX", 401},
		{"POST", "/events/acme", a.reader["acme"], 405}, {"DELETE", "/events/acme", "operator", 405}, {"POST", "/events", "operator", 405},
		{"GET", "/events/acme/other", a.reader["acme"], 404}, {"GET", "/events/acme?after=x", a.reader["acme"], 400},
		{"GET", "/events/acme?after=-1", a.reader["acme"], 400}, {"GET", "/events/acme?limit=0", a.reader["acme"], 400}, {"GET", "/events/acme?limit=x", a.reader["acme"], 400},
		{"GET", "/events/acme?wait=-1", a.reader["acme"], 400}, {"GET", "/events/acme?after=1&after=2", a.reader["acme"], 400},
		{"GET", "/events?after=%21", "operator", 400}, {"GET", "/events/acme/snapshot?cursor=%21", a.reader["acme"], 400},
		{"GET", "/events/acme?after=99", a.reader["acme"], 410},
		{"GET", "/events/acme?types=user", a.reader["acme"], 400}, {"GET", "/events/acme?types=user.created,user.deactived", a.reader["acme"], 400},
		{"GET", "/events?types=User.*", "operator", 400}, {"GET", "/events/acme?types=user.created&types=x", a.reader["acme"], 400},
	} {
		if status, body := a.call(c.method, c.path, c.token, ""); status != c.status {
			t.Errorf("%s %s with %.12q: %d, want %d: %s", c.method, c.path, c.token, status, c.status, body)
		} else if status >= 400 && !bytes.Contains(body, []byte(`urn:ietf:params:scim:api:messages:2.0:Error`)) {
			t.Errorf("%s %s: %s", c.method, c.path, body)
		} else if status == 403 && !bytes.Contains(body, []byte("use a token that has it")) {
			t.Errorf("%s %s does not say what to do: %s", c.method, c.path, body)
		}
	}
}

// TestStartAnew: a reader whose place has expired is told so, and how to go on.
func TestStartAnew(t *testing.T) {
	t.Parallel()
	a := newAPI(t, scim.Retention{Entries: 3}, "acme", "globex")
	a.user("globex", "only")
	for n := range 6 {
		a.user("acme", fmt.Sprint("u", n))
	}
	status, body := a.call("GET", "/events/acme?after=2", a.reader["acme"], "")
	var gone struct {
		Status, Detail string
		First, Last    int64
	}
	if err := json.Unmarshal(body, &gone); err != nil || status != 410 || gone.Status != "410" || gone.First != 4 || gone.Last != 6 || !strings.Contains(gone.Detail, "snapshot") {
		t.Errorf("%d %s", status, body)
	}
	if p := a.get("/events/acme?after=3", a.reader["acme"]); len(p.Facts) != 3 {
		t.Errorf("%+v", p)
	}
	p := a.get("/events", "operator")
	if len(p.Facts) != 1 || p.Facts[0].Tenant != "globex" || !slices.Equal(p.Anew, []string{"acme"}) {
		t.Errorf("%+v", p)
	}
	a.user("acme", "next")
	if p = a.get("/events?after="+p.text(), "operator"); len(p.Facts) != 1 || len(p.Anew) > 0 || p.Facts[0].User.UserName != "next" {
		t.Errorf("%+v", p)
	}
}

// TestAllTenants: the facts of all tenants, each once and in the order of its tenant; one with many does not hold up the others.
func TestAllTenants(t *testing.T) {
	t.Parallel()
	a := newAPI(t, scim.Retention{}, "acme", "globex", "initech")
	for n := range 20 {
		a.user("acme", fmt.Sprint("u", n))
	}
	a.user("globex", "g")
	a.user("initech", "i")
	seen, last, cursor := 0, map[string]int64{}, ""
	for round := 0; ; round++ {
		p := a.get("/events?limit=6&after="+cursor, "operator")
		if cursor = p.text(); len(p.Facts) == 0 {
			break
		}
		for _, f := range p.Facts {
			if seen++; f.Seq != last[f.Tenant]+1 {
				t.Errorf("%s after %d", f.ID, last[f.Tenant])
			}
			last[f.Tenant] = f.Seq
		}
		if len(p.Facts) > 6 || round == 0 && len(last) != 3 {
			t.Errorf("%d facts of %d tenants", len(p.Facts), len(last))
		}
	}
	if seen != 22 {
		t.Errorf("%d facts", seen)
	}
	now := a.get("/events?after=now", "operator")
	if len(now.Facts) > 0 {
		t.Errorf("%+v", now)
	}
	a.user("globex", "later")
	if p := a.get("/events?after="+now.text(), "operator"); len(p.Facts) != 1 {
		t.Errorf("%+v", p)
	}
}

// TestAllTenantsInTurn: where an answer has no room for all tenants, each has its turn, although others always have facts.
func TestAllTenantsInTurn(t *testing.T) {
	t.Parallel()
	a := newAPI(t, scim.Retention{}, "acme", "globex")
	a.user("globex", "leaver")
	for cursor, round := "", 0; ; round++ {
		if round == 100 {
			t.Fatal("the fact of the second tenant is not read")
		}
		a.user("acme", fmt.Sprint("u", round))
		p := a.get("/events?limit=1&after="+cursor, "operator")
		if cursor = p.text(); len(p.Facts) == 1 && p.Facts[0].Tenant == "globex" {
			return
		}
	}
}

// TestAllTenantsOneDeleted: a tenant that is listed and has no settings, because it is being deleted, holds up no other, and no
// reader is sent to its snapshot.
func TestAllTenantsOneDeleted(t *testing.T) {
	t.Parallel()
	for _, keep := range []scim.Retention{{}, {Entries: 1}} {
		a := newAPI(t, keep, "acme", "globex")
		for _, name := range []string{"acme", "acme", "globex"} {
			a.user(name, fmt.Sprint("u", len(a.Records())))
		}
		gate := feed.Gate{ // a tenant that is being deleted is listed
			Authenticator: without{tenant.NewAuthenticator(a.Tenants, tenant.Options{}), "acme"}, Operator: feed.Bearer("operator"),
			Tenants: func(ctx context.Context) ([]scim.TenantID, error) { return a.Tenants.Names(ctx, "", 9) },
		}
		source, err := feed.New(a.Store, feed.Options{Types: feed.TypesOf(gate.Authenticator)})
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/events", nil)
		r.Header.Set("Authorization", "Bearer operator")
		feed.NewHandler(source, gate).ServeHTTP(w, r)
		if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, "globex.1") || strings.Contains(body, "anew") || strings.Contains(body, "acme") {
			t.Errorf("%d %s", w.Code, body)
		}
	}
}

// without is an Authenticator that does not know one tenant.
type without struct {
	scim.Authenticator
	tenant string
}

func (w without) Settings(ctx context.Context, name string) (*scim.Tenant, bool) {
	if name == w.tenant {
		return nil, false
	}
	return w.Authenticator.Settings(ctx, name)
}

// asked is a store that counts how often it was asked for the last number: a reader asks when it begins to wait.
type asked struct {
	*memory.Store
	last atomic.Int64
}

func (s *asked) Last(ctx context.Context, t scim.TenantID) (int64, error) {
	defer s.last.Add(1)
	return s.Store.Last(ctx, t)
}

// TestWaiting: an answer with wait comes with the next fact.
func TestWaiting(t *testing.T) {
	t.Parallel()
	store := &asked{Store: memory.New()}
	a := newAPIOver(t, store, "acme")
	base := strings.TrimSuffix(a.Base, scimstack.Prefix)
	for _, path := range []string{"/events/acme?wait=20&types=user.*", "/events?wait=20&after=now"} {
		before := store.last.Load()
		done := async.Start(func() (string, error) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
			if err != nil {
				return "", err
			}
			r.Header.Set("Authorization", "Bearer operator")
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				return "", err
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			return string(body), err
		})
		for end := time.Now().Add(time.Minute); store.last.Load() == before; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal(path, "does not wait")
			}
		}
		name := "u" + fmt.Sprint(len(path))
		a.user("acme", name)
		body, err := done()
		if err != nil || !strings.Contains(body, name) {
			t.Errorf("%s: %s %v", path, body, err)
		}
	}
}
