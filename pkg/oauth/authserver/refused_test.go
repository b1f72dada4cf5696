package authserver_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const (
	directory = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"
	entraApp  = "00000014-0000-0000-c000-000000000000"
	gallery   = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
)

// forge has what the cases of TestRefusedTokens are made of.
type forge struct {
	*world
	client      tenant.Client
	mine        obj // header and claims of a token that is accepted
	claims      obj
	private     ed25519.PrivateKey
	stranger    ed25519.PrivateKey
	v1, v2      obj // claims of Entra's tokens that are accepted
	headerV1    obj
	entraClient tenant.Client
}

func newForge(t *testing.T) *forge {
	t.Helper()
	f := &forge{world: newWorld(t)}
	f.client, _ = f.add("acme", tenant.Client{Method: tenant.ClientSecret})
	key := f.key("acme", 0)
	f.private = key
	_, f.stranger, _ = ed25519.GenerateKey(rand.Reader)
	now := f.now()
	f.mine = obj{"alg": "EdDSA", "typ": "at+jwt", "kid": f.keys.Current(id(t, "acme"), f.record("acme").Settings.CursorKey, now).ID}
	f.claims = obj{
		"iss": f.address.Issuer("acme"), "aud": f.address.Resource("acme"), "sub": f.client.ID, "client_id": f.client.ID,
		"scope": "scim", "jti": "x", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	f.headerV1 = obj{"alg": "RS256", "typ": "JWT", "kid": "r1", "x5t": "r1"}
	f.v1 = obj{
		"iss": f.issuer.url + "/" + directory + "/", "aud": gallery, "appid": entraApp, "sub": "object", "tid": directory, "ver": "1.0",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(), "roles": []string{"x"},
	}
	f.v2 = f.v1.with("iss", f.issuer.url+"/"+directory+"/v2.0", "appid", nil, "azp", entraApp, "ver", "2.0")
	for _, c := range []obj{f.v1, f.v2} {
		f.entraClient, _ = f.add("acme", tenant.Client{Method: tenant.Issued, Issuer: c["iss"].(string), Audience: []string{gallery}, Subject: entraApp})
	}
	return f
}

// key is the key of a tenant some epochs from now.
func (f *forge) key(name string, epochs int) ed25519.PrivateKey {
	at := f.now().Add(time.Duration(epochs) * 30 * 24 * time.Hour)
	return f.keys.Current(id(f.t, name), f.record(name).Settings.CursorKey, at).Private
}

// own is a token with changed members of the header and of the claims, signed with the right key.
func (f *forge) own(header, claims []any) string {
	return token{f.mine.with(header...), f.claims.with(claims...), f.private, ""}.String()
}

func (f *forge) entra(header, claims []any) string {
	return token{f.headerV1.with(header...), f.v1.with(claims...), f.issuer.rsa, ""}.String()
}

type change = []any

// refusedCases are tokens that must not be accepted at https://…/scim/v2/acme, with the code that the log has.
func (f *forge) refusedCases() map[string]struct {
	token string
	code  scim.Code
} {
	type refused = struct {
		token string
		code  scim.Code
	}
	good := token{f.mine, f.claims, f.private, ""}.String()
	parts := strings.Split(good, ".")
	evilRSA, _ := rsa.GenerateKey(rand.Reader, 2048)
	evilEC, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	der, _ := x509.MarshalPKIXPublicKey(&f.issuer.rsa.PublicKey)
	rsaPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	edPublic := []byte(f.private.Public().(ed25519.PublicKey))
	b64 := base64.RawURLEncoding.EncodeToString
	now := f.now()
	oldKey := f.keys.Current(id(f.t, "acme"), f.record("acme").Settings.CursorKey, now.Add(-60*24*time.Hour))
	globex := f.keys.Current(id(f.t, "globex"), f.record("globex").Settings.CursorKey, now)
	damaged, signature, wrong := scim.CodeTokenDamaged, scim.CodeTokenSignature, scim.CodeTokenWrong
	flipped := []byte(parts[2])
	if flipped[10]++; !strings.ContainsRune("BCDEFGHIJKLMNOPQRSTUVWXYZbcdefghijklmnopqrstuvwxyz", rune(flipped[10])) {
		flipped[10] = 'A' // a letter of base64, too
	}
	twice := strings.Replace(string(must(f.claims)), `{`, `{"scope":"scim.read",`, 1)
	return map[string]refused{
		// Ours.
		"alg none, without a signature":       {token{f.mine.with("alg", "none"), f.claims, nil, ""}.String(), damaged},
		"alg none, with a signature":          {token{f.mine.with("alg", "none"), f.claims, f.private, "EdDSA"}.String(), signature},
		"alg nOnE":                            {token{f.mine.with("alg", "nOnE"), f.claims, f.private, "EdDSA"}.String(), signature},
		"alg missing":                         {token{f.mine.with("alg", nil), f.claims, f.private, "EdDSA"}.String(), signature},
		"alg a number":                        {token{f.mine.with("alg", 7), f.claims, f.private, "EdDSA"}.String(), damaged},
		"HS256 with the public key as secret": {token{f.mine.with("alg", "HS256"), f.claims, edPublic, ""}.String(), signature},
		"HS256 with an empty secret":          {token{f.mine.with("alg", "HS256"), f.claims, []byte{}, ""}.String(), signature},
		"ES256 with a key of one's own":       {token{f.mine.with("alg", "ES256"), f.claims, evilEC, ""}.String(), signature},
		"EdDSA with a key of one's own":       {token{f.mine, f.claims, f.stranger, ""}.String(), signature},
		"RS256 with the kid of ours":          {token{f.mine.with("alg", "RS256"), f.claims, evilRSA, ""}.String(), signature},
		"an embedded jwk":                     {token{f.mine.with("jwk", obj{"kty": "OKP", "crv": "Ed25519", "x": b64(f.stranger.Public().(ed25519.PublicKey))}), f.claims, f.stranger, ""}.String(), damaged},
		"an embedded jwk beside a signature":  {f.own(change{"jwk", obj{}}, nil), damaged},
		"jku":                                 {f.own(change{"jku", f.issuer.url + "/keys"}, nil), damaged},
		"x5u":                                 {f.own(change{"x5u", f.issuer.url + "/cert"}, nil), damaged},
		"x5c":                                 {f.own(change{"x5c", []string{"MII"}}, nil), damaged},
		"crit":                                {f.own(change{"crit", []string{"exp"}}, nil), damaged},
		"crit with an extension":              {f.own(change{"crit", []string{"b64"}, "b64", false}, nil), damaged},
		"b64 false":                           {f.own(change{"b64", false}, nil), damaged},
		"CRIT in capitals":                    {f.own(change{"CRIT", []string{"exp"}}, nil), damaged},
		"kid of a file":                       {f.own(change{"kid", "../../../../dev/null"}, nil), signature},
		"kid with SQL":                        {f.own(change{"kid", "x' UNION SELECT 'secret"}, nil), signature},
		"kid with a line break":               {f.own(change{"kid", "x\r\nX-Evil: 1"}, nil), signature},
		"kid missing":                         {f.own(change{"kid", nil}, nil), signature},
		"kid empty":                           {f.own(change{"kid", ""}, nil), signature},
		"kid a list":                          {f.own(change{"kid", []string{"x"}}, nil), damaged},
		"a key of two epochs ago":             {token{f.mine.with("kid", oldKey.ID), f.claims, oldKey.Private, ""}.String(), signature},
		"the key of another tenant":           {token{f.mine.with("kid", globex.ID), f.claims, globex.Private, ""}.String(), signature},
		"typ JWT":                             {f.own(change{"typ", "JWT"}, nil), signature},
		"typ missing":                         {f.own(change{"typ", nil}, nil), signature},
		"typ of an assertion":                 {f.own(change{"typ", "client-authentication+jwt"}, nil), signature},
		"nested, with cty":                    {token{f.mine.with("cty", "JWT"), good, f.private, ""}.String(), damaged},
		"nested, without cty":                 {token{f.mine, good, f.private, ""}.String(), damaged},
		"expired":                             {f.own(nil, change{"exp", now.Add(-3 * time.Minute).Unix()}), scim.CodeTokenLapsed},
		"without an end":                      {f.own(nil, change{"exp", nil}), scim.CodeTokenTime},
		"exp a string":                        {f.own(nil, change{"exp", "tomorrow"}), damaged},
		"nbf ahead":                           {f.own(nil, change{"nbf", now.Add(3 * time.Minute).Unix()}), scim.CodeTokenTime},
		"iat ahead":                           {f.own(nil, change{"iat", now.Add(3 * time.Minute).Unix()}), scim.CodeTokenTime},
		"another tenant's":                    {f.own(nil, change{"iss", f.address.Issuer("globex"), "aud", f.address.Resource("globex")}), scim.CodeTokenTenant},
		"the audience of another tenant":      {f.own(nil, change{"aud", f.address.Resource("globex")}), scim.CodeTokenAudience},
		"the audience with a slash":           {f.own(nil, change{"aud", f.address.Resource("acme") + "/"}), scim.CodeTokenAudience},
		"the issuer as audience":              {f.own(nil, change{"aud", f.address.Issuer("acme")}), scim.CodeTokenAudience},
		"without an audience":                 {f.own(nil, change{"aud", nil}), scim.CodeTokenAudience},
		"an empty list of audiences":          {f.own(nil, change{"aud", []string{}}), scim.CodeTokenAudience},
		"another issuer":                      {f.own(nil, change{"iss", "https://evil.example.com"}), scim.CodeTokenIssuer},
		"an issuer below ours":                {f.own(nil, change{"iss", f.address.Issuer("acme") + "/x"}), scim.CodeTokenIssuer},
		"without an issuer":                   {f.own(nil, change{"iss", nil}), scim.CodeTokenIssuer},
		"an unknown client":                   {f.own(nil, change{"sub", "ocnone", "client_id", "ocnone"}), wrong},
		"sub of another client":               {f.own(nil, change{"sub", "ocother"}), wrong},
		"client_id of an issued client":       {f.own(nil, change{"sub", f.entraClient.ID, "client_id", f.entraClient.ID}), wrong},
		"a scope that there is not":           {f.own(nil, change{"scope", "scim.admin"}), wrong},
		"scopes as a list of their own":       {f.own(nil, change{"scope", "scim scim.admin"}), wrong},
		"without a scope":                     {f.own(nil, change{"scope", nil}), wrong},
		"a claim twice":                       {token{f.mine, twice, f.private, ""}.String(), damaged},
		"a claim twice, in two cases":         {token{f.mine, strings.Replace(twice, "scope", "SCOPE", 1), f.private, ""}.String(), damaged},
		"a claim twice, with a long s":        {token{f.mine, strings.Replace(twice, "scope", "ſcope", 1), f.private, ""}.String(), damaged},
		"alg twice":                           {token{strings.Replace(string(must(f.mine)), `{`, `{"alg":"none",`, 1), f.claims, f.private, "EdDSA"}.String(), damaged},
		"claims that are a list":              {token{f.mine, "[]", f.private, ""}.String(), damaged},
		"two objects":                         {token{f.mine, string(must(f.claims)) + "{}", f.private, ""}.String(), damaged},
		"many claims":                         {token{f.mine, many(f.claims), f.private, ""}.String(), damaged},
		"too large":                           {f.own(nil, change{"x", strings.Repeat("x", 16<<10)}), damaged},
		"a wrong signature":                   {parts[0] + "." + parts[1] + "." + string(flipped), signature},
		"other claims under the signature":    {parts[0] + "." + strings.Split(f.own(nil, change{"scope", "scim.read"}), ".")[1] + "." + parts[2], signature},
		"truncated":                           {good[:len(good)-6], signature},
		"without the last character":          {good[:len(good)-1], damaged},
		"two parts":                           {parts[0] + "." + parts[1], wrong},
		"four parts":                          {good + ".x", wrong},
		"five parts":                          {parts[0] + ".x.x.x.x", wrong},
		"a space inside":                      {parts[0] + ". " + parts[1] + "." + parts[2], damaged},
		"padded":                              {parts[0] + "." + parts[1] + "." + parts[2] + "==", damaged},
		"empty parts":                         {parts[0] + "..", damaged},
		// Of the issuer.
		"Entra: another directory":         {f.entra(nil, change{"iss", f.issuer.url + "/11111111-604b-40ac-a9d7-9fd97c0b779f/"}), scim.CodeTokenIssuer},
		"Entra: the issuer without /":      {f.entra(nil, change{"iss", f.issuer.url + "/" + directory}), scim.CodeTokenIssuer},
		"Entra: another audience":          {f.entra(nil, change{"aud", "00000003-0000-0000-c000-000000000000"}), scim.CodeTokenAudience},
		"Entra: no audience":               {f.entra(nil, change{"aud", ""}), scim.CodeTokenAudience},
		"Entra: another application":       {f.entra(nil, change{"appid", "22222222-0000-0000-c000-000000000000"}), scim.CodeTokenSubject},
		"Entra: no application":            {f.entra(nil, change{"appid", nil, "sub", nil}), scim.CodeTokenSubject},
		"Entra: a key of one's own":        {token{f.headerV1, f.v1, evilRSA, ""}.String(), signature},
		"Entra: HS256 with the public key": {token{f.headerV1.with("alg", "HS256"), f.v1, rsaPEM, ""}.String(), signature},
		"Entra: HS256 with the modulus":    {token{f.headerV1.with("alg", "HS256"), f.v1, f.issuer.rsa.N.Bytes(), ""}.String(), signature},
		"Entra: alg none":                  {token{f.headerV1.with("alg", "none"), f.v1, f.issuer.rsa, "RS256"}.String(), signature},
		"Entra: RS512":                     {token{f.headerV1.with("alg", "RS512"), f.v1, f.issuer.rsa, ""}.String(), signature},
		"Entra: a key for encryption":      {f.entra(change{"kid", "secret"}, nil), signature},
		"Entra: PS256 with a key of RS256": {f.entra(change{"kid", "pinned", "alg", "PS256"}, nil), signature},
		"Entra: ES256 with the kid of RSA": {token{f.headerV1.with("alg", "ES256"), f.v1, f.issuer.ec, ""}.String(), signature},
		"Entra: an unknown kid":            {f.entra(change{"kid", "r2"}, nil), signature},
		"Entra: no kid, several keys":      {f.entra(change{"kid", nil}, nil), signature},
		"Entra: expired":                   {f.entra(nil, change{"exp", now.Add(-3 * time.Minute).Unix()}), scim.CodeTokenLapsed},
		"Entra: nbf ahead":                 {f.entra(nil, change{"nbf", now.Add(3 * time.Minute).Unix()}), scim.CodeTokenTime},
		"Entra: a logout token":            {f.entra(change{"typ", "logout+jwt"}, nil), signature},
		"Entra: our key":                   {token{f.mine, f.v1, f.private, ""}.String(), signature},
		"our issuer with Entra's key":      {token{f.headerV1, f.claims, f.issuer.rsa, ""}.String(), signature},
	}
}

// many is an object with more members than a token may have.
func many(o obj) obj {
	o = o.with()
	for i := range 100 {
		o[fmt.Sprint("c", i)] = i
	}
	return o
}

// TestRefusedTokens: every one is refused with 401 and the same body, and the log has the reason.
func TestRefusedTokens(t *testing.T) {
	t.Parallel()
	f := newForge(t)
	cases := f.refusedCases()
	bodies := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		c := cases[name]
		res := f.scim("GET", "acme/Users", c.token, "")
		rec := f.last()
		if res.StatusCode != http.StatusUnauthorized || rec.Code != c.code {
			t.Errorf("%s: %d %s, want 401 %s", name, res.StatusCode, rec.Code, c.code)
		}
		bodies[read(t, res)] = true
		if want := `Bearer realm="scim", resource_metadata="` + f.url + `/.well-known/oauth-protected-resource/scim/v2/acme"`; res.Header.Get("WWW-Authenticate") != want {
			t.Errorf("%s: %s", name, res.Header.Get("WWW-Authenticate"))
		}
	}
	if len(bodies) != 1 {
		t.Errorf("the answers differ: %v", bodies)
	}
	if len(cases) < 40 {
		t.Errorf("%d cases", len(cases))
	}
	if n := f.issuer.asked(); n > 2 { // of two issuers, each once
		t.Errorf("the keys were fetched %d times", n)
	}
}

