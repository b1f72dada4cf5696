package tenanttest

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

func clients(w *world) {
	second, first := client("b/ü"), secretClient("a")
	second.Created = start.Add(time.Millisecond)
	w.must("put", w.d.PutClient(w.ctx(), w.acme, second))
	w.must("put", w.d.PutClient(w.ctx(), w.acme, first))
	first.Version, second.Version = 1, 1
	w.equal("clients, by creation", w.resolve(w.acme).Clients, []tenant.Client{first, second})
	issued := tenant.Client{ID: "c", Method: tenant.Issued, Issuer: "i", Audience: []string{"a"}, Subject: "s", Scopes: scim.Read, Created: start.Add(time.Hour)}
	w.must("put", w.d.PutClient(w.ctx(), w.acme, issued))
	issued.Version = 1
	w.equal("clients", w.resolve(w.acme).Clients, []tenant.Client{first, second, issued})

	w.must("put", w.d.PutClient(w.ctx(), w.globex, tenant.Client{ID: "now", Method: tenant.ClientSecret, Secrets: first.Secrets}))
	if got := w.resolve(w.globex).Clients; len(got) != 1 || got[0].Created.IsZero() {
		w.Errorf("created: %+v", got)
	}
}

func clientVersions(w *world) {
	c := secretClient("a")
	absent := c
	absent.Version = 1
	w.fails("none to replace", w.d.PutClient(w.ctx(), w.acme, absent), tenant.ErrNotFound)
	w.must("put", w.d.PutClient(w.ctx(), w.acme, c))
	w.fails("again", w.d.PutClient(w.ctx(), w.acme, c), tenant.ErrExists)
	used := start.Add(time.Hour)
	w.must("touch", w.d.Touch(w.ctx(), w.acme, "a", used))
	for i := range 3 {
		c = client("a")
		c.Version, c.Used, c.Created = int64(i+1), start, time.Time{}
		w.must("replace", w.d.PutClient(w.ctx(), w.acme, c))
		w.fails("a version that has passed", w.d.PutClient(w.ctx(), w.acme, c), tenant.ErrChanged)
	}
	c.Version, c.Used, c.Created = 4, used, start
	w.equal("replaced", w.resolve(w.acme).Clients, []tenant.Client{c})
	c.Version = 5
	w.fails("a version that is not yet", w.d.PutClient(w.ctx(), w.acme, c), tenant.ErrChanged)
}

func badClients(w *world) {
	for what, change := range map[string]func(*tenant.Client){
		"no id": func(c *tenant.Client) { c.ID = "" }, "an id with a NUL": func(c *tenant.Client) { c.ID = "a\x00" },
		"a long id": func(c *tenant.Client) { c.ID = strings.Repeat("i", 201) }, "a long name": func(c *tenant.Client) { c.Name = strings.Repeat("n", 101) },
		"no method": func(c *tenant.Client) { c.Method = "" }, "a mode that there is not": func(c *tenant.Client) { c.Mode = "lax" },
		"no secret": func(c *tenant.Client) { c.Secrets = nil }, "no keys": func(c *tenant.Client) { c.Method = tenant.PrivateKeyJWT },
		"keys that are not JSON": func(c *tenant.Client) { c.Keys = json.RawMessage(`<html>`) }, "no issuer": func(c *tenant.Client) { c.Method = tenant.Issued },
		"a URL of keys that is none": func(c *tenant.Client) { c.KeysURI = "keys" },
	} {
		c := secretClient("a")
		change(&c)
		w.refused(what, w.d.PutClient(w.ctx(), w.acme, c))
	}
	w.equal("after that", len(w.resolve(w.acme).Clients), 0)
}

func oneKind(w *world) {
	w.must("token", w.d.AddToken(w.ctx(), w.acme, plain("a")))
	w.must("client", w.d.PutClient(w.ctx(), w.acme, secretClient("b")))
	c := secretClient("a")
	w.fails("a client with the id of a token", w.d.PutClient(w.ctx(), w.acme, c), tenant.ErrExists)
	c.Version = 1
	w.fails("a client instead of a token", w.d.PutClient(w.ctx(), w.acme, c), tenant.ErrNotFound)
	w.fails("a token with the id of a client", w.d.AddToken(w.ctx(), w.acme, plain("b")), tenant.ErrExists)
	yes := true
	w.fails("change a client as a token", w.d.ChangeToken(w.ctx(), w.acme, "b", tenant.TokenChange{Revoked: &yes}), tenant.ErrNotFound)
	r := w.resolve(w.acme)
	if len(r.Tokens) != 1 || len(r.Clients) != 1 || r.Clients[0].Revoked || r.Tokens[0].Revoked {
		w.Errorf("after that: %+v", r)
	}
	w.must("revoke a client", tenant.Revoke(w.ctx(), w.d, w.acme, "b"))
	w.must("again", tenant.Revoke(w.ctx(), w.d, w.acme, "b"))
	if got := w.resolve(w.acme).Clients[0]; !got.Revoked {
		w.Errorf("not revoked: %+v", got)
	}
}
