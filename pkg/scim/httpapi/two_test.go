package httpapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
)

// two are two tenants with users, of which every request is allowed.
type two struct {
	http.Handler
	tenants map[string]*scim.Tenant
	asks    map[string][]ask // by tenant: a page, a user, and a PATCH of it that changes nothing
}

// ask is a request and its answer.
type ask struct{ method, path, body, want string }

func (w *two) Authenticate(_ context.Context, name, _ string) (*scim.Principal, *scim.Tenant, error) {
	t := w.tenants[name]
	return &scim.Principal{Tenant: t.ID, Scopes: scim.All}, t, nil
}

func (w *two) Settings(_ context.Context, name string) (*scim.Tenant, bool) {
	return w.tenants[name], true
}

// startTwo makes a tenant with 100 users and one with 60.
func startTwo(t *testing.T) *two {
	t.Helper()
	w := &two{tenants: map[string]*scim.Tenant{}, asks: map[string][]ask{}}
	w.Handler = w.handler(t, engine.New(memory.New(), engine.Options{PublicBase: "https://x"}), true)
	for name, n := range map[string]int{"acme": 100, "rival": 60} {
		id, err := scim.ParseTenantID(name)
		if err != nil {
			t.Fatal(err)
		}
		if w.tenants[name], err = scim.NewTenant(scim.TenantConfig{ID: id}); err != nil {
			t.Fatal(err)
		}
		var user struct{ ID string }
		for i := range n {
			out := httptest.NewRecorder()
			w.ServeHTTP(out, request(name, ask{method: "POST", body: fmt.Sprintf(`{"userName":"%s-%d","displayName":"User %d of %s"}`, name, i, i, name)}))
			if err := json.Unmarshal(out.Body.Bytes(), &user); err != nil || out.Code != http.StatusCreated {
				t.Fatal(out.Code, out.Body)
			}
		}
		for _, a := range []ask{
			{method: "GET", path: "?count=100"}, {method: "GET", path: "/" + user.ID},
			{method: "PATCH", path: "/" + user.ID, body: `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":true}]}`},
		} {
			if a.want = w.answer(name, a); !strings.Contains(a.want, name+"-"+strconv.Itoa(n-1)) {
				t.Fatalf("%s %s: %s", a.method, a.path, a.want)
			}
			w.asks[name] = append(w.asks[name], a)
		}
	}
	return w
}

func (w *two) handler(t *testing.T, p scim.Provider, release bool) http.Handler {
	t.Helper()
	h, err := httpapi.NewHandler(p, httpapi.Options{Authenticator: w, PublicBase: "https://x", Release: release})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func request(tenant string, a ask) *http.Request {
	r := httptest.NewRequest(a.method, "/scim/v2/"+tenant+"/Users"+a.path, strings.NewReader(a.body))
	r.Header.Set("Authorization", "Bearer x")
	return r
}

func (w *two) answer(tenant string, a ask) string {
	out := httptest.NewRecorder()
	w.ServeHTTP(out, request(tenant, a))
	return out.Body.String()
}

// others asks all of a tenant again.
func (w *two) others(t *testing.T, tenant string) {
	t.Helper()
	for _, a := range w.asks[tenant] {
		if got := w.answer(tenant, a); got != a.want {
			t.Errorf("%s %s of %s is %s", a.method, a.path, tenant, got)
		}
	}
}
