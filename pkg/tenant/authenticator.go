package tenant

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

const (
	// cachedFor is how long an answer of the Resolver is cached, and the longest time that a revoked
	// token still works. It is the same for unknown tenants: by the time that an answer takes, a
	// stranger must not find out which names are known.
	cachedFor = 60 * time.Second
	// maxCached bounds the tenants that are cached, and the names of refused requests.
	maxCached = 10000
)

// Authenticator implements scim.Authenticator over a Resolver.
//
// It accepts a credential if a live Token of the tenant has its SHA-256 hash, and returns a
// Principal with the scopes of that Token. Hashes are compared in constant time. It also accepts what
// Options.Verifier finds to be an access token of a live Client. The scim.Tenant has the settings of the
// Connection of the token or client.
//
// Everything else is rejected with an error for which errors.Is(err, scim.ErrUnauthenticated) holds:
// an unknown tenant, an unknown, expired, revoked or damaged token, a token of another tenant, and a
// token that is linked to a user who is inactive or gone. A
// *scim.RefusedError among them has the reason, which is for logs only. An error of the Resolver other
// than ErrUnknown, and an error of Options.Active, is returned as it is.
//
// Answers of the Resolver are cached for 60 seconds. Revocation and changed settings take effect
// within that time (at once after Forget), and an accepted request for a cached tenant makes no call. The state of a user is
// never cached: deactivation ends the user's tokens at once.
//
// A request that no token matches, and that is no access token either, asks the Resolver, once in 60 seconds for each name, whether there
// is such a tenant or not and whether it is cached or not. So neither the time nor the number of calls
// tells known from unknown names; a new token is accepted at its first use, unless a request was
// refused shortly before; and guessed names cost one call each, and take no place from tenants.
//
// An Authenticator is safe for concurrent use. The zero value is not usable; see NewAuthenticator.
type Authenticator struct {
	resolver Resolver
	now      func() time.Time
	used     func(ctx context.Context, u Use)
	verifier Verifier
	kinds    map[string]*schema.Kind
	active   func(ctx context.Context, id scim.TenantID, userID string) (bool, error)

	mu    sync.Mutex
	known cache[scim.TenantID, cached]
	asked cache[scim.TenantID, asked] // names of refused requests

	forgotten uint64 // calls of Forget
}

var _ scim.Authenticator = (*Authenticator)(nil)

// cached is a tenant; the zero value is an unknown one.
type cached struct {
	record  *Record
	tenants *connections // made once for each record
	until   time.Time
}

// Options of NewAuthenticator. Zero fields take the defaults.
type Options struct {
	Now func() time.Time
	// Used is called for every accepted credential, so that its last use can be recorded; see Uses. It is
	// called concurrently, and what it takes is added to the time of the request.
	Used func(ctx context.Context, u Use)
	// Verifier checks OAuth access tokens; nil accepts none.
	Verifier Verifier
	// ValueTypes are the value types of the program; see Settings.TenantFor.
	ValueTypes map[string]*schema.Kind
	// Active reports whether a user exists and is active; see ActiveIn. It is called for every
	// request with a token that is linked to a user, and must be safe for concurrent use. With nil
	// such tokens outlive their users.
	Active func(ctx context.Context, id scim.TenantID, userID string) (bool, error)
}

// Use is one use of a token or a client.
type Use struct {
	Tenant scim.TenantID
	Key    string    // key id or client id
	Last   time.Time // Used of the token or client, as of up to a minute ago
	At     time.Time // now
}

// asked says that the Resolver has been asked about a name for a refused request.
type asked struct {
	unknown bool // there is no such tenant
	until   time.Time
}

// NewAuthenticator returns an Authenticator over a Resolver, with an empty cache.
func NewAuthenticator(r Resolver, o Options) *Authenticator {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Authenticator{resolver: r, now: o.Now, used: o.Used, active: o.Active, verifier: o.Verifier, kinds: o.ValueTypes}
}

// Authenticate implements scim.Authenticator. If tenantName is empty, the tenant is that of the token.
func (a *Authenticator) Authenticate(ctx context.Context, tenantName, credential string) (*scim.Principal, *scim.Tenant, error) {
	id, ok := a.tenantOf(tenantName, credential)
	if !ok {
		return nil, nil, scim.ErrUnauthenticated
	}
	now := a.now()
	c := a.cached(id, now)
	who, found, err := a.identify(ctx, id, c.record, credential, now)
	if !found && errors.Is(err, scim.ErrUnauthenticated) && !a.done(id, c, now) {
		if c, err = a.read(ctx, id, now); err != nil {
			return nil, nil, err
		}
		if who, found, err = a.identify(ctx, id, c.record, credential, now); !found {
			a.note(id, c, now)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	t, err := c.tenants.of(who.connection)
	if err != nil {
		return nil, nil, err
	}
	if err := a.alive(ctx, id, &who); err != nil {
		return nil, nil, err
	}
	if a.used != nil {
		a.used(ctx, Use{Tenant: id, Key: who.key, Last: who.last, At: now})
	}
	return &scim.Principal{Tenant: id, Subject: who.key, Name: who.name, Client: who.client, Scopes: who.scopes, UserID: who.userID}, t, nil
}

// tenantOf returns the tenant of a request: the one in the URL, or the one that the credential names.
func (a *Authenticator) tenantOf(tenantName, credential string) (scim.TenantID, bool) {
	if tenantName != "" {
		id, err := scim.ParseTenantID(tenantName)
		return id, err == nil
	}
	id, _, err := parseToken(credential)
	if err != nil && a.verifier != nil {
		return a.verifier.Names(credential)
	}
	return id, err == nil
}

// Settings implements scim.Authenticator.
func (a *Authenticator) Settings(ctx context.Context, tenantName string) (*scim.Tenant, bool) {
	id, err := scim.ParseTenantID(tenantName)
	if err != nil {
		return nil, false
	}
	c, err := a.settings(ctx, id)
	if err != nil || c.tenants == nil {
		return nil, false
	}
	return c.tenants.own, true
}

// Known reports whether there is a tenant. Where Settings has no answer because the Resolver fails, Known has the error, so
// that no one takes an outage for the removal of a tenant.
func (a *Authenticator) Known(ctx context.Context, id scim.TenantID) (bool, error) {
	c, err := a.settings(ctx, id)
	return c.tenants != nil, err
}

func (a *Authenticator) settings(ctx context.Context, id scim.TenantID) (c cached, err error) {
	now := a.now()
	if c = a.cached(id, now); a.done(id, c, now) {
		return c, nil
	}
	if c, err = a.read(ctx, id, now); err == nil {
		a.note(id, c, now)
	}
	return c, err
}
