package authserver_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/oauth"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// stage is a REST API: the first segment of every path is its stage, and no other path reaches the service.
func stage(name string, next http.Handler) http.Handler {
	below := http.StripPrefix("/"+name, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/"+name+"/") {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"message":"Missing Authentication Token"}`)
			return
		}
		below.ServeHTTP(w, r)
	})
}

// TestStage: below the stage of a REST API, a client that has the SCIM base URL only finds the metadata that the 401 names, gets a
// token and uses it. The metadata of the authorization server are below its issuer, because the gateway does not
// forward the URL of RFC 8414 §3.1, directly below the host.
func TestStage(t *testing.T) {
	t.Parallel()
	tenants := tenant.NewMemory()
	acme := id(t, "acme")
	if err := tenants.Create(t.Context(), tenant.Settings{ID: acme}); err != nil {
		t.Fatal(err)
	}
	c, secret, err := oauth.NewClient(tenant.Client{Method: tenant.ClientSecret, Scopes: scim.All}, time.Now(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if err := tenants.PutClient(t.Context(), acme, c); err != nil {
		t.Fatal(err)
	}
	var service http.Handler
	gateway := httptest.NewServer(stage("prod", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { service.ServeHTTP(w, r) })))
	t.Cleanup(gateway.Close)
	base := gateway.URL + "/prod/scim/v2"
	service, err = scimstack.New(scimstack.Config{
		Store: memory.New(), Tenants: tenants, PublicBase: base, Prefix: scimstack.Prefix, NoLog: true, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, url: gateway.URL}
	_, named, _ := strings.Cut(w.do("GET", "/prod/scim/v2/acme/Users", "", nil).Header.Get("WWW-Authenticate"), `resource_metadata="`)
	var resource struct {
		Resource string   `json:"resource"`
		Servers  []string `json:"authorization_servers"`
	}
	w.json(strings.TrimSuffix(named, `"`), &resource)
	if resource.Resource != base+"/acme" || len(resource.Servers) != 1 {
		t.Fatalf("%s: %+v", named, resource)
	}
	issuer := resource.Servers[0]
	at, err := url.Parse(issuer)
	if err != nil {
		t.Fatal(err)
	}
	if res := w.do("GET", oauth.ServerMetadata+at.Path, "", nil); res.StatusCode != http.StatusForbidden {
		t.Errorf("the gateway forwards the URL of RFC 8414: %d; use it then", res.StatusCode)
	}
	var server struct {
		Issuer string `json:"issuer"`
		Token  string `json:"token_endpoint"`
		Keys   string `json:"jwks_uri"`
	}
	w.json(issuer+oauth.ServerMetadata, &server)
	var keys struct{ Keys []json.RawMessage }
	w.json(server.Keys, &keys)
	if server.Issuer != issuer || len(keys.Keys) == 0 {
		t.Errorf("%+v, %d keys", server, len(keys.Keys))
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.ID}, "client_secret": {secret}}
	got := w.answered(w.do("POST", strings.TrimPrefix(server.Token, gateway.URL), form.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded"}))
	if res := w.do("GET", "/prod/scim/v2/acme/Users", "", map[string]string{"Authorization": "Bearer " + got.Token}); got.Status != http.StatusOK || res.StatusCode != http.StatusOK {
		t.Errorf("token %d, its use %d", got.Status, res.StatusCode)
	}
}
