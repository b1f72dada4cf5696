package authserver_test

import (
	"net/url"
	"testing"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestForget: what is changed through the process that serves a token endpoint is in use there at the next request: a
// client that is revoked, and one that is made after a request was refused. Other processes keep a tenant for a minute.
func TestForget(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	acme := id(t, "acme")
	c, secret := w.add("acme", tenant.Client{Method: tenant.ClientSecret})
	ask := func() int { return w.ask("acme", c.ID+":"+secret, url.Values{}).Status }
	if got := ask(); got != 200 {
		t.Fatal(got)
	}
	w.change("acme", c.ID, func(c *tenant.Client) { c.Revoked = true })
	if got := ask(); got != 200 {
		t.Fatal("the tenant is not kept, so that this test shows nothing:", got)
	}
	w.forget(acme)
	if got := ask(); got != 401 || w.last().Code != scim.CodeTokenRevoked {
		t.Error("a revoked client:", got, w.last())
	}
	w.ask("acme", "ocx:x", url.Values{})
	c, secret = w.add("acme", tenant.Client{Method: tenant.ClientSecret})
	if got := ask(); got != 401 {
		t.Fatal("read again for each refused request:", got)
	}
	w.forget(acme)
	if got := ask(); got != 200 {
		t.Error("a new client:", got)
	}
}
