package tenant_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// TestConnections: the tenant of a request has the settings of its token, made once for each record, and a
// change takes effect within the time that answers are cached.
func TestConnections(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	acme, m := id(t, "acme"), tenant.NewMemory()
	if err := m.Create(t.Context(), tenant.Settings{ID: acme, IdP: "okta"}); err != nil {
		t.Fatal(err)
	}
	a := tenant.NewAuthenticator(m, tenant.Options{Now: func() time.Time { return now }})
	add := func(name string, c tenant.Connection) (string, string) {
		own, token := tenant.NewToken(acme, scim.All)
		token.Name, token.Connection = name, c
		if err := m.AddToken(t.Context(), acme, token); err != nil {
			t.Fatal(err)
		}
		return own, token.KeyID
	}
	check := func(what, token, idp string, entra, strict bool) *scim.Tenant {
		t.Helper()
		p, got, err := a.Authenticate(t.Context(), "acme", token)
		if err != nil || got.IdP != idp || got.EntraMembers != entra || got.Strict != strict || p.Name != what || p.Client {
			t.Errorf("%s: %+v %+v %v", what, p, got, err)
		}
		return got
	}
	plain, key := add("plain", tenant.Connection{})
	entra, _ := add("entra", tenant.Connection{IdP: "entra"})
	strict, _ := add("strict", tenant.Connection{Mode: tenant.Strict})
	for range 2 {
		first := check("plain", plain, "okta", false, false)
		check("strict", strict, "okta", false, true)
		if again := check("entra", entra, "entra", true, false); again == first || again != check("entra", entra, "entra", true, false) {
			t.Error("not one tenant for each connection")
		}
	}
	to := tenant.Connection{IdP: "entra", Mode: tenant.Strict}
	if err := m.ChangeToken(t.Context(), acme, key, tenant.TokenChange{Connection: &to}); err != nil {
		t.Fatal(err)
	}
	check("plain", plain, "okta", false, false)
	now = now.Add(time.Minute)
	check("plain", plain, "entra", true, true)
	check("strict", strict, "okta", false, true)
}

// TestConnectionAllocates: a token with settings of its own, and a client, cost no allocation more than a
// token without.
func TestConnectionAllocates(t *testing.T) {
	acme, m := id(t, "acme"), tenant.NewMemory()
	if err := m.Create(t.Context(), tenant.Settings{ID: acme}); err != nil {
		t.Fatal(err)
	}
	a := tenant.NewAuthenticator(m, tenant.Options{})
	var n [2]float64
	for i, c := range []tenant.Connection{{}, {IdP: "entra", Mode: tenant.Strict}} {
		own, token := tenant.NewToken(acme, scim.All)
		token.Connection = c
		if err := m.AddToken(t.Context(), acme, token); err != nil {
			t.Fatal(err)
		}
		n[i] = testing.AllocsPerRun(100, func() { _, _, _ = a.Authenticate(t.Context(), "acme", own) })
	}
	if n[0] != n[1] || n[1] > 2 {
		t.Errorf("%v allocations", n)
	}
}

// jwt stands for package oauth: "jwt.<tenant>.<client>" is an access token, and "jwt." one that is refused.
type jwt struct{ calls atomic.Int64 }

func (j *jwt) Names(credential string) (scim.TenantID, bool) {
	parts := strings.Split(credential, ".")
	if len(parts) != 3 || parts[0] != "jwt" {
		return scim.TenantID{}, false
	}
	id, err := scim.ParseTenantID(parts[1])
	return id, err == nil
}

var errKeys = &scim.BusyError{Cause: errors.New("the keys of the issuer cannot be read")}

func (j *jwt) Verify(_ context.Context, r *tenant.Record, credential string) (*tenant.Client, scim.Scope, bool, error) {
	j.calls.Add(1)
	parts := strings.Split(credential, ".")
	if parts[0] != "jwt" {
		return nil, 0, false, nil
	}
	if parts[2] == "busy" {
		return nil, 0, false, errKeys
	}
	for i := range r.Clients {
		if r.Clients[i].ID == parts[2] && r.Settings.ID.String() == parts[1] {
			return &r.Clients[i], scim.Read | scim.Users | scim.Agent, true, nil
		}
	}
	return nil, 0, false, &scim.RefusedError{Code: scim.CodeTokenWrong}
}