// TestAcceptedTokens: the tokens that the refused ones are made of are accepted, in all forms that are allowed.
func TestAcceptedTokens(t *testing.T) {
	t.Parallel()
	f := newForge(t)
	now := f.now()
	for name, tok := range map[string]string{
		"ours":                      f.own(nil, nil),
		"application/at+jwt":        f.own(change{"typ", "application/AT+JWT"}, nil),
		"aud as a list":             f.own(nil, change{"aud", []string{f.address.Resource("acme")}}),
		"a little late":             f.own(nil, change{"exp", now.Add(-time.Minute).Unix()}),
		"the key before":            token{f.mine.with("kid", f.keys.Current(id(t, "acme"), f.record("acme").Settings.CursorKey, now.Add(-30*24*time.Hour)).ID), f.claims, f.key("acme", -1), ""}.String(),
		"Entra, version 1":          f.entra(nil, nil),
		"Entra, version 2":          token{f.headerV1, f.v2, f.issuer.rsa, ""}.String(),
		"Entra, aud as a list":      f.entra(nil, change{"aud", []string{"other", gallery}}),
		"Entra, PS256":              f.entra(change{"alg", "PS256"}, nil),
		"Entra, ES256":              token{f.headerV1.with("alg", "ES256", "kid", "e1"), f.v1, f.issuer.ec, ""}.String(),
		"Entra, ES256 without kid":  token{f.headerV1.with("alg", "ES256", "kid", nil), f.v1, f.issuer.ec, ""}.String(),
		"Entra, EdDSA":              token{f.headerV1.with("alg", "EdDSA", "kid", "d1"), f.v1, f.issuer.ed, ""}.String(),
		"Entra, a clock of 100 s":   f.entra(nil, change{"nbf", now.Add(100 * time.Second).Unix(), "iat", now.Add(100 * time.Second).Unix()}),
		"Entra, no typ":             f.entra(change{"typ", nil}, nil),
		"Entra, at+jwt":             f.entra(change{"typ", "at+jwt"}, nil),
		"Entra, sub as the subject": f.entra(nil, change{"appid", nil, "sub", entraApp}),
	} {
		if res := f.scim("GET", "acme/Users", tok, ""); res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", name, res.StatusCode, f.last().Code)
		}
	}
	if rec := f.last(); rec.Subject == "" {
		t.Error("a record without its client")
	}
}

