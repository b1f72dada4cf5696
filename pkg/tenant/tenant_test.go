package tenant_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

func id(t *testing.T, name string) scim.TenantID {
	t.Helper()
	v, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTenantNames(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "ab", "UPPER", "a_b", "a/b", "admin", "scim", "../x", strings.Repeat("a", 33), "é12", "a#b"} {
		if _, err := scim.ParseTenantID(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestTokenForm(t *testing.T) {
	t.Parallel()
	text, token := tenant.NewToken(id(t, "acme"), scim.All)
	got, keyID, err := tenant.ParseToken(text)
	if err != nil || got != id(t, "acme") || keyID != token.KeyID {
		t.Fatalf("%v %v %v", got, keyID, err)
	}
	for i := range len(text) { // one changed character never passes
		bad := text[:i] + "!" + text[i+1:]
		if _, _, err := tenant.ParseToken(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
	other, _ := tenant.NewToken(id(t, "acme"), scim.All)
	if other == text {
		t.Error("two tokens are equal")
	}
}

type counting struct {
	*tenant.Memory
	calls atomic.Int64
	fail  atomic.Bool
}

func (c *counting) Resolve(ctx context.Context, id scim.TenantID) (*tenant.Record, error) {
	c.calls.Add(1)
	if c.fail.Load() {
		return nil, errors.New("store is down")
	}
	return c.Memory.Resolve(ctx, id)
}

// TestAuthenticate: expired and revoked tokens (Z-05), tokens of another tenant, and the cache.
func TestAuthenticate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	resolver := &counting{Memory: tenant.NewMemory()}
	acme, globex := id(t, "acme"), id(t, "globex")
	live, liveToken := tenant.NewToken(acme, scim.Read|scim.Users)
	old, oldToken := tenant.NewToken(acme, scim.All)
	oldToken.Expires = now.Add(time.Hour)
	foreign, foreignToken := tenant.NewToken(globex, scim.All)
	resolver.Set(tenant.Record{Settings: tenant.Settings{ID: acme, IdP: "entra"}, Tokens: []tenant.Token{liveToken, oldToken}})
	resolver.Set(tenant.Record{Settings: tenant.Settings{ID: globex}, Tokens: []tenant.Token{foreignToken}})
	a := tenant.NewAuthenticator(resolver, tenant.Options{Now: func() time.Time { return now }})
	check := func(what, name, token string, ok bool) {
		t.Helper()
		p, tn, err := a.Authenticate(t.Context(), name, token)
		if ok && (err != nil || p.Tenant != tn.ID) || !ok && !errors.Is(err, scim.ErrUnauthenticated) {
			t.Errorf("%s: %v %v", what, p, err)
		}
	}
	check("live", "acme", live, true)
	check("by token alone", "", live, true)
	check("second token", "acme", old, true)
	check("foreign", "acme", foreign, false)
	check("unknown tenant", "unknown", live, false)
	check("no tenant name", "../acme", live, false)
	check("wrong", "acme", live+"x", false)
	check("empty", "acme", "", false)
	if n := resolver.calls.Load(); n != 3 {
		t.Errorf("%d look-ups, want 3 (acme, once more for the first refused token, unknown)", n)
	}
	now = now.Add(2 * time.Hour)
	check("expired", "acme", old, false)
	if err := tenant.Revoke(t.Context(), resolver.Memory, acme, liveToken.KeyID); err != nil {
		t.Fatal(err)
	}
	now = now.Add(61 * time.Second)
	check("revoked", "acme", live, false)
	for _, c := range []struct {
		id   scim.TenantID
		key  string
		want error
	}{{globex, foreignToken.KeyID, nil}, {globex, "none", tenant.ErrNotFound}, {id(t, "unknown"), "x", tenant.ErrUnknown}} {
		if err := tenant.Revoke(t.Context(), resolver.Memory, c.id, c.key); !errors.Is(err, c.want) {
			t.Errorf("revoke %q of %s: %v, want %v", c.key, c.id, err, c.want)
		}
	}
	resolver.fail.Store(true)
	now = now.Add(61 * time.Second)
	if _, _, err := a.Authenticate(t.Context(), "acme", live); err == nil || errors.Is(err, scim.ErrUnauthenticated) {
		t.Errorf("a failing Resolver looks like a wrong token: %v", err)
	}
}

func TestZ05RevokedAndExpired(t *testing.T) {
	t.Parallel()
	t.Run("Z-05 only a hash is kept", func(t *testing.T) {
		text, token := tenant.NewToken(id(t, "acme"), scim.All)
		if strings.Contains(string(token.Hash[:])+token.KeyID, text[20:40]) || token.Live(time.Now()) == false {
			t.Error("the token has its secret, or is not live")
		}
		token.Expires = time.Now().Add(-time.Second)
		if token.Live(time.Now()) {
			t.Error("an expired token is live")
		}
	})
	t.Run("Z-05 a revoked and an expired token are refused, and no other", func(t *testing.T) {
		for what, end := range map[string]func(*tenant.Token){
			"": func(*tenant.Token) {}, "revoked": func(k *tenant.Token) { k.Revoked = true }, "expired": func(k *tenant.Token) { k.Expires = time.Now() },
		} {
			text, token := tenant.NewToken(id(t, "acme"), scim.All)
			end(&token)
			records := tenant.NewMemory()
			records.Set(tenant.Record{Settings: tenant.Settings{ID: id(t, "acme")}, Tokens: []tenant.Token{token}})
			_, _, err := tenant.NewAuthenticator(records, tenant.Options{}).Authenticate(t.Context(), "acme", text)
			if refused := errors.Is(err, scim.ErrUnauthenticated); refused != (what != "") || !refused && err != nil {
				t.Errorf("%q: %v", what, err)
			}
		}
	})
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s := tenant.Settings{ID: id(t, "acme"), IdP: "entra", NoPassword: true, SharedGroupNames: true}
	tn, err := s.Tenant()
	if err != nil {
		t.Fatal(err)
	}
	if !tn.EntraMembers || tn.Types.ByName("User").Schema.Attribute("password") != nil {
		t.Error("the settings are not applied to the tenant")
	}
	if tn.Types.ByName("Group").Schema.Attribute("displayName").Uniqueness != schema.None {
		t.Error("group names are still unique")
	}
	if schema.User().Attribute("password") == nil || schema.Group().Attribute("displayName").Uniqueness != schema.Server {
		t.Error("the shared schemas were changed")
	}
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	t.Run("N-07 one tenant cannot starve another", func(t *testing.T) {
		now := time.Now()
		l := tenant.NewLimiter(func() time.Time { return now })
		busy := limited(t, "busy")
		calm := limited(t, "calm")
		admitted := 0
		for range 200 {
			if _, ok := l.Admit(busy); ok {
				admitted++
			}
		}
		if admitted != 50 {
			t.Errorf("%d admitted at once, want 50", admitted)
		}
		if wait, ok := l.Admit(busy); ok || wait <= 0 {
			t.Errorf("wait %v %v", wait, ok)
		}
		if _, ok := l.Admit(calm); !ok {
			t.Error("the calm tenant is rejected")
		}
		now = now.Add(time.Second)
		if _, ok := l.Admit(busy); !ok {
			t.Error("still rejected a second later")
		}
	})
}

// TestRefusals: the log has the reason why a credential is not accepted, the client does not.
func TestRefusals(t *testing.T) {
	t.Parallel()
	now := time.Now()
	acme := id(t, "acme")
	old, oldToken := tenant.NewToken(acme, scim.All)
	oldToken.Expires = now.Add(-time.Hour)
	gone, goneToken := tenant.NewToken(acme, scim.All)
	goneToken.Revoked = true
	wrong, _ := tenant.NewToken(acme, scim.All)
	foreign, _ := tenant.NewToken(id(t, "globex"), scim.All)
	m := tenant.NewMemory()
	m.Set(tenant.Record{Settings: tenant.Settings{ID: acme}, Tokens: []tenant.Token{oldToken, goneToken}})
	a := tenant.NewAuthenticator(m, tenant.Options{})
	for token, want := range map[string]scim.Code{
		old: scim.CodeTokenExpired, gone: scim.CodeTokenRevoked, wrong: scim.CodeTokenWrong,
		foreign: scim.CodeTokenTenant, old[:len(old)-1]: scim.CodeTokenDamaged, "secret": scim.CodeTokenWrong,
	} {
		_, _, err := a.Authenticate(t.Context(), "acme", token)
		var refused *scim.RefusedError
		if !errors.Is(err, scim.ErrUnauthenticated) || !errors.As(err, &refused) || refused.Code != want {
			t.Errorf("%v, want %s", err, want)
		}
		known := want == scim.CodeTokenExpired || want == scim.CodeTokenRevoked
		if refused != nil && (refused.KeyID != "") != known {
			t.Errorf("%s: key id %q", want, refused.KeyID)
		}
		if scim.AsError(err).Detail != scim.AsError(scim.ErrUnauthenticated).Detail || scim.AsError(err).Status != 401 {
			t.Errorf("%s is visible to the client", want)
		}
	}
}

// limited is a tenant with 25 requests per second.
func limited(t *testing.T, name string) *scim.Tenant {
	t.Helper()
	tn, err := scim.NewTenant(scim.TenantConfig{ID: id(t, name), Limits: scim.Limits{Rate: 25}})
	if err != nil {
		t.Fatal(err)
	}
	return tn
}

// TestActive: only tokens that are linked to a user depend on it, and on every request.
func TestActive(t *testing.T) {
	t.Parallel()
	acme := id(t, "acme")
	free, first := tenant.NewToken(acme, scim.All)
	bound, second := tenant.NewToken(acme, scim.All)
	second.UserID = "u1"
	m := tenant.NewMemory()
	m.Set(tenant.Record{Settings: tenant.Settings{ID: acme}, Tokens: []tenant.Token{first, second}})
	var state error
	active, calls := true, 0
	a := tenant.NewAuthenticator(m, tenant.Options{Active: func(_ context.Context, got scim.TenantID, userID string) (bool, error) {
		if calls++; got != acme || userID != "u1" {
			t.Error(got, userID)
		}
		return active, state
	}})
	check := func(credential string, want scim.Code, wantCalls int) {
		t.Helper()
		calls = 0
		_, _, err := a.Authenticate(t.Context(), "acme", credential)
		if got := scim.AsError(err); (got == nil) != (want == "") || got != nil && got.Code != want || calls != wantCalls {
			t.Errorf("%v after %d calls", err, calls)
		}
	}
	check(bound, "", 1)
	active = false
	check(bound, scim.CodeTokenUser, 1)
	check(free, "", 0)
	check(bound+"x", scim.CodeTokenDamaged, 0)
	state = &scim.BusyError{}
	check(bound, scim.CodeBusy, 1)
}

// TestActiveIn: a user without a value of active is active; one that does not exist is not.
func TestActiveIn(t *testing.T) {
	t.Parallel()
	acme, store := id(t, "acme"), memory.New()
	ask := tenant.ActiveIn(store)
	for name, document := range map[string]string{"on": `{"active":true}`, "off": `{"active":false}`, "open": `{}`} {
		r := &scim.Resource{Type: "User", ID: name, Document: []byte(document)}
		if _, err := store.Commit(t.Context(), acme, scim.Change{Type: "User", ID: name, Now: time.Now(), Put: r}); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]bool{"on": true, "off": false, "open": true, "gone": false} {
		if got, err := ask(t.Context(), acme, name); got != want || err != nil {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
}
