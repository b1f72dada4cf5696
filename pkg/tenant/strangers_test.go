package tenant_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestStrangersLearnNoNames: requests that no token matches make the same calls of the Resolver for
// known and unknown names: in the first request and in later ones, with any kind of wrong credential or
// none, while the tenant's own traffic goes on, and after the time that answers are cached.
func TestStrangersLearnNoNames(t *testing.T) {
	t.Parallel()
	other, _ := tenant.NewToken(id(t, "third"), scim.All)
	for name, traffic := range map[string]bool{"a busy tenant": true, "a quiet tenant": false} {
		for what, knock := range map[string]func(a *tenant.Authenticator, name, forged string){
			"wrong":   func(a *tenant.Authenticator, name, _ string) { _, _, _ = a.Authenticate(t.Context(), name, "x") },
			"foreign": func(a *tenant.Authenticator, name, _ string) { _, _, _ = a.Authenticate(t.Context(), name, other) },
			"forged":  func(a *tenant.Authenticator, _, forged string) { _, _, _ = a.Authenticate(t.Context(), "", forged) },
			"none":    func(a *tenant.Authenticator, name, _ string) { a.Settings(t.Context(), name) },
			"and again": func(a *tenant.Authenticator, name, _ string) {
				_, _, _ = a.Authenticate(t.Context(), name, "x")
				a.Settings(t.Context(), name)
			},
		} {
			now := time.Unix(1e9, 0)
			resolver := &counting{Memory: tenant.NewMemory()}
			own, token := tenant.NewToken(id(t, "known"), scim.All)
			resolver.Set(tenant.Record{Settings: tenant.Settings{ID: id(t, "known")}, Tokens: []tenant.Token{token}})
			a := tenant.NewAuthenticator(resolver, tenant.Options{Now: func() time.Time { return now }})
			calls := func(stranger string) int64 {
				before := resolver.calls.Load()
				forged, _ := tenant.NewToken(id(t, stranger), scim.All)
				knock(a, stranger, forged)
				return resolver.calls.Load() - before
			}
			for i, later := range []time.Duration{0, 0, time.Second, 4 * time.Second, 2 * time.Second, 52 * time.Second, time.Second, time.Second, 30 * time.Second, time.Hour, 0} {
				now = now.Add(later)
				if traffic {
					if _, _, err := a.Authenticate(t.Context(), "known", own); err != nil {
						t.Error(err)
					}
				}
				if known, unknown := calls("known"), calls("unknown"); known != unknown || known > 1 {
					t.Errorf("%s, %s, request %d: %d calls for a known name, %d for an unknown one", name, what, i, known, unknown)
				}
			}
		}
	}
}

// TestNamesTakeNoRoom: guessed names cost one call each and push no tenant out of the cache, and a
// tenant that is pushed out by others is found again, also after wrong tokens.
func TestNamesTakeNoRoom(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	resolver := &counting{Memory: tenant.NewMemory()}
	a := tenant.NewAuthenticator(resolver, tenant.Options{Now: func() time.Time { return now }})
	tokens := map[string]string{}
	for i := range 20 {
		name := fmt.Sprint("real", i)
		own, token := tenant.NewToken(id(t, name), scim.All)
		resolver.Set(tenant.Record{Settings: tenant.Settings{ID: id(t, name)}, Tokens: []tenant.Token{token}})
		tokens[name] = own
	}
	enter := func(name, token string) (calls int64, err error) {
		before := resolver.calls.Load()
		_, _, err = a.Authenticate(t.Context(), name, token)
		return resolver.calls.Load() - before, err
	}
	for name, own := range tokens {
		if calls, err := enter(name, own); calls != 1 || err != nil {
			t.Fatal(calls, err)
		}
	}
	for round, want := range []int64{1, 0} {
		for i := range 4000 {
			if calls, err := enter(fmt.Sprint("guess", i), "x"); calls != want || !errors.Is(err, scim.ErrUnauthenticated) {
				t.Fatalf("round %d, name %d: %d calls, %v", round, i, calls, err)
			}
		}
	}
	for i := range 30000 {
		_, _ = enter(fmt.Sprint("more", i), "x")
	}
	for name, own := range tokens {
		if calls, err := enter(name, own); calls != 0 || err != nil {
			t.Errorf("%s after 34,000 names: %d calls, %v", name, calls, err)
		}
	}
	_, _ = enter("real0", "x")
	for i := range 12000 {
		name := fmt.Sprint("many", i)
		own, token := tenant.NewToken(id(t, name), scim.All)
		if i%100 != 0 { // making a token is slow
			own, token = "literal", tenant.LiteralToken("literal", scim.All)
		}
		resolver.Set(tenant.Record{Settings: tenant.Settings{ID: id(t, name)}, Tokens: []tenant.Token{token}})
		if _, err := enter(name, own); err != nil {
			t.Fatal(err)
		}
		if calls, err := enter("real1", tokens["real1"]); calls != 0 || err != nil {
			t.Fatalf("a tenant in use is pushed out after %d: %d %v", i, calls, err)
		}
	}
	if calls, err := enter("real0", tokens["real0"]); calls > 1 || err != nil {
		t.Errorf("a tenant that was pushed out: %d calls, %v", calls, err)
	}
}

