package tenanttest

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Open opens a Directory without tenants for one test.
type Open func(t *testing.T) tenant.Directory

// start is the time of everything that the suite writes.
var start = time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC)

// world is a Directory with the tenants acme and globex.
type world struct {
	*testing.T
	d            tenant.Directory
	acme, globex scim.TenantID
}

func begin(t *testing.T, open Open) *world {
	t.Helper()
	w := &world{T: t, d: open(t)}
	w.acme, w.globex = w.id("acme"), w.id("globex")
	w.must("create", w.d.Create(w.ctx(), tenant.Settings{ID: w.acme}))
	w.must("create", w.d.Create(w.ctx(), tenant.Settings{ID: w.globex}))
	return w
}

func (w *world) ctx() context.Context { return w.Context() }

func (w *world) id(name string) scim.TenantID {
	w.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		w.Fatal(err)
	}
	return id
}

func (w *world) must(what string, err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%s: %v", what, err)
	}
}

// fails checks that an error is a certain one.
func (w *world) fails(what string, err, want error) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Errorf("%s: %v, want: %v", what, err, want)
	}
}

// refused checks that something was refused for what it is, not for what exists.
func (w *world) refused(what string, err error) {
	w.Helper()
	if err == nil || errors.Is(err, tenant.ErrUnknown) || errors.Is(err, tenant.ErrNotFound) || errors.Is(err, tenant.ErrExists) || errors.Is(err, tenant.ErrChanged) {
		w.Errorf("%s: %v, want a refusal", what, err)
	}
}

func (w *world) equal(what string, got, want any) {
	w.Helper()
	if !reflect.DeepEqual(got, want) {
		w.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func (w *world) resolve(id scim.TenantID) tenant.Record {
	w.Helper()
	r, err := w.d.Resolve(w.ctx(), id)
	w.must("resolve "+id.String(), err)
	out := *r
	out.Settings.Indexes, out.Settings.Pending = nil, nil // of the Directory
	return out
}

// token is a token with every field.
func token(key string) tenant.Token {
	return tenant.Token{
		KeyID: key, Name: "Okta “production”", Hash: [32]byte{1, 2, byte(len(key))}, Connection: tenant.Connection{IdP: "okta", Mode: tenant.Strict},
		Scopes: scim.Read | scim.Users, UserID: "user with \x00 and \"", Created: start, Expires: start.AddDate(1, 0, 0), Used: start.Add(time.Hour),
		ReplacedBy: "next", Revoked: true,
	}
}

// plain is a token with what is required alone.
func plain(key string) tenant.Token {
	return tenant.Token{KeyID: key, Hash: [32]byte{9}, Scopes: scim.All, Created: start}
}

// client is a client with every field.
func client(id string) tenant.Client {
	return tenant.Client{
		ID: id, Name: "Entra", Method: tenant.PrivateKeyJWT, Connection: tenant.Connection{IdP: "entra", Mode: tenant.Tolerant}, Scopes: scim.All,
		Secrets: []tenant.Secret{{Hash: [32]byte{5, 255}, Created: start}, {Hash: [32]byte{6}, Created: start, Expires: start.AddDate(0, 1, 0)}},
		Keys:    json.RawMessage(`{"keys":[{"kty":"EC"}]}`), KeysURI: "https://idp.example/keys",
		Issuer: "https://idp.example/", Audience: []string{"a", "b"}, Subject: "s",
		Created: start, Expires: start.AddDate(2, 0, 0), Used: start.Add(time.Hour), Revoked: true,
	}
}

// secretClient is a client with what is required alone.
func secretClient(id string) tenant.Client {
	return tenant.Client{ID: id, Method: tenant.ClientSecret, Scopes: scim.Read, Secrets: []tenant.Secret{{Hash: [32]byte{1}, Created: start}}, Created: start}
}
