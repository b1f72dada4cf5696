package tenanttest

import (
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

func remove(w *world) {
	w.must("token", w.d.AddToken(w.ctx(), w.acme, plain("a")))
	w.must("token", w.d.AddToken(w.ctx(), w.acme, plain("b")))
	w.must("client", w.d.PutClient(w.ctx(), w.acme, secretClient("c")))
	for _, key := range []string{"a", "c"} {
		w.must("remove", w.d.RemoveCredential(w.ctx(), w.acme, key))
		w.fails("again", w.d.RemoveCredential(w.ctx(), w.acme, key), tenant.ErrNotFound)
	}
	for _, key := range []string{"", "a\x00", "\xff", strings.Repeat("k", 3000)} {
		w.fails("what there is not", w.d.RemoveCredential(w.ctx(), w.acme, key), tenant.ErrNotFound)
	}
	r := w.resolve(w.acme)
	if len(r.Clients) != 0 || len(r.Tokens) != 1 || r.Tokens[0].KeyID != "b" {
		w.Errorf("left: %+v", r)
	}
	w.must("the key is free", w.d.PutClient(w.ctx(), w.acme, secretClient("a")))
}

func touch(w *world) {
	t, c := token("a"), secretClient("b")
	t.Used = time.Time{}
	w.must("token", w.d.AddToken(w.ctx(), w.acme, t))
	w.must("client", w.d.PutClient(w.ctx(), w.acme, c))
	w.must("token", w.d.AddToken(w.ctx(), w.globex, t))
	late := start.Add(3 * time.Hour)
	for _, at := range []time.Time{start, late, start.Add(time.Hour), late} {
		for _, key := range []string{"a", "b", "nobody", "", "a\x00", "\xff"} {
			w.must("touch "+key, w.d.Touch(w.ctx(), w.acme, key, at))
		}
	}
	t.Used, c.Used, c.Version = late, late, 1
	r := w.resolve(w.acme)
	w.equal("tokens", r.Tokens, []tenant.Token{t})
	w.equal("clients", r.Clients, []tenant.Client{c})
	w.equal("another tenant", w.resolve(w.globex).Tokens[0].Used.IsZero(), true)
	w.must("a tenant that there is not", w.d.Touch(w.ctx(), w.id("nobody"), "a", late))
	_, err := w.d.Resolve(w.ctx(), w.id("nobody"))
	w.fails("after that", err, tenant.ErrUnknown)
}

func once(w *world) {
	first := func(id scim.TenantID, key string) bool {
		w.Helper()
		yes, err := w.d.Once(w.ctx(), id, key, time.Now().AddDate(1, 0, 0))
		w.must("once", err)
		return yes
	}
	for _, key := range []string{"jti", "", "a\x00b", "\xff", strings.Repeat("long", 1000), strings.Repeat("long", 1001), "JTI"} {
		w.equal("first", first(w.acme, key), true)
		w.equal("second", first(w.acme, key), false)
		w.equal("of another tenant", first(w.globex, key), true)
	}
	r := w.resolve(w.acme)
	if len(r.Tokens)+len(r.Clients) > 0 {
		w.Errorf("it is a credential: %+v", r)
	}
}

func unknownTenants(w *world) {
	text := "x"
	for _, id := range []scim.TenantID{w.id("stranger"), {}} {
		_, err := w.d.Resolve(w.ctx(), id)
		w.fails("resolve", err, tenant.ErrUnknown)
		w.fails("token", w.d.AddToken(w.ctx(), id, plain("a")), tenant.ErrUnknown)
		w.fails("token", w.d.AddToken(w.ctx(), id, token("a")), tenant.ErrUnknown)
		w.fails("change", w.d.ChangeToken(w.ctx(), id, "a", tenant.TokenChange{Name: &text}), tenant.ErrUnknown)
		w.fails("change", w.d.ChangeToken(w.ctx(), id, "a", tenant.TokenChange{Connection: &tenant.Connection{IdP: "okta"}}), tenant.ErrUnknown)
		w.fails("client", w.d.PutClient(w.ctx(), id, secretClient("a")), tenant.ErrUnknown)
		c := secretClient("a")
		c.Version = 3
		w.fails("client", w.d.PutClient(w.ctx(), id, c), tenant.ErrUnknown)
		w.fails("remove", w.d.RemoveCredential(w.ctx(), id, "a"), tenant.ErrUnknown)
	}
	w.fails("put", w.d.Put(w.ctx(), tenant.Settings{ID: w.id("stranger")}), tenant.ErrUnknown)
	w.fails("put", w.d.Put(w.ctx(), tenant.Settings{ID: w.id("stranger"), Version: 1}), tenant.ErrUnknown)
	w.must("its name is free", w.d.Create(w.ctx(), tenant.Settings{ID: w.id("stranger")}))
	r := w.resolve(w.id("stranger"))
	if len(r.Tokens)+len(r.Clients) > 0 {
		w.Errorf("it has credentials: %+v", r)
	}
}

func apart(w *world) {
	longer := w.id("acme-2")
	w.must("create", w.d.Create(w.ctx(), tenant.Settings{ID: longer}))
	for _, id := range []scim.TenantID{w.globex, longer} {
		w.must("token", w.d.AddToken(w.ctx(), id, plain("a")))
		w.must("client", w.d.PutClient(w.ctx(), id, secretClient("b")))
	}
	text := "x"
	w.fails("change", w.d.ChangeToken(w.ctx(), w.acme, "a", tenant.TokenChange{Name: &text}), tenant.ErrNotFound)
	w.fails("remove", w.d.RemoveCredential(w.ctx(), w.acme, "b"), tenant.ErrNotFound)
	w.must("put", w.d.Put(w.ctx(), tenant.Settings{ID: w.acme, IdP: "okta"}))
	r := w.resolve(w.acme)
	w.equal("credentials", len(r.Tokens)+len(r.Clients), 0)
	w.equal("settings", w.resolve(longer).Settings.IdP, "")
}