// TestNewToken: a new token is accepted at its first use, and after a refused one within the time
// that answers are cached.
func TestNewToken(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	resolver := &counting{Memory: tenant.NewMemory()}
	a := tenant.NewAuthenticator(resolver, tenant.Options{Now: func() time.Time { return now }})
	record := tenant.Record{Settings: tenant.Settings{ID: id(t, "acme")}}
	add := func() string {
		own, token := tenant.NewToken(id(t, "acme"), scim.All)
		record.Tokens = append(record.Tokens, token)
		resolver.Set(record)
		return own
	}
	check := func(what, token string, want bool) {
		t.Helper()
		if _, _, err := a.Authenticate(t.Context(), "acme", token); (err == nil) != want {
			t.Errorf("%s: %v", what, err)
		}
	}
	check("the first", add(), true)
	check("a new one", add(), true)
	check("a wrong one", "x", false)
	third := add()
	check("a new one after a wrong one", third, false)
	now = now.Add(time.Minute)
	check("a minute later", third, true)
	resolver.fail.Store(true)
	if _, _, err := a.Authenticate(t.Context(), "acme", "x"); err == nil || errors.Is(err, scim.ErrUnauthenticated) {
		t.Errorf("a name that cannot be checked: %v", err)
	}
}

// slow is a Resolver that changes a tenant after it has read it.
type slow struct {
	*tenant.Memory
	then func()
}

func (s *slow) Resolve(ctx context.Context, id scim.TenantID) (*tenant.Record, error) {
	r, err := s.Memory.Resolve(ctx, id)
	if then := s.then; then != nil {
		s.then = nil
		then()
	}
	return r, err
}

// TestForget: after Forget the next request sees what was changed, also if a slow read of what was before ends later.
func TestForget(t *testing.T) {
	t.Parallel()
	acme := id(t, "acme")
	m := &slow{Memory: tenant.NewMemory()}
	own, token := tenant.NewToken(acme, scim.All)
	m.Set(tenant.Record{Settings: tenant.Settings{ID: acme, IdP: "okta"}, Tokens: []tenant.Token{token}})
	a := tenant.NewAuthenticator(m, tenant.Options{})
	sees := func(want string) {
		t.Helper()
		if _, now, err := a.Authenticate(t.Context(), "acme", own); err != nil || now.IdP != want {
			t.Errorf("%+v %v, want %s", now, err, want)
		}
	}
	change := func(idp string) {
		m.Set(tenant.Record{Settings: tenant.Settings{ID: acme, IdP: idp}, Tokens: []tenant.Token{token}})
	}
	sees("okta")
	change("google")
	sees("okta") // cached
	a.Forget(acme)
	sees("google")
	a.Forget(acme)
	m.then = func() { change("entra"); a.Forget(acme) }
	sees("google") // it was read before
	sees("entra")
}