// TestClientEnds: a revoked, expired or removed client ends its tokens, and fewer scopes are fewer at once.
func TestClientEnds(t *testing.T) {
	t.Parallel()
	f := newForge(t)
	tok := f.own(nil, nil)
	status := func() int { return f.scim("GET", "acme/Users", tok, "").StatusCode }
	create := func() int { return f.scim("POST", "acme/Users", tok, `{"userName":"`+rand.Text()+`"}`).StatusCode }
	if status() != 200 || create() != 201 {
		t.Fatal("not accepted")
	}
	f.change("acme", f.client.ID, func(c *tenant.Client) { c.Scopes = scim.Read | scim.Users })
	f.later(61 * time.Second) // the time that tenants are cached
	if status() != 200 || create() != 403 {
		t.Error("scopes that were taken away")
	}
	f.change("acme", f.client.ID, func(c *tenant.Client) { c.Revoked = true })
	f.later(61 * time.Second) // the time that tenants are cached
	if status() != 401 || f.last().Code != scim.CodeTokenRevoked || f.last().Subject != f.client.ID {
		t.Error("revoked:", f.last())
	}
	f.change("acme", f.client.ID, func(c *tenant.Client) { c.Revoked, c.Expires = false, f.now().Add(-time.Second) })
	f.later(61 * time.Second) // the time that tenants are cached
	if status() != 401 || f.last().Code != scim.CodeTokenExpired {
		t.Error("expired:", f.last())
	}
	err := f.tenants.RemoveCredential(t.Context(), id(t, "acme"), f.client.ID)
	f.later(61 * time.Second)
	if err != nil || status() != 401 || f.last().Code != scim.CodeTokenWrong {
		t.Error("removed:", err, f.last())
	}
	entra := f.entra(nil, nil)
	for _, c := range f.record("acme").Clients {
		f.change("acme", c.ID, func(c *tenant.Client) { c.Scopes = scim.Read | scim.Users })
	}
	f.later(61 * time.Second)
	if res := f.scim("POST", "acme/Users", entra, `{"userName":"x"}`); res.StatusCode != http.StatusForbidden {
		t.Error("an issued token has more scopes than its client:", res.StatusCode)
	}
}
