package authserver_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/scimstack/scimstack/pkg/oauth"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// asserter signs assertions of a client with the keys of an issuer.
func (w *world) assertion(client string, change ...any) string {
	now := w.now()
	claims := obj{
		"iss": client, "sub": client, "aud": w.address.Token("acme"), "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	}
	return token{obj{"alg": "ES256", "kid": "e1", "typ": "JWT"}, claims.with(change...), w.issuer.ec, ""}.String()
}

func asserted(assertion string) url.Values {
	return url.Values{"client_assertion_type": {assertionType}, "client_assertion": {assertion}}
}

// TestSecrets: both ways to send a secret, scopes, and what the answer says (RFC 6749 §4.4, §5.1).
func TestSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, secret := w.add("acme", tenant.Client{Method: tenant.ClientSecret})
	for name, got := range map[string]reply{
		"basic":              w.ask("acme", c.ID+":"+secret, url.Values{}),
		"basic with the id":  w.ask("acme", c.ID+":"+secret, url.Values{"client_id": {c.ID}}),
		"post":               w.ask("acme", "", url.Values{"client_id": {c.ID}, "client_secret": {secret}}),
		"scope":              w.ask("acme", c.ID+":"+secret, url.Values{"scope": {"scim"}}),
		"resource":           w.ask("acme", c.ID+":"+secret, url.Values{"resource": {w.url + "/scim/v2/acme/"}}),
		"unknown parameters": w.ask("acme", c.ID+":"+secret, url.Values{"audience": {"x"}}),
	} {
		if got.Status != 200 || got.Type != "Bearer" || got.Expires != 3600 || got.Scope != "scim" || got.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %+v", name, got)
		}
		if res := w.scim("POST", "acme/Users", got.Token, `{"userName":"`+rand.Text()+`"}`); res.StatusCode != http.StatusCreated {
			t.Errorf("%s: %d %s", name, res.StatusCode, w.last().Code)
		}
		if w.scim("GET", "globex/Users", got.Token, "").StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: the token works for another tenant", name)
		}
	}
	reader := w.ask("acme", c.ID+":"+secret, url.Values{"scope": {"scim.read"}})
	if reader.Scope != "scim.read" || w.scim("GET", "acme/Users", reader.Token, "").StatusCode != http.StatusOK || w.scim("POST", "acme/Users", reader.Token, `{"userName":"x"}`).StatusCode != http.StatusForbidden {
		t.Errorf("scim.read: %+v", reader)
	}
	w.later(time.Hour + 3*time.Minute)
	if w.scim("GET", "acme/Users", reader.Token, "").StatusCode != http.StatusUnauthorized || w.last().Code != scim.CodeTokenLapsed {
		t.Error("after an hour:", w.last())
	}
}

