package authserver_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/oauth"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestManyIssuers: a service with more issuers than have their keys kept does not ask all of them again: Entra has one for each
// customer.
func TestManyIssuers(t *testing.T) {
	t.Parallel()
	issuer := newIssuer(t)
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write(issuer.set())
	}))
	t.Cleanup(server.Close)
	now := time.Now()
	address, err := oauth.NewAddress("https://scim.example.com/scim/v2", "/scim/v2")
	if err != nil {
		t.Fatal(err)
	}
	v := oauth.NewVerifier(oauth.Options{Address: address, Loopback: true, Now: func() time.Time { return now }})
	const issuers = 1200
	pass := func() int64 {
		asked.Store(0)
		for n := range issuers {
			name := "https://login.example.com/" + strconv.Itoa(n)
			r := &tenant.Record{Settings: tenant.Settings{ID: id(t, "acme")}, Clients: []tenant.Client{{
				ID: "c", Method: tenant.Issued, Issuer: name, KeysURI: server.URL + "/" + strconv.Itoa(n), Audience: []string{"scim"}, Subject: "app", Scopes: scim.All,
			}}}
			credential := token{obj{"alg": "EdDSA", "kid": "d1"}, obj{"iss": name, "aud": "scim", "sub": "app", "exp": now.Add(time.Hour).Unix()}, issuer.ed, ""}.String()
			if _, _, _, err := v.Verify(t.Context(), r, credential); err != nil {
				t.Fatal(n, err)
			}
		}
		return asked.Load()
	}
	if n := pass(); n != issuers {
		t.Errorf("first pass: %d fetches", n)
	}
	if n := pass(); n > 900 {
		t.Errorf("second pass: %d fetches for %d issuers", n, issuers)
	}
}

// TestHangingIssuer: an issuer that does not answer holds up its own tokens for a few seconds, once, and neither those of others nor static
// ones; it is asked once a minute, however many requests there are.
func TestHangingIssuer(t *testing.T) {
	t.Parallel()
	f := newForge(t)
	hang := make(chan struct{})
	var asked atomic.Int64
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(slow.Close)
	t.Cleanup(func() { close(hang) })
	f.add("acme", tenant.Client{Method: tenant.Issued, Issuer: "https://slow.example.com", KeysURI: slow.URL, Audience: []string{"scim"}, Subject: "app"})
	text, static := tenant.NewToken(id(t, "acme"), scim.All)
	if err := f.tenants.AddToken(t.Context(), id(t, "acme"), static); err != nil {
		t.Fatal(err)
	}
	f.later(61 * time.Second)
	bad := token{obj{"alg": "EdDSA", "kid": "d1"}, obj{"iss": "https://slow.example.com", "aud": "scim", "sub": "app", "exp": f.now().Add(time.Hour).Unix()}, f.issuer.ed, ""}.String()
	good := f.entra(nil, change{"exp", f.now().Add(time.Hour).Unix()})
	status := func(credential string) int { return f.scim("GET", "acme/Users", credential, "").StatusCode }
	if got := []int{status(good), status(text)}; got[0] != 200 || got[1] != 200 {
		t.Fatal(got)
	}
	refused := async.Go(func() error {
		return async.Each(t.Context(), 20, make([]int, 20), func(_ context.Context, _ int) error {
			if got := status(bad); got != http.StatusServiceUnavailable {
				t.Error("of the issuer that hangs:", got)
			}
			return nil
		})
	})
	began := time.Now()
	for range 20 {
		if status(good) != 200 || status(text) != 200 {
			t.Error("others are refused")
		}
	}
	if d := time.Since(began); d > 3*time.Second {
		t.Error("others are held up for", d)
	}
	if err := <-refused; err != nil {
		t.Error(err)
	}
	began = time.Now()
	for range 10 {
		if got := status(bad); got != http.StatusServiceUnavailable {
			t.Error(got)
		}
	}
	if d := time.Since(began); d > 3*time.Second || asked.Load() != 1 {
		t.Errorf("after the failure: %v for 10 requests, asked %d times", d, asked.Load())
	}
}
