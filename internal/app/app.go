// Package app puts the service together in the one way that every program uses: `scimstack
// dev`, the Lambda functions and the tests.
//
//	Store ──► scim.Provider ──► scim.Handler ──► http.Handler
//	              ▲                 ▲
//	   password hash, cursor key    tenant.Authenticator over a Resolver
package app

import (
	"net/http"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Prefix is the path before the tenant.
const Prefix = "/scim/v2"

// Config says what to put together. Store, Resolver and PublicBase are required.
type Config struct {
	Store    scim.Store
	Resolver tenant.Resolver
	// PublicBase stands before the tenant in every emitted URL, Prefix included.
	PublicBase string
	// Only restricts the handler to some endpoints; empty means all.
	Only      []string
	CursorKey []byte // 32 bytes; random when empty
	Now       func() time.Time
	Timeout   time.Duration // of one request; 25 s by default
	Observe   func(*http.Request, *scim.Record)
	// Hash is how passwords are kept; tenant.HashPassword by default.
	Hash func(string) (string, error)
}

// Provider makes the standard provider of a configuration.
func Provider(c Config) *scim.StandardProvider {
	if c.Hash == nil {
		c.Hash = tenant.HashPassword
	}
	return scim.NewProvider(c.Store, scim.ProviderOptions{
		PublicBase: c.PublicBase, Hash: c.Hash, CursorKey: c.CursorKey, Now: c.Now,
	})
}

// Handler makes the HTTP service of a configuration.
func Handler(c Config) http.Handler {
	return scim.NewHandler(Provider(c), scim.HandlerOptions{
		Authenticator: tenant.NewAuthenticator(c.Resolver, tenant.Options{Now: c.Now}),
		PublicBase:    c.PublicBase, Prefix: Prefix, Only: c.Only, Now: c.Now, Observe: c.Observe,
		Admit: tenant.NewLimiter(c.Now).Admit, Timeout: c.Timeout,
	})
}