// TestTokenErrors: every malformed or refused request has the error of RFC 6749 §5.2, and no secret is repeated.
func TestTokenErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, secret := w.add("acme", tenant.Client{Method: tenant.ClientSecret})
	key, _ := w.add("acme", tenant.Client{Method: tenant.PrivateKeyJWT, Keys: w.issuer.set0()})
	good := c.ID + ":" + secret
	form := "application/x-www-form-urlencoded"
	raw := func(method, query, kind, body string, authorization ...string) reply {
		h := map[string]string{"Content-Type": kind}
		if len(authorization) > 0 {
			h["Authorization"] = authorization[0]
		}
		return w.answered(w.do(method, "/oauth/acme/token"+query, body, h))
	}
	for name, c := range map[string]struct {
		got    reply
		status int
		err    string
	}{
		"GET":                         {raw("GET", "", form, ""), 405, "invalid_request"},
		"JSON":                        {raw("POST", "", "application/json", `{"grant_type":"client_credentials"}`), 400, "invalid_request"},
		"no type":                     {raw("POST", "", "", "grant_type=client_credentials"), 400, "invalid_request"},
		"a secret in the URL":         {raw("POST", "?client_id="+c.ID+"&client_secret="+secret, form, "grant_type=client_credentials"), 400, "invalid_request"},
		"twice":                       {w.ask("acme", good, url.Values{"scope": {"scim", "scim"}}), 400, "invalid_request"},
		"broken escapes":              {raw("POST", "", form, "grant_type=%zz"), 400, "invalid_request"},
		"too large":                   {raw("POST", "", form, "grant_type=client_credentials&x="+strings.Repeat("x", 64<<10)), 413, "invalid_request"},
		"many":                        {raw("POST", "", form, "a=1"+manyParameters()), 400, "invalid_request"},
		"no client":                   {w.ask("acme", "", url.Values{}), 401, "invalid_client"},
		"only an id":                  {w.ask("acme", "", url.Values{"client_id": {c.ID}}), 401, "invalid_client"},
		"bearer":                      {raw("POST", "", form, "grant_type=client_credentials", "Bearer x"), 400, "invalid_request"},
		"broken basic":                {raw("POST", "", form, "grant_type=client_credentials", "Basic x"), 400, "invalid_request"},
		"two ways":                    {w.ask("acme", good, url.Values{"client_id": {c.ID}, "client_secret": {secret}}), 400, "invalid_request"},
		"secret and assertion":        {w.ask("acme", good, asserted(w.assertion(key.ID))), 400, "invalid_request"},
		"another id":                  {w.ask("acme", good, url.Values{"client_id": {key.ID}}), 401, "invalid_client"},
		"a wrong secret":              {w.ask("acme", c.ID+":"+secret+"x", url.Values{}), 401, "invalid_client"},
		"another client's secret":     {w.ask("acme", key.ID+":"+secret, url.Values{}), 401, "invalid_client"},
		"another tenant":              {w.ask("globex", good, url.Values{}), 401, "invalid_client"},
		"an unknown tenant":           {w.ask("missing", good, url.Values{}), 401, "invalid_client"},
		"another grant":               {w.ask("acme", good, url.Values{"grant_type": {"password"}}), 400, "unsupported_grant_type"},
		"another scope":               {w.ask("acme", good, url.Values{"scope": {"scim openid"}}), 400, "invalid_scope"},
		"another resource":            {w.ask("acme", good, url.Values{"resource": {w.url + "/scim/v2/globex"}}), 400, "invalid_target"},
		"another kind of assertion":   {w.ask("acme", "", url.Values{"client_assertion_type": {"saml2-bearer"}, "client_assertion": {w.assertion(key.ID)}}), 400, "invalid_request"},
		"an assertion that is no JWT": {w.ask("acme", "", asserted("x")), 401, "invalid_client"},
		"an assertion of 20 KB":       {w.ask("acme", "", asserted(w.assertion(key.ID, "x", strings.Repeat("x", 20<<10)))), 401, "invalid_client"},
	} {
		if c.got.Status != c.status || c.got.Error != c.err || c.got.Token != "" {
			t.Errorf("%s: %d %s (%s)", name, c.got.Status, c.got.Error, c.got.Description)
		}
		if strings.Contains(c.got.Description, secret) || strings.ContainsAny(c.got.Description, `"\`) {
			t.Errorf("%s: %s", name, c.got.Description)
		}
	}
	if got := w.ask("acme", c.ID+":x", url.Values{}); got.Header.Get("WWW-Authenticate") == "" || w.last().Code != scim.CodeClientWrong || w.last().Subject != c.ID {
		t.Errorf("a wrong secret: %v, %+v", got.Header, w.last())
	}
}

func manyParameters() string {
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, "&p%d=1", i)
	}
	return b.String()
}

// set0 is the key set of the issuer as settings of a client.
func (i *issuer) set0() json.RawMessage { return i.set() }

// TestAssertions: signed assertions are accepted once each, and refused for every claim that is not right (RFC 7523 §3).
func TestAssertions(t *testing.T) {
	t.Parallel()
	t.Run("Z-07 a client has a signed assertion", assertions)
}

func assertions(t *testing.T) {
	w := newWorld(t)
	c, _ := w.add("acme", tenant.Client{Method: tenant.PrivateKeyJWT, Keys: w.issuer.set0()})
	other, _ := w.add("acme", tenant.Client{Method: tenant.PrivateKeyJWT, Keys: w.issuer.set0()})
	foreign, _ := w.add("globex", tenant.Client{Method: tenant.PrivateKeyJWT, Keys: w.issuer.set0()})
	now := w.now()
	for name, a := range map[string]string{
		"the token endpoint": w.assertion(c.ID),
		"the issuer":         w.assertion(c.ID, "aud", w.address.Issuer("acme")),
		"a list of one":      w.assertion(c.ID, "aud", []string{w.address.Issuer("acme")}),
		"10 minutes":         w.assertion(c.ID, "exp", now.Add(10*time.Minute).Unix()),
		"without iat":        w.assertion(c.ID, "iat", nil),
	} {
		got := w.ask("acme", "", asserted(a))
		if got.Status != 200 || w.scim("GET", "acme/Users", got.Token, "").StatusCode != http.StatusOK {
			t.Errorf("%s: %+v", name, got)
		}
		if again := w.ask("acme", "", asserted(a)); again.Status != 401 || again.Error != "invalid_client" || w.last().Code != scim.CodeClientReplayed {
			t.Errorf("%s, again: %+v", name, again)
		}
	}
	for name, a := range map[string]string{
		"expired":                w.assertion(c.ID, "exp", now.Add(-3*time.Minute).Unix()),
		"an hour":                w.assertion(c.ID, "exp", now.Add(time.Hour).Unix()),
		"without an end":         w.assertion(c.ID, "exp", nil),
		"without jti":            w.assertion(c.ID, "jti", nil),
		"an empty jti":           w.assertion(c.ID, "jti", ""),
		"a long jti":             w.assertion(c.ID, "jti", strings.Repeat("x", 257)),
		"nbf ahead":              w.assertion(c.ID, "nbf", now.Add(3*time.Minute).Unix()),
		"another aud":            w.assertion(c.ID, "aud", w.address.Token("globex")),
		"the resource as aud":    w.assertion(c.ID, "aud", w.address.Resource("acme")),
		"two audiences":          w.assertion(c.ID, "aud", []string{w.address.Token("acme"), "https://other.example.com"}),
		"without aud":            w.assertion(c.ID, "aud", nil),
		"another sub":            w.assertion(c.ID, "sub", other.ID),
		"another iss":            w.assertion(c.ID, "iss", other.ID),
		"of another tenant":      w.assertion(foreign.ID),
		"an unknown client":      w.assertion("ocnone"),
		"alg none":               token{obj{"alg": "none"}, obj{"iss": c.ID, "sub": c.ID}, nil, ""}.String(),
		"HS256 with the key set": token{obj{"alg": "HS256", "kid": "e1"}, obj{"iss": c.ID, "sub": c.ID, "aud": w.address.Token("acme"), "jti": "x", "exp": now.Add(time.Minute).Unix()}, []byte(c.Keys), ""}.String(),
		"an access token":        w.ask("acme", "", asserted(w.assertion(c.ID))).Token,
	} {
		if got := w.ask("acme", "", asserted(a)); got.Status != 401 || got.Error != "invalid_client" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestJWKSURI: keys of a client at a URL are fetched, kept, and fetched again for a new kid; a page that is no
// key set is 503 and not 401.
func TestJWKSURI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := tenant.Client{ID: "ocuri", Method: tenant.PrivateKeyJWT, KeysURI: w.issuer.url + "/keys", Scopes: scim.All}
	if err := w.tenants.PutClient(t.Context(), id(t, "acme"), made); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if got := w.ask("acme", "", asserted(w.assertion("ocuri"))); got.Status != 200 {
			t.Fatalf("%+v", got)
		}
	}
	if n := w.issuer.asked(); n != 1 {
		t.Errorf("fetched %d times", n)
	}
	w.issuer.page = "<!DOCTYPE html><html>Sign in</html>"
	w.later(25 * time.Hour)
	if got := w.ask("acme", "", asserted(w.assertion("ocuri"))); got.Status != 503 || got.Error != "temporarily_unavailable" || got.Header.Get("Retry-After") == "" {
		t.Errorf("a web page: %+v", got)
	}
	if err := w.verifier.Reach(t.Context(), &made); err == nil || !strings.Contains(err.Error(), "web page") {
		t.Error("Reach:", err)
	}
}

// TestRotation: the new secret and the old one work until the old one ends.
func TestRotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, old := w.add("acme", tenant.Client{Method: tenant.ClientSecret})
	var secret string
	w.change("acme", c.ID, func(c *tenant.Client) { secret = oauth.AddSecret(c, w.now(), time.Time{}, w.now().Add(time.Hour)) })
	works := func(s string) bool { return w.ask("acme", c.ID+":"+s, url.Values{}).Status == 200 }
	if !works(old) || !works(secret) {
		t.Error("during the rotation")
	}
	w.later(61 * time.Minute)
	if works(old) || !works(secret) {
		t.Error("after the rotation")
	}
}

// TestLimits: the tenant's rate counts requests of clients that are known, and no others.
func TestLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, secret := w.add("acme", tenant.Client{Method: tenant.ClientSecret})
	s := w.record("acme").Settings
	s.Limits.Rate, s.Limits.Burst = 1, 2
	if err := w.tenants.Put(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if got := w.ask("acme", c.ID+":wrong", url.Values{}); got.Status != 401 {
			t.Fatalf("%+v", got)
		}
	}
	var limited int
	for range 6 {
		got := w.ask("acme", c.ID+":"+secret, url.Values{})
		if got.Status == 429 && got.Header.Get("Retry-After") != "" {
			limited++
		}
	}
	if limited == 0 || w.last().Code != scim.CodeThrottled {
		t.Error("no limit")
	}
}

// TestStrict: a strict tenant takes no secret in the body, and its metadata says so (IPSIE 4.1).
func TestStrict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.record("acme").Settings
	s.Strict = true
	if err := w.tenants.Put(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	c, secret := w.add("acme", tenant.Client{Method: tenant.ClientSecret})
	if got := w.ask("acme", "", url.Values{"client_id": {c.ID}, "client_secret": {secret}}); got.Status != 401 {
		t.Errorf("in the body: %+v", got)
	}
	if got := w.ask("acme", c.ID+":"+secret, url.Values{}); got.Status != 200 {
		t.Errorf("in the header: %+v", got)
	}
	if meta := read(t, w.do("GET", "/.well-known/oauth-authorization-server/oauth/acme", "", nil)); strings.Contains(meta, "client_secret_post") {
		t.Error(meta)
	}
}

// TestLibrary: golang.org/x/oauth2 gets access tokens by secret and by assertion, and provisions with them.
func TestLibrary(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, secret := w.add("acme", tenant.Client{Method: tenant.ClientSecret})
	key, _ := w.add("acme", tenant.Client{Method: tenant.PrivateKeyJWT, Keys: w.issuer.set0()})
	signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": key.ID, "sub": key.ID, "aud": w.address.Issuer("acme"), "jti": rand.Text(), "exp": time.Now().Add(time.Minute).Unix(),
	}).SignedString(w.issuer.rsa)
	if err != nil {
		t.Fatal(err)
	}
	endpoint := w.discovered("acme")
	for name, config := range map[string]clientcredentials.Config{
		"basic":     {ClientID: c.ID, ClientSecret: secret, TokenURL: endpoint, AuthStyle: oauth2.AuthStyleInHeader},
		"post":      {ClientID: c.ID, ClientSecret: secret, TokenURL: endpoint, AuthStyle: oauth2.AuthStyleInParams},
		"by itself": {ClientID: c.ID, ClientSecret: secret, TokenURL: endpoint, Scopes: []string{"scim"}},
		"assertion": {ClientID: key.ID, TokenURL: endpoint, AuthStyle: oauth2.AuthStyleInParams, EndpointParams: url.Values{
			"client_assertion_type": {assertionType}, "client_assertion": {onlyKid(t, w, key.ID, signed)},
		}},
	} {
		res, err := config.Client(t.Context()).Post(w.url+"/scim/v2/acme/Users", "application/scim+json", strings.NewReader(`{"userName":"`+name+`"}`))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _ = res.Body.Close(); res.StatusCode != http.StatusCreated {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
}

// onlyKid adds the kid that the library left out, because the set has two RSA keys.
func onlyKid(t *testing.T, w *world, client, signed string) string {
	t.Helper()
	if w.ask("acme", "", asserted(signed)).Status == 200 {
		t.Error("an assertion without kid for a set with two keys")
	}
	tok := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": client, "sub": client, "aud": w.address.Issuer("acme"), "jti": rand.Text(), "exp": time.Now().Add(time.Minute).Unix(),
	})
	tok.Header["kid"] = "r1"
	out, err := tok.SignedString(w.issuer.rsa)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// discovered finds the token endpoint as a client does that has the SCIM base URL only (RFC 9728 §5).
func (w *world) discovered(name string) string {
	w.t.Helper()
	_, metadata, _ := strings.Cut(w.scim("GET", name+"/Users", "x", "").Header.Get("WWW-Authenticate"), `resource_metadata="`)
	var resource struct {
		Resource string   `json:"resource"`
		Servers  []string `json:"authorization_servers"`
	}
	w.json(strings.TrimSuffix(metadata, `"`), &resource)
	issuer, err := url.Parse(resource.Servers[0])
	if err != nil || resource.Resource != w.url+"/scim/v2/"+name {
		w.t.Fatal(err, resource)
	}
	var server struct {
		Issuer string `json:"issuer"`
		Token  string `json:"token_endpoint"`
	}
	w.json(issuer.Scheme+"://"+issuer.Host+"/.well-known/oauth-authorization-server"+issuer.Path, &server)
	if server.Issuer != resource.Servers[0] {
		w.t.Error(server)
	}
	return server.Token
}

func (w *world) json(at string, into any) {
	w.t.Helper()
	res := w.do("GET", strings.TrimPrefix(at, w.url), "", nil)
	if err := json.NewDecoder(res.Body).Decode(into); err != nil || res.StatusCode != http.StatusOK {
		w.t.Fatal(at, res.StatusCode, err)
	}
}

// TestDiscovery: authenticationSchemes has oauth2 for a tenant with clients only, and an access token has the
// settings of the connection of its client.
func TestDiscovery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, secret := w.add("acme", tenant.Client{Method: tenant.ClientSecret, Connection: tenant.Connection{IdP: "okta", Mode: tenant.Strict}})
	for name, want := range map[string]bool{"acme": true, "globex": false, "missing": false} {
		if got := strings.Contains(w.page("/scim/v2/"+name+"/ServiceProviderConfig"), `"type":"oauth2","name"`); got != want {
			t.Errorf("%s: oauth2 announced: %v", name, got)
		}
	}
	got := w.ask("acme", c.ID+":"+secret, url.Values{})
	w.scim("GET", "acme/Users", got.Token, "")
	if rec := w.last(); rec.IdP != "okta" || rec.Subject != c.ID {
		t.Errorf("%+v", rec)
	}
	if res := w.scim("POST", "acme/Users", got.Token, `{"userName":"x","unknown":1}`); res.StatusCode != http.StatusBadRequest {
		t.Error("the client is strict:", res.StatusCode)
	}
}
