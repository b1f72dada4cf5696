// Package app assembles the service for every program in the same way: `scimstack dev`, the
// Lambda functions and the tests.
//
//	Store ──► scim.Provider ──► scim.Handler ──► http.Handler
//	              ▲      │          ▲      │
//	   password hash,    │          │      └ observe ──► activity.Recorder ──► activity.Log ──► /activity/{tenant}
//	   cursor key        └ after ───┼────────────────────────┘
//	                                tenant.Authenticator over a Resolver
package app

import (
	"net/http"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/dialect"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Prefix is the path before the tenant.
const Prefix = "/scim/v2"

// Config configures the service. Store, Resolver and PublicBase are required.
type Config struct {
	Store    scim.Store
	Resolver tenant.Resolver
	// PublicBase is the part of every emitted URL before the tenant, including Prefix.
	PublicBase string
	// Only restricts the handler to these endpoints; empty means all.
	Only      []string
	CursorKey [32]byte // random when zero
	MaxAnswer int      // see engine.Options
	Now       func() time.Time
	Timeout   time.Duration // of one request; 25 s by default
	Observe   func(*http.Request, *scim.Record)
	// Activity writes the provisioning log; nil keeps none. Close it after the last request.
	Activity *activity.Recorder
	// Log is served under /activity/{tenant}; nil serves none.
	Log activity.Log
	// Hash hashes passwords before they are stored; tenant.HashPassword by default.
	Hash func(string) (string, error)
	// Shared is what all handlers of a program must share, so that a tenant has one limit in all of
	// them; see Share. With nil each handler has its own.
	Shared *Shared
}

// Shared are the bounds of a program.
type Shared struct {
	Gate   activity.Gate  // who may come in, and how often
	Hasher *engine.Hasher // how many passwords are hashed at a time
}

// Share completes a configuration by its Shared, unless it has one. A program that makes several
// handlers makes them of the result.
func Share(c Config) Config {
	if c.Shared != nil {
		return c
	}
	hash := c.Hash
	if hash == nil {
		hash = tenant.HashPassword
	}
	c.Shared = &Shared{
		Gate:   activity.Gate{Authenticator: authenticator(c), Admit: tenant.NewLimiter(c.Now).Admit},
		Hasher: engine.NewHasher(hash),
	}
	return c
}

// Provider returns the standard provider of a configuration.
func Provider(c Config) *engine.Provider {
	c = Share(c)
	o := engine.Options{PublicBase: c.PublicBase, Hasher: c.Shared.Hasher, CursorKey: c.CursorKey, Now: c.Now, MaxAnswer: c.MaxAnswer}
	if c.Activity != nil {
		o.Committed = activity.After
	}
	return engine.New(c.Store, o)
}

// Handler returns the HTTP service of a configuration, with the provisioning log if it has one.
func Handler(c Config) (http.Handler, error) {
	c = Share(c)
	h, err := SCIM(c)
	if err != nil || c.Log == nil {
		return h, err
	}
	log := activity.NewHandler(c.Log, c.Shared.Gate)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, activity.Prefix) {
			log.ServeHTTP(w, r)
			return
		}
		h.ServeHTTP(w, r)
	}), nil
}

// SCIM is Handler without the provisioning log. A Lambda function that calls only this one does not
// contain the explanations of the log, and is 20 KB smaller.
func SCIM(c Config) (http.Handler, error) {
	c = Share(c)
	gate := c.Shared.Gate
	h, err := httpapi.NewHandler(Provider(c), httpapi.Options{
		Authenticator: gate.Authenticator, Admit: gate.Admit, PublicBase: c.PublicBase, Prefix: Prefix, Only: c.Only,
		Now: c.Now, Observe: observer(c), Timeout: c.Timeout,
		Normalise: dialect.Standard().Normalise, Recognise: dialect.Recognise,
	})
	if err != nil {
		return nil, err
	}
	if c.Activity != nil {
		h = c.Activity.Wrap(h)
	}
	return h, nil
}

// LogHandler serves the provisioning log only. Of the configuration, it needs Resolver, Log and Store.
func LogHandler(c Config) http.Handler { return activity.NewHandler(c.Log, Share(c).Shared.Gate) }

// authenticator returns the authenticator of a configuration. A token that is linked to a user ends
// with that user.
func authenticator(c Config) *tenant.Authenticator {
	return tenant.NewAuthenticator(c.Resolver, tenant.Options{Now: c.Now, Active: tenant.ActiveIn(c.Store)})
}

// observer removes personal data from a record before it is written anywhere.
func observer(c Config) func(*http.Request, *scim.Record) {
	return func(r *http.Request, rec *scim.Record) {
		activity.Clean(rec, nil)
		if c.Observe != nil {
			c.Observe(r, rec)
		}
		if c.Activity != nil {
			c.Activity.Observe(r, rec)
		}
	}
}
