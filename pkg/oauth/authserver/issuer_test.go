package authserver_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/oauth"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestKeysOfIssuer: the keys are kept, fetched once more for a new kid but at most once a minute, used for a day while the
// issuer fails, and a failure is 503 and no 401.
func TestKeysOfIssuer(t *testing.T) {
	t.Parallel()
	f := newForge(t)
	status := func(tok string) int { return f.scim("GET", "acme/Users", tok, "").StatusCode }
	fresh := func(header ...any) string {
		return f.entra(header, change{"exp", f.now().Add(time.Hour).Unix(), "nbf", f.now().Unix(), "iat", f.now().Unix()})
	}
	for range 5 {
		if status(fresh()) != 200 {
			t.Fatal(f.last())
		}
	}
	if f.issuer.asked() != 1 {
		t.Errorf("fetched %d times", f.issuer.asked())
	}
	// A new key, at once after the fetch: not asked for again within a minute, however many requests there are.
	next, _ := rsa.GenerateKey(rand.Reader, 2048)
	f.issuer.mu.Lock()
	f.issuer.more = []map[string]string{{"kty": "RSA", "kid": "r2", "n": base64.RawURLEncoding.EncodeToString(next.N.Bytes()), "e": "AQAB"}}
	f.issuer.mu.Unlock()
	rolled := func() string {
		return token{f.headerV1.with("kid", "r2"), f.v1.with("exp", f.now().Add(time.Hour).Unix()), next, ""}.String()
	}
	for range 5 {
		if status(rolled()) != 401 {
			t.Error("within the minute")
		}
	}
	f.later(61 * time.Second)
	if status(rolled()) != 200 || f.issuer.asked() != 2 {
		t.Errorf("after a minute: %v, fetched %d times", f.last(), f.issuer.asked())
	}
	for range 5 {
		if status(fresh("kid", "r3")) != 401 {
			t.Error("a kid that is nowhere")
		}
	}
	if f.issuer.asked() != 2 {
		t.Errorf("fetched %d times for a kid that is nowhere", f.issuer.asked())
	}
	// The issuer fails.
	f.issuer.mu.Lock()
	f.issuer.fail = http.StatusInternalServerError
	f.issuer.mu.Unlock()
	f.later(2 * time.Hour)
	if status(fresh()) != 200 {
		t.Error("keys are not used while the issuer fails:", f.last())
	}
	if n := f.issuer.asked(); n != 3 {
		t.Errorf("fetched %d times", n)
	}
	f.later(25 * time.Hour)
	for range 3 {
		if status(fresh()) != 503 {
			t.Error("keys of yesterday:", f.last())
		}
	}
	if n := f.issuer.asked(); n != 4 {
		t.Errorf("fetched %d times", n)
	}
	if rec := f.last(); rec.Code != scim.CodeBusy || rec.Err == nil || !strings.Contains(rec.Err.Error(), "status 500") {
		t.Error("the record has no cause:", rec)
	}
	f.issuer.mu.Lock()
	f.issuer.fail, f.issuer.page = 0, " <html>"
	f.issuer.mu.Unlock()
	f.later(2 * time.Minute)
	if status(fresh()) != 503 || !strings.Contains(f.last().Err.Error(), "web page") {
		t.Error("a web page:", f.last())
	}
	f.issuer.mu.Lock()
	f.issuer.page = ""
	f.issuer.mu.Unlock()
	f.later(2 * time.Minute)
	if status(fresh()) != 200 {
		t.Error("after the failure:", f.last())
	}
}

// TestReach: what is wrong with an issuer is said when the client is made.
func TestReach(t *testing.T) {
	t.Parallel()
	f := newForge(t)
	c := f.entraClient
	if err := f.verifier.Reach(t.Context(), &c); err != nil {
		t.Error(err)
	}
	strict := oauth.NewVerifier(oauth.Options{Address: f.address})
	var wrong *oauth.Invalid
	if err := strict.Reach(t.Context(), &c); !errors.As(err, &wrong) || wrong.Field != "Issuer" {
		t.Error("http on loopback:", err)
	}
	for page, want := range map[string]string{"": "JWK Set", "<html>": "web page", "{}": "no key", `{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`: "secret key"} {
		f.issuer.mu.Lock()
		f.issuer.page = page
		if page == "" {
			f.issuer.page = "x"
		}
		f.issuer.mu.Unlock()
		if err := f.verifier.Reach(t.Context(), &c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", page, err)
		}
	}
	c.Issuer = strings.TrimSuffix(c.Issuer, "/v2.0") // the metadata there are of the issuer with a slash
	if err := f.verifier.Reach(t.Context(), &c); err == nil || !strings.Contains(err.Error(), "slash") {
		t.Error(err)
	}
	if err := f.verifier.Reach(t.Context(), &tenant.Client{Method: tenant.ClientSecret}); err != nil {
		t.Error(err)
	}
}
