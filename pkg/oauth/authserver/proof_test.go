package authserver_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/url"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/oauth"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// lost checks that an access token is refused as revoked, with the client in the log, once settings are read again.
func (w *world) lost(what, token, client string) {
	w.t.Helper()
	w.later(61 * time.Second)
	if got := w.scim("GET", "acme/Users", token, "").StatusCode; got != 401 || w.last().Code != scim.CodeTokenRevoked || w.last().Subject != client {
		w.t.Errorf("%s: %d, %+v", what, got, w.last())
	}
}

func (w *world) kept(what, token string) {
	w.t.Helper()
	w.later(61 * time.Second)
	if got := w.scim("GET", "acme/Users", token, "").StatusCode; got != 200 {
		w.t.Errorf("%s: %d, %+v", what, got, w.last())
	}
}

// TestTokenEndsWithSecret: an access token ends with the secret that it was issued for: who had a stolen secret has nothing
// after a rotation without a grace, also not with a token that an instance issued while it still knew the secret.
func TestTokenEndsWithSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stop()
	c, first := w.add("acme", tenant.Client{Method: tenant.ClientSecret})
	ask := func(secret string) reply { return w.ask("acme", c.ID+":"+secret, url.Values{}) }
	rotate := func(grace time.Duration) (secret string) {
		w.change("acme", c.ID, func(c *tenant.Client) { secret = oauth.AddSecret(c, w.now(), time.Time{}, w.now().Add(grace)) })
		return secret
	}
	old := ask(first)
	second := rotate(0)
	late := ask(first) // the settings are cached
	if old.Status != 200 || late.Status != 200 {
		t.Fatal(old, late)
	}
	w.lost("issued before the rotation", old.Token, c.ID)
	w.lost("issued after the rotation", late.Token, c.ID)

	before := ask(second)
	third := rotate(20 * time.Minute)
	w.later(61 * time.Second)
	during, now := ask(second), ask(third)
	if during.Expires > 20*60 || during.Expires < 18*60 || now.Expires != 3600 {
		t.Errorf("expires_in %d of the old secret, %d of the new one", during.Expires, now.Expires)
	}
	w.kept("before the rotation", before.Token)
	w.kept("during the grace", during.Token)
	w.later(20 * time.Minute)
	w.lost("before the rotation, after the grace", before.Token, c.ID)
	if got := w.scim("GET", "acme/Users", during.Token, "").StatusCode; got != 401 || w.last().Code != scim.CodeTokenLapsed {
		t.Error("issued during the grace, after it:", got, w.last())
	}
	w.kept("of the new secret", now.Token)

	plain, _, err := w.verifier.Issue(&w.record("acme").Settings, &c, oauth.ScopeAll) // as of a version that did not say the credential
	if err != nil {
		t.Fatal(err)
	}
	rotate(0)
	w.kept("of no known credential", plain)
}

// TestTokenEndsWithKey: an access token ends with the key that the assertion was signed with, and not with another of the set.
func TestTokenEndsWithKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stop()
	c, _ := w.add("acme", tenant.Client{Method: tenant.PrivateKeyJWT, Keys: w.issuer.set()})
	first := w.ask("acme", "", asserted(w.assertion(c.ID)))
	rsa := w.ask("acme", "", asserted(token{obj{"alg": "RS256", "kid": "r1"}, obj{
		"iss": c.ID, "sub": c.ID, "aud": w.address.Token("acme"), "jti": "once", "exp": w.now().Add(time.Minute).Unix(),
	}, w.issuer.rsa, ""}.String()))
	if first.Status != 200 || rsa.Status != 200 {
		t.Fatal(first, rsa)
	}
	w.kept("of the key", first.Token)
	w.issuer.ec, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	w.change("acme", c.ID, func(c *tenant.Client) { c.Keys = w.issuer.set() })
	w.lost("of the key that was replaced", first.Token, c.ID)
	w.kept("of the key that stayed", rsa.Token)

	at := tenant.Client{ID: "ocuri", Method: tenant.PrivateKeyJWT, KeysURI: w.issuer.url + "/keys", Scopes: scim.All}
	if err := w.tenants.PutClient(t.Context(), id(t, "acme"), at); err != nil {
		t.Fatal(err)
	}
	there := w.ask("acme", "", asserted(w.assertion(at.ID)))
	w.kept("of a URL", there.Token)
	w.change("acme", at.ID, func(c *tenant.Client) { c.KeysURI += "/2" })
	w.lost("of another URL", there.Token, at.ID)
}
