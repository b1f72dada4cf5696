package authserver_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/oauth"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// world is a service with the tenants acme and globex, and an issuer outside.
type world struct {
	t        testing.TB
	url      string
	tenants  *counting
	verifier *oauth.Verifier
	address  oauth.Address
	keys     *oauth.Keys
	issuer   *issuer
	forget   func(scim.TenantID) // of the service

	mu      sync.Mutex
	ahead   time.Duration
	stands  time.Time // when the clock was stopped; zero while it goes
	records []scim.Record
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.stands.IsZero() {
		return w.stands.Add(w.ahead)
	}
	return time.Now().Add(w.ahead)
}

// stop stops the clock, but for later: what a test counts must not depend on the pace of the machine.
func (w *world) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stands = time.Now()
}

func (w *world) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ahead += d
}

func (w *world) observe(_ *http.Request, rec *scim.Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.records = append(w.records, *rec)
}

// last is the record of the last request.
func (w *world) last() scim.Record {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.records[len(w.records)-1]
}

// counting counts the reads of tenants.
type counting struct {
	*tenant.Memory
	mu    sync.Mutex
	reads int
}

func (c *counting) Resolve(ctx context.Context, id scim.TenantID) (*tenant.Record, error) {
	c.mu.Lock()
	c.reads++
	c.mu.Unlock()
	return c.Memory.Resolve(ctx, id)
}

func id(t testing.TB, name string) scim.TenantID {
	t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func newWorld(t testing.TB) *world { return newWorldWith(t, [32]byte{}) }

// newWorldWith is newWorld with a secret of the deployment.
func newWorldWith(t testing.TB, secret [32]byte) *world {
	t.Helper()
	w := &world{t: t, tenants: &counting{Memory: tenant.NewMemory()}, issuer: newIssuer(t), keys: &oauth.Keys{Secret: secret}}
	for _, name := range []string{"acme", "globex"} {
		if err := w.tenants.Create(t.Context(), tenant.Settings{ID: id(t, name)}); err != nil {
			t.Fatal(err)
		}
	}
	var h http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { h.ServeHTTP(rw, r) }))
	t.Cleanup(server.Close)
	w.url = server.URL
	h = w.service()
	return w
}

