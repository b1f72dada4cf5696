// Package apptest starts the whole service on loopback, for tests that use HTTP.
package apptest

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Server is a running service.
type Server struct {
	Base    string // ends with the prefix; the tenant follows
	Store   scim.Store
	Tenants *tenant.Memory
	Clock   *Clock
	Handler http.Handler // the service without a network

	mu      sync.Mutex
	records []scim.Record
}

// Clock is a clock that can be moved ahead. It is safe for concurrent use.
type Clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

// Now returns the real time plus everything that Add added.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

// Add moves the clock ahead.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// Start runs the service on a store until the test ends. A nil store means a new memory store.
func Start(t testing.TB, store scim.Store) *Server {
	t.Helper()
	return StartWith(t, store, func(*scimstack.Config) {})
}

// StartWith is Start with a change to the configuration.
func StartWith(t testing.TB, store scim.Store, change func(*scimstack.Config)) *Server {
	t.Helper()
	if store == nil {
		store = memory.New()
	}
	s := &Server{Store: store, Tenants: tenant.NewMemory(), Clock: &Clock{}}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	s.Base = server.URL + scimstack.Prefix
	config := scimstack.Config{
		Store: store, Tenants: s.Tenants, PublicBase: s.Base, Now: s.Clock.Now, Hash: quickHash,
		Observe: func(_ *http.Request, rec *scim.Record) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.records = append(s.records, *rec)
		},
	}
	change(&config)
	config.ObserveCauses = config.Observe != nil
	config.NoLog = config.Log == nil && config.Recorder == nil
	var err error
	if handler, err = scimstack.New(config); err != nil {
		t.Fatal(err)
	}
	s.Handler = handler
	return s
}

// quickHash replaces argon2id, which is slow by design. pkg/tenant tests the real hash.
func quickHash(string) (string, error) { return "hashed", nil }

// Records returns the records of all requests so far.
func (s *Server) Records() []scim.Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]scim.Record(nil), s.records...)
}

// Tenant adds a tenant and returns its base URL and a token with all scopes.
func (s *Server) Tenant(t testing.TB, name string, change func(*tenant.Settings)) (base, token string) {
	t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	settings := tenant.Settings{ID: id, Limits: scim.Limits{Rate: scim.NoLimit}} // tests send as fast as they can
	if change != nil {
		change(&settings)
	}
	text, tok := tenant.NewToken(id, scim.All)
	s.Tenants.Set(tenant.Record{Settings: settings, Tokens: []tenant.Token{tok}})
	return s.Base + "/" + name, text
}

// Token adds a token to a tenant, with these scopes only. If userID is not empty, the token is
// linked to that user. The token is valid at once, because Token moves the clock beyond the
// lifetime of cached tenants.
func (s *Server) Token(t testing.TB, name string, scopes scim.Scope, userID string) string {
	t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	record, err := s.Tenants.Resolve(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	text, tok := tenant.NewToken(id, scopes)
	tok.UserID = userID
	next := tenant.Record{Settings: record.Settings, Tokens: append([]tenant.Token{tok}, record.Tokens...)}
	s.Tenants.Set(next)
	s.Clock.Add(2 * time.Minute)
	return text
}
