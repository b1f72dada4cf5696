package tenanttest

import (
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

func tokens(w *world) {
	second, first := token("b"), plain("a")
	second.Created = start.Add(time.Millisecond)
	same := plain("c")
	same.Created = second.Created
	for _, t := range []tenant.Token{second, same, first} {
		w.must("add", w.d.AddToken(w.ctx(), w.acme, t))
	}
	w.equal("tokens, by creation", w.resolve(w.acme).Tokens, []tenant.Token{first, second, same})
	other := token("b")
	other.Name = "another"
	w.fails("twice", w.d.AddToken(w.ctx(), w.acme, other), tenant.ErrExists)
	w.equal("after that", w.resolve(w.acme).Tokens[1], second)
	w.must("the same key of another tenant", w.d.AddToken(w.ctx(), w.globex, other))

	before := time.Now().Add(-time.Hour)
	w.must("add", w.d.AddToken(w.ctx(), w.acme, tenant.Token{KeyID: "now", Hash: [32]byte{3}}))
	for _, t := range w.resolve(w.acme).Tokens {
		if t.KeyID == "now" && t.Created.Before(before) && t.Created.Before(start) {
			w.Errorf("created at %s", t.Created)
		}
	}
}

func changeToken(w *world) {
	t, kept := token("a"), plain("b")
	t.ReplacedBy = ""
	w.must("add", w.d.AddToken(w.ctx(), w.acme, t))
	w.must("add", w.d.AddToken(w.ctx(), w.acme, kept))
	text, empty, no, yes := "new name", "", false, true
	scopes, later, never := scim.Read|scim.Activity, start.AddDate(3, 0, 0), time.Time{}
	connection, none, next := tenant.Connection{IdP: "google", Mode: tenant.Tolerant}, tenant.Connection{}, "c"
	for what, c := range map[string]tenant.TokenChange{
		"nothing": {}, "name": {Name: &text}, "no name": {Name: &empty}, "connection": {Connection: &connection}, "no connection": {Connection: &none},
		"scopes": {Scopes: &scopes}, "expires": {Expires: &later}, "never": {Expires: &never}, "not revoked": {Revoked: &no}, "revoked": {Revoked: &yes},
		"replaced": {ReplacedBy: &next}, "no longer replaced": {ReplacedBy: &empty},
		"all": {Name: &text, Connection: &connection, Scopes: &scopes, Expires: &later, Revoked: &no},
	} {
		if c.Replaces() { // once only
			w.must(what, w.d.ChangeToken(w.ctx(), w.acme, "a", tenant.TokenChange{ReplacedBy: &empty}))
			t.ReplacedBy = ""
		}
		w.must(what, w.d.ChangeToken(w.ctx(), w.acme, "a", c))
		c.Apply(&t)
		w.equal(what, w.resolve(w.acme).Tokens, []tenant.Token{t, kept})
	}
	for _, key := range []string{"x", "", "a\x00", strings.Repeat("a", 3000), "\xff"} {
		w.fails("a token that there is not", w.d.ChangeToken(w.ctx(), w.acme, key, tenant.TokenChange{Name: &text}), tenant.ErrNotFound)
		w.fails("a token that there is not", tenant.Revoke(w.ctx(), w.d, w.acme, key), tenant.ErrNotFound)
	}
	w.must("revoke", tenant.Revoke(w.ctx(), w.d, w.acme, "b"))
	w.must("again", tenant.Revoke(w.ctx(), w.d, w.acme, "b"))
	if got := w.resolve(w.acme).Tokens[1]; !got.Revoked || got.Live(start) {
		w.Errorf("not revoked: %+v", got)
	}
}

func replaced(w *world) {
	w.must("add", w.d.AddToken(w.ctx(), w.acme, plain("a")))
	one, two, soon, empty := "one", "two", start.Add(time.Hour), ""
	w.must("replace", w.d.ChangeToken(w.ctx(), w.acme, "a", tenant.TokenChange{ReplacedBy: &one}))
	w.fails("again", w.d.ChangeToken(w.ctx(), w.acme, "a", tenant.TokenChange{ReplacedBy: &two, Expires: &soon}), tenant.ErrChanged)
	if got := w.resolve(w.acme).Tokens[0]; got.ReplacedBy != one || !got.Expires.IsZero() {
		w.Errorf("changed: %+v", got)
	}
	w.must("take back", w.d.ChangeToken(w.ctx(), w.acme, "a", tenant.TokenChange{ReplacedBy: &empty}))
	w.must("replace", w.d.ChangeToken(w.ctx(), w.acme, "a", tenant.TokenChange{ReplacedBy: &two}))
}

func badTokens(w *world) {
	w.must("add", w.d.AddToken(w.ctx(), w.acme, plain("a")))
	for what, change := range map[string]func(*tenant.Token){
		"no key": func(t *tenant.Token) { t.KeyID = "" }, "a key with a NUL": func(t *tenant.Token) { t.KeyID = "a\x00b" },
		"a key that is no text": func(t *tenant.Token) { t.KeyID = "\xff" }, "a long key": func(t *tenant.Token) { t.KeyID = strings.Repeat("k", 201) },
		"a key with spaces": func(t *tenant.Token) { t.KeyID = "a b" },
		"a long name":       func(t *tenant.Token) { t.Name = strings.Repeat("n", 101) }, "a name of two lines": func(t *tenant.Token) { t.Name = "a\nb" },
		"a mode that there is not": func(t *tenant.Token) { t.Mode = "lax" },
	} {
		t := plain("b")
		change(&t)
		w.refused(what, w.d.AddToken(w.ctx(), w.acme, t))
		if t.KeyID == "b" {
			w.refused(what, w.d.ChangeToken(w.ctx(), w.acme, "a", tenant.TokenChange{Name: &t.Name, Connection: &t.Connection}))
		}
	}
	w.equal("after that", w.resolve(w.acme).Tokens, []tenant.Token{plain("a")})
}