// service is the whole service, as every program has it.
func (w *world) service() http.Handler {
	base := w.url + scimstack.Prefix
	var err error
	if w.address, err = oauth.NewAddress(base, scimstack.Prefix); err != nil {
		w.t.Fatal(err)
	}
	w.verifier = oauth.NewVerifier(oauth.Options{Address: w.address, Keys: w.keys, Now: w.now, Loopback: true})
	s, err := scimstack.New(scimstack.Config{
		Store: memory.New(), Tenants: w.tenants, PublicBase: base, Now: w.now, NoLog: true, Logger: slog.New(slog.DiscardHandler),
		Observe: w.observe, ObserveCauses: true, OAuth: scimstack.OAuthOptions{Secret: w.keys.Secret, Loopback: true},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.forget = s.Forget
	return s
}

// add adds a client to a tenant.
func (w *world) add(name string, c tenant.Client) (client tenant.Client, secret string) {
	w.t.Helper()
	if c.Scopes == 0 {
		c.Scopes = scim.All
	}
	made := c
	if c.Method == tenant.Issued { // its issuer is on loopback, which NewClient refuses
		made.ID = "oc" + strings.ToLower(rand.Text()[:18])
	} else {
		var err error
		if made, secret, err = oauth.NewClient(c, w.now(), time.Time{}); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := w.tenants.PutClient(w.t.Context(), id(w.t, name), made); err != nil {
		w.t.Fatal(err)
	}
	return made, secret
}

// change changes a client that is stored.
func (w *world) change(name, client string, f func(*tenant.Client)) {
	w.t.Helper()
	r := w.record(name)
	for _, c := range r.Clients {
		if c.ID == client {
			f(&c)
			if err := w.tenants.PutClient(w.t.Context(), id(w.t, name), c); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

func (w *world) record(name string) *tenant.Record {
	r, err := w.tenants.Memory.Resolve(w.t.Context(), id(w.t, name))
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// scim sends a request with a token, and returns the answer.
func (w *world) scim(method, path, token, body string) *http.Response {
	w.t.Helper()
	return w.do(method, "/scim/v2/"+path, body, map[string]string{"Authorization": "Bearer " + token, "Content-Type": "application/scim+json"})
}

func (w *world) do(method, path, body string, headers map[string]string) *http.Response {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	res.Body = io.NopCloser(strings.NewReader(string(text)))
	return res
}

// reply is the answer of the token endpoint.
type reply struct {
	Status      int
	Header      http.Header
	Token       string `json:"access_token"`
	Type        string `json:"token_type"`
	Expires     int    `json:"expires_in"`
	Scope       string `json:"scope"`
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// ask sends a token request. basic is "id:secret", or "".
func (w *world) ask(name, basic string, form url.Values) reply {
	w.t.Helper()
	headers := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	if basic != "" {
		headers["Authorization"] = "Basic " + base64.StdEncoding.EncodeToString([]byte(basic))
	}
	if form.Get("grant_type") == "" {
		form.Set("grant_type", "client_credentials")
	}
	return w.answered(w.do("POST", "/oauth/"+name+"/token", form.Encode(), headers))
}

func (w *world) answered(res *http.Response) reply {
	w.t.Helper()
	r := reply{Status: res.StatusCode, Header: res.Header}
	if err := json.NewDecoder(res.Body).Decode(&r); err != nil {
		w.t.Fatal(res.StatusCode, err)
	}
	if res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("Pragma") != "no-cache" {
		w.t.Error("an answer of the token endpoint may be cached")
	}
	return r
}

// issuer is an identity provider that issues tokens itself.
type issuer struct {
	url  string
	rsa  *rsa.PrivateKey
	ec   *ecdsa.PrivateKey
	ed   ed25519.PrivateKey
	mu   sync.Mutex
	hits map[string]int
	page string // instead of the keys
	fail int    // status instead of the keys
	more []map[string]string
}

func newIssuer(t testing.TB) *issuer {
	t.Helper()
	i := &issuer{hits: map[string]int{}}
	i.rsa, _ = rsa.GenerateKey(rand.Reader, 2048)
	i.ec, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, i.ed, _ = ed25519.GenerateKey(rand.Reader)
	server := httptest.NewServer(i)
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.hits[r.URL.Path]++
	switch {
	case strings.HasSuffix(r.URL.Path, "/.well-known/openid-configuration"):
		of := i.url + strings.TrimSuffix(r.URL.Path, ".well-known/openid-configuration")
		if strings.Contains(of, "/v2.0") {
			of = strings.TrimSuffix(of, "/")
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": of, "jwks_uri": i.url + "/keys"})
	case i.fail != 0:
		w.WriteHeader(i.fail)
	case i.page != "":
		_, _ = io.WriteString(w, i.page)
	default:
		_, _ = w.Write(i.set())
	}
}

// asked is how often the keys were fetched.
func (i *issuer) asked() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.hits["/keys"]
}

func (i *issuer) set() []byte {
	b64 := base64.RawURLEncoding.EncodeToString
	point, _ := i.ec.PublicKey.Bytes()
	keys := append([]map[string]string{
		{"kty": "RSA", "kid": "r1", "use": "sig", "n": b64(i.rsa.N.Bytes()), "e": b64(big.NewInt(int64(i.rsa.E)).Bytes())},
		{"kty": "EC", "kid": "e1", "crv": "P-256", "alg": "ES256", "x": b64(point[1:33]), "y": b64(point[33:])},
		{"kty": "OKP", "kid": "d1", "crv": "Ed25519", "x": b64(i.ed.Public().(ed25519.PublicKey))},
		{"kty": "RSA", "kid": "secret", "use": "enc", "n": b64(i.rsa.N.Bytes()), "e": "AQAB"},
		{"kty": "RSA", "kid": "pinned", "alg": "RS256", "n": b64(i.rsa.N.Bytes()), "e": "AQAB"},
		{"kty": "EC", "kid": "other", "crv": "P-521", "x": "AA", "y": "AA"},
	}, i.more...)
	raw, _ := json.Marshal(map[string]any{"keys": keys})
	return raw
}

// token is a JWT by hand: header and claims are as they are given, if they are strings.
type token struct {
	header any
	claims any
	key    any
	alg    string // that signs, if it is not the one of the header
}

func (k token) String() string {
	part := func(v any) string {
		raw, ok := v.(string)
		if !ok {
			b, _ := json.Marshal(v)
			raw = string(b)
		}
		return base64.RawURLEncoding.EncodeToString([]byte(raw))
	}
	text := part(k.header) + "." + part(k.claims)
	if k.key == nil {
		return text + "."
	}
	alg := k.alg
	if m, ok := k.header.(obj); ok && alg == "" {
		alg, _ = m["alg"].(string)
	}
	sig, err := jwt.GetSigningMethod(alg).Sign(text, k.key)
	if err != nil {
		panic(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// obj is a JSON object.
type obj map[string]any

// with returns a copy with some members replaced; nil removes one.
func (o obj) with(pairs ...any) obj {
	out := obj{}
	for k, v := range o {
		out[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i].(string)] = pairs[i+1]
		if pairs[i+1] == nil {
			delete(out, pairs[i].(string))
		}
	}
	return out
}