// TestAccessTokens: an access token stands for a live client, with its settings and no more than its
// scopes; a new client is known at its first use; nothing of this tells strangers which names are known.
func TestAccessTokens(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	acme, resolver, verifier := id(t, "acme"), &counting{Memory: tenant.NewMemory()}, &jwt{}
	for _, name := range []string{"acme", "quiet"} {
		if err := resolver.Create(t.Context(), tenant.Settings{ID: id(t, name)}); err != nil {
			t.Fatal(err)
		}
	}
	a := tenant.NewAuthenticator(resolver, tenant.Options{Now: func() time.Time { return now }, Verifier: verifier})
	static, token := tenant.NewToken(acme, scim.All)
	client := tenant.Client{ID: "c", Name: "Entra", Method: tenant.ClientSecret, Secrets: make([]tenant.Secret, 1), Connection: tenant.Connection{IdP: "entra"},
		Scopes: scim.Read | scim.Users | scim.Write}
	if _, _, err := a.Authenticate(t.Context(), "acme", "x"); err == nil { // the tenant is cached, and was asked about
		t.Error("anything is accepted")
	}
	now = now.Add(time.Minute)
	if err := errors.Join(resolver.AddToken(t.Context(), acme, token), resolver.PutClient(t.Context(), acme, client)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"acme", ""} {
		p, got, err := a.Authenticate(t.Context(), name, "jwt.acme.c")
		if err != nil || p.Subject != "c" || p.Name != "Entra" || !p.Client || p.Scopes != scim.Read|scim.Users || !got.EntraMembers || got.ID != acme {
			t.Fatalf("%+v %+v %v", p, got, err)
		}
	}
	before, checks := resolver.calls.Load(), verifier.calls.Load()
	if _, _, err := a.Authenticate(t.Context(), "acme", "jwt.acme.c"); err != nil || resolver.calls.Load() != before || verifier.calls.Load() != checks+1 {
		t.Error("an accepted request costs more than one check")
	}
	if p, _, err := a.Authenticate(t.Context(), "acme", static); err != nil || p.Client || verifier.calls.Load() != checks+1 {
		t.Errorf("a static token: %v %v", p, err)
	}
	if _, _, err := a.Authenticate(t.Context(), "acme", "jwt.acme.busy"); !errors.Is(err, errKeys) {
		t.Errorf("keys that cannot be read: %v", err)
	}
	for what, c := range map[string]struct{ tenant, credential string }{
		"of another tenant": {"acme", "jwt.quiet.c"}, "of no client": {"acme", "jwt.acme.d"}, "no access token": {"acme", "nothing"}, "no tenant": {"", "jwt.unknown.c"},
	} {
		if _, _, err := a.Authenticate(t.Context(), c.tenant, c.credential); !errors.Is(err, scim.ErrUnauthenticated) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for round := range 4 { // known and unknown names cost the same calls
		now = now.Add(time.Duration(round) * 30 * time.Second)
		cost := func(name string) [2]int64 {
			r, v := resolver.calls.Load(), verifier.calls.Load()
			_, _, _ = a.Authenticate(t.Context(), name, "jwt."+name+".forged")
			return [2]int64{resolver.calls.Load() - r, verifier.calls.Load() - v}
		}
		if known, unknown := cost("quiet"), cost("absent"); known != unknown {
			t.Errorf("round %d: a known name takes %v, an unknown one %v", round, known, unknown)
		}
	}
	if err := tenant.Revoke(t.Context(), resolver.Memory, acme, "c"); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	var refused *scim.RefusedError
	if _, _, err := a.Authenticate(t.Context(), "acme", "jwt.acme.c"); !errors.As(err, &refused) || refused.Code != scim.CodeTokenRevoked || refused.KeyID != "c" {
		t.Errorf("revoked: %v", err)
	}
}
