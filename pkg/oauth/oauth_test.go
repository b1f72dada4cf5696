package oauth_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/oauth"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

func id(t testing.TB, name string) scim.TenantID {
	t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestKeys: a key depends on the tenant, its random key, the epoch and the secret of the deployment, and on nothing
// else; a tenant without a random key has one of the process.
func TestKeys(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	acme, globex, random := id(t, "acme"), id(t, "globex"), [32]byte{1}
	var one, two oauth.Keys
	secret := oauth.Keys{Secret: [32]byte{2}}
	want := one.Current(acme, random, now)
	if got := two.Current(acme, random, now.Add(24*time.Hour)); !got.Private.Equal(want.Private) || got.ID != want.ID {
		t.Error("another key on another instance")
	}
	seen := map[string]bool{want.ID: true}
	for _, k := range []oauth.Key{
		one.Current(globex, random, now), one.Current(acme, [32]byte{3}, now), one.Current(acme, random, now.Add(31*24*time.Hour)),
		secret.Current(acme, random, now), one.Current(acme, [32]byte{}, now), two.Current(acme, [32]byte{}, now),
	} {
		if seen[k.ID] {
			t.Error("the same key twice")
		}
		seen[k.ID] = true
	}
	if again := one.Current(acme, [32]byte{}, now).ID; !seen[again] {
		t.Error("the key of a tenant without a random one changes")
	}
}

// TestAddress: the URLs of a tenant, also behind a gateway that has a path before everything.
func TestAddress(t *testing.T) {
	t.Parallel()
	for base, want := range map[[2]string][4]string{
		{"https://scim.example.com/scim/v2", "/scim/v2"}: {
			"https://scim.example.com/oauth/acme", "https://scim.example.com/oauth/acme/token",
			"https://scim.example.com/scim/v2/acme", "https://scim.example.com/.well-known/oauth-protected-resource/scim/v2/acme",
		},
		{"https://x.example.com/prod/scim/v2/", "/scim/v2"}: {
			"https://x.example.com/prod/oauth/acme", "https://x.example.com/prod/oauth/acme/token",
			"https://x.example.com/prod/scim/v2/acme", "https://x.example.com/prod/.well-known/oauth-protected-resource/scim/v2/acme",
		},
		{"https://example.com/api/people", "/scim/v2"}: {
			"https://example.com/oauth/acme", "https://example.com/oauth/acme/token",
			"https://example.com/api/people/acme", "https://example.com/.well-known/oauth-protected-resource/api/people/acme",
		},
	} {
		a, err := oauth.NewAddress(base[0], base[1])
		if err != nil {
			t.Fatal(err)
		}
		if got := [4]string{a.Issuer("acme"), a.Token("acme"), a.Resource("acme"), a.Metadata("acme")}; got != want {
			t.Errorf("%v:\n%v\n%v", base, got, want)
		}
	}
}

// TestCheck: a client that cannot be used is refused with the field, and nothing is fetched.
func TestCheck(t *testing.T) {
	t.Parallel()
	_, private, _ := ed25519.GenerateKey(nil)
	b64 := base64.RawURLEncoding.EncodeToString
	x, d := b64(private.Public().(ed25519.PublicKey)), b64(private.Seed())
	set := func(members string) json.RawMessage { return json.RawMessage(`{"keys":[{"kid":"1",` + members + `}]}`) }
	good := set(`"kty":"OKP","crv":"Ed25519","x":"` + x + `"`)
	key := tenant.Client{Method: tenant.PrivateKeyJWT, Scopes: scim.All}
	issued := tenant.Client{Method: tenant.Issued, Scopes: scim.All, Issuer: "https://login.example.com/", Audience: []string{"a"}, Subject: "s"}
	with := func(c tenant.Client, f func(*tenant.Client)) tenant.Client { f(&c); return c }
	for name, c := range map[string]struct {
		client tenant.Client
		field  string
	}{
		"a secret":             {tenant.Client{Method: tenant.ClientSecret, Scopes: scim.All}, ""},
		"a log reader":         {tenant.Client{Method: tenant.ClientSecret, Scopes: scim.Activity}, ""},
		"keys":                 {with(key, func(c *tenant.Client) { c.Keys = good }), ""},
		"a URL":                {with(key, func(c *tenant.Client) { c.KeysURI = "https://idp.example.com/keys" }), ""},
		"an issuer":            {issued, ""},
		"no method":            {tenant.Client{Scopes: scim.All}, "Method"},
		"an unknown method":    {tenant.Client{Method: "mtls", Scopes: scim.All}, "Method"},
		"no scope":             {tenant.Client{Method: tenant.ClientSecret}, "Scopes"},
		"no type":              {tenant.Client{Method: tenant.ClientSecret, Scopes: scim.Read}, "Scopes"},
		"a long name":          {tenant.Client{Method: tenant.ClientSecret, Scopes: scim.All, Name: strings.Repeat("x", 101)}, "Name"},
		"a name of two lines":  {tenant.Client{Method: tenant.ClientSecret, Scopes: scim.All, Name: "a\nb"}, "Name"},
		"a mode":               {tenant.Client{Method: tenant.ClientSecret, Scopes: scim.All, Connection: tenant.Connection{Mode: "loose"}}, "Mode"},
		"a secret with keys":   {tenant.Client{Method: tenant.ClientSecret, Scopes: scim.All, Keys: good}, "Keys"},
		"a secret of issuer":   {tenant.Client{Method: tenant.ClientSecret, Scopes: scim.All, Issuer: "https://x.example.com"}, "Issuer"},
		"no keys":              {key, "Keys"},
		"keys and a URL":       {with(key, func(c *tenant.Client) { c.Keys, c.KeysURI = good, "https://x.example.com" }), "Keys"},
		"keys that are a page": {with(key, func(c *tenant.Client) { c.Keys = json.RawMessage("<html>") }), "Keys"},
		"a private key":        {with(key, func(c *tenant.Client) { c.Keys = set(`"kty":"OKP","crv":"Ed25519","x":"` + x + `","d":"` + d + `"`) }), "Keys"},
		"a secret key":         {with(key, func(c *tenant.Client) { c.Keys = set(`"kty":"oct","k":"c2VjcmV0"`) }), "Keys"},
		"a short RSA key":      {with(key, func(c *tenant.Client) { c.Keys = set(`"kty":"RSA","n":"` + b64(make([]byte, 128)) + `","e":"AQAB"`) }), "Keys"},
		"a point off a curve":  {with(key, func(c *tenant.Client) { c.Keys = set(`"kty":"EC","crv":"P-256","x":"` + x + `","y":"` + x + `"`) }), "Keys"},
		"an http URL":          {with(key, func(c *tenant.Client) { c.KeysURI = "http://idp.example.com/keys" }), "KeysURI"},
		"a private URL":        {with(key, func(c *tenant.Client) { c.KeysURI = "https://169.254.169.254/latest" }), "KeysURI"},
		"a URL with a user":    {with(key, func(c *tenant.Client) { c.KeysURI = "https://a:b@idp.example.com" }), "KeysURI"},
		"an issuer of all":     {with(issued, func(c *tenant.Client) { c.Issuer = "https://login.microsoftonline.com/common/v2.0" }), "Issuer"},
		"an issuer's template": {with(issued, func(c *tenant.Client) { c.Issuer = "https://login.microsoftonline.com/{tenantid}/v2.0" }), "Issuer"},
		"no issuer":            {with(issued, func(c *tenant.Client) { c.Issuer = "" }), "Issuer"},
		"no audience":          {with(issued, func(c *tenant.Client) { c.Audience = nil }), "Audience"},
		"an empty audience":    {with(issued, func(c *tenant.Client) { c.Audience = []string{""} }), "Audience"},
		"no subject":           {with(issued, func(c *tenant.Client) { c.Subject = "" }), "Subject"},
		"an issuer with keys":  {with(issued, func(c *tenant.Client) { c.Keys = good }), "Keys"},
	} {
		_, secret, err := oauth.NewClient(c.client, time.Now(), time.Time{})
		var wrong *oauth.Invalid
		if errors.As(err, &wrong) != (c.field != "") || wrong != nil && (wrong.Field != c.field || strings.Contains(err.Error(), d)) {
			t.Errorf("%s: %v", name, err)
		}
		if (secret != "") != (err == nil && c.client.Method == tenant.ClientSecret) {
			t.Errorf("%s: %d bytes of a secret", name, len(secret))
		}
	}
}

// TestAddSecret: a client has two secrets at most, and an old one never lives longer than before.
func TestAddSecret(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	c, first, err := oauth.NewClient(tenant.Client{Method: tenant.ClientSecret, Scopes: scim.All}, now, now.Add(time.Hour))
	if err != nil || !strings.HasPrefix(first, "scimc_"+c.ID+"_") {
		t.Fatal(first, err)
	}
	second := oauth.AddSecret(&c, now.Add(time.Minute), time.Time{}, now.Add(24*time.Hour))
	at := func(d time.Duration, s string) bool { return oauth.HasSecret(&c, s, now.Add(d)) }
	if !at(2*time.Minute, first) || !at(2*time.Minute, second) || at(61*time.Minute, first) || at(0, first+"x") || at(0, "") {
		t.Error("two secrets:", c.Secrets)
	}
	third := oauth.AddSecret(&c, now.Add(2*time.Minute), time.Time{}, now.Add(3*time.Minute))
	if len(c.Secrets) != 2 || at(2*time.Minute, first) || !at(2*time.Minute, second) || !at(time.Hour, third) || at(3*time.Minute, second) {
		t.Error("three secrets:", c.Secrets)
	}
	if oauth.HasSecret(nil, first, now) {
		t.Error("a secret of no client")
	}
	if raw, err := json.Marshal(c); err != nil || strings.Contains(string(raw), third) {
		t.Error("the secret is stored", err)
	}
}
