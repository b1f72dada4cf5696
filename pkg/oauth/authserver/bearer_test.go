package authserver_test

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2/jwt"

	"github.com/scimstack/scimstack/pkg/tenant"
)

// granted is a request of the grant of RFC 7523 §2.1.
func granted(assertion string) url.Values {
	return url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}
}

// TestBearerGrant: the library for service accounts gets a token and provisions, with the scope that its assertion asks for.
func TestBearerGrant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, _ := w.add("acme", tenant.Client{Method: tenant.PrivateKeyJWT, Keys: w.issuer.set0()})
	der, err := x509.MarshalPKCS8PrivateKey(w.issuer.rsa)
	if err != nil {
		t.Fatal(err)
	}
	for scope, want := range map[string]int{"": http.StatusCreated, "scim": http.StatusCreated, "scim.read": http.StatusForbidden} {
		config := jwt.Config{
			Email: key.ID, Subject: key.ID, PrivateKey: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), PrivateKeyID: "r1",
			TokenURL: w.discovered("acme"), Expires: 5 * time.Minute, Scopes: strings.Fields(scope), PrivateClaims: map[string]any{"jti": rand.Text()},
		}
		for _, want := range []int{want, 0} { // the second time its jti is known
			res, err := config.Client(t.Context()).Post(w.url+"/scim/v2/acme/Users", "application/scim+json", strings.NewReader(`{"userName":"by `+scope+`"}`))
			if err != nil {
				if want != 0 || !strings.Contains(err.Error(), "invalid_grant") {
					t.Errorf("scope %q: %v", scope, err)
				}
				continue
			}
			if _ = res.Body.Close(); res.StatusCode != want {
				t.Errorf("scope %q: %d, want %d", scope, res.StatusCode, want)
			}
		}
	}
}

// TestBearerGrantRefused: an assertion that is the grant is held to what one is that authenticates a client.
func TestBearerGrantRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, secret := w.add("acme", tenant.Client{Method: tenant.ClientSecret})
	key, _ := w.add("acme", tenant.Client{Method: tenant.PrivateKeyJWT, Keys: w.issuer.set0()})
	w.add("globex", tenant.Client{Method: tenant.PrivateKeyJWT, Keys: w.issuer.set0()})
	replayed := w.assertion(key.ID)
	if got := w.ask("acme", "", granted(replayed)); got.Status != http.StatusOK {
		t.Fatal(got)
	}
	for name, k := range map[string]struct {
		got  reply
		want string
	}{
		"replayed":                     {w.ask("acme", "", granted(replayed)), "invalid_grant"},
		"replayed as a client":         {w.ask("acme", "", asserted(replayed)), "invalid_client"},
		"of another tenant":            {w.ask("globex", "", granted(w.assertion(key.ID))), "invalid_grant"},
		"another audience":             {w.ask("acme", "", granted(w.assertion(key.ID, "aud", "https://other.example"))), "invalid_grant"},
		"for another client":           {w.ask("acme", "", granted(w.assertion(key.ID, "sub", c.ID))), "invalid_grant"},
		"a client of a secret":         {w.ask("acme", "", granted(w.assertion(c.ID))), "invalid_grant"},
		"without jti":                  {w.ask("acme", "", granted(w.assertion(key.ID, "jti", ""))), "invalid_grant"},
		"no assertion":                 {w.ask("acme", "", granted("")), "invalid_request"},
		"beside a secret":              {w.ask("acme", c.ID+":"+secret, granted(w.assertion(key.ID))), "invalid_request"},
		"an unknown scope":             {w.ask("acme", "", granted(w.assertion(key.ID, "scope", "admin"))), "invalid_scope"},
		"a grant without a definition": {w.ask("acme", c.ID+":"+secret, url.Values{"grant_type": {"password"}}), "unsupported_grant_type"},
	} {
		if k.got.Error != k.want {
			t.Errorf("%s: %d %q, want %q", name, k.got.Status, k.got.Error, k.want)
		}
	}
	for n := 0; ; n++ { // failed ones are bounded
		if n == 1000 {
			t.Fatal("never limited")
		}
		if got := w.ask("acme", "", granted(w.assertion(key.ID, "aud", "x"))); got.Status == http.StatusTooManyRequests {
			break
		}
	}
}
