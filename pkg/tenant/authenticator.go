package tenant

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
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
// Principal with the scopes of that Token. Hashes are compared in constant time.
//
// Everything else is rejected with an error for which errors.Is(err, scim.ErrUnauthenticated) holds:
// an unknown tenant, an unknown, expired, revoked or damaged token, a token of another tenant, and a
// token that is linked to a user who is inactive or gone. A
// *scim.RefusedError among them has the reason, which is for logs only. An error of the Resolver other
// than ErrUnknown, and an error of Options.Active, is returned as it is.
//
// Answers of the Resolver are cached for 60 seconds. Revocation and changed settings take effect
// within that time, and an accepted request for a cached tenant makes no call. The state of a user is
// never cached: deactivation ends the user's tokens at once.
//
// A request that no token matches asks the Resolver, once in 60 seconds for each name, whether there
// is such a tenant or not and whether it is cached or not. So neither the time nor the number of calls
// tells known from unknown names; a new token is accepted at its first use, unless a request was
// refused shortly before; and guessed names cost one call each, and take no place from tenants.
//
// An Authenticator is safe for concurrent use. The zero value is not usable; see NewAuthenticator.
type Authenticator struct {
	resolver Resolver
	now      func() time.Time
	used     func(id scim.TenantID, keyID string, at time.Time)
	active   func(ctx context.Context, id scim.TenantID, userID string) (bool, error)

	mu    sync.Mutex
	known cache[cached]
	asked cache[asked] // names of refused requests
}

var _ scim.Authenticator = (*Authenticator)(nil)

// cached is a tenant; the zero value is an unknown one.
type cached struct {
	record *Record
	tenant *scim.Tenant // made once for each record
	until  time.Time
}

// Options of NewAuthenticator. Zero fields take the defaults.
type Options struct {
	Now func() time.Time
	// Used is called for every accepted token, so that its last use can be recorded. It is called
	// concurrently and must not block.
	Used func(id scim.TenantID, keyID string, at time.Time)
	// Active reports whether a user exists and is active; see ActiveIn. It is called for every
	// request with a token that is linked to a user, and must be safe for concurrent use. With nil
	// such tokens outlive their users.
	Active func(ctx context.Context, id scim.TenantID, userID string) (bool, error)
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
	return &Authenticator{resolver: r, now: o.Now, used: o.Used, active: o.Active}
}

// Authenticate implements scim.Authenticator. If tenantName is empty, the tenant is that of the token.
func (a *Authenticator) Authenticate(ctx context.Context, tenantName, credential string) (*scim.Principal, *scim.Tenant, error) {
	id, err := scim.ParseTenantID(tenantName)
	if tenantName == "" {
		id, _, err = parseToken(credential)
	}
	if err != nil {
		return nil, nil, scim.ErrUnauthenticated
	}
	now := a.now()
	c, done := a.cached(id, now)
	token := a.match(c.record, credential)
	if token == nil && !done {
		if c, err = a.read(ctx, id, now); err != nil {
			return nil, nil, err
		}
		if token = a.match(c.record, credential); token == nil {
			a.note(id, c, now)
		}
	}
	if token == nil || !token.Live(now) {
		return nil, nil, refusal(id, token, credential)
	}
	if err := a.alive(ctx, id, token); err != nil {
		return nil, nil, err
	}
	if a.used != nil {
		a.used(id, token.KeyID, now)
	}
	return &scim.Principal{Tenant: id, Subject: token.KeyID, Scopes: token.Scopes, UserID: token.UserID}, c.tenant, nil
}

// alive refuses a token that is linked to a user who is inactive or gone.
func (a *Authenticator) alive(ctx context.Context, id scim.TenantID, token *Token) error {
	if token.UserID == "" || a.active == nil {
		return nil
	}
	ok, err := a.active(ctx, id, token.UserID)
	if err == nil && !ok {
		err = &scim.RefusedError{Code: scim.CodeTokenUser, KeyID: token.KeyID}
	}
	return err
}

// match compares a credential with every token of the tenant. For an unknown tenant it compares with
// an empty token, so that the time does not reveal whether the tenant exists.
func (a *Authenticator) match(r *Record, credential string) *Token {
	sum := sha256.Sum256([]byte(credential))
	var found *Token
	if r == nil {
		r = &Record{Tokens: make([]Token, 1)}
	}
	for i := range r.Tokens {
		t := &r.Tokens[i]
		if subtle.ConstantTimeCompare(sum[:], t.Hash[:]) == 1 && (found == nil || t.Live(a.now())) {
			found = t
		}
	}
	return found
}

// refusal returns the error for a credential that is not accepted. Its code is for the log only.
// Expired and revoked are reported only to a client that has the whole token.
func refusal(id scim.TenantID, token *Token, credential string) error {
	if token != nil {
		code := scim.CodeTokenExpired
		if token.Revoked {
			code = scim.CodeTokenRevoked
		}
		return &scim.RefusedError{Code: code, KeyID: token.KeyID}
	}
	other, _, err := parseToken(credential)
	switch {
	case err != nil && strings.HasPrefix(credential, "scim_"):
		return &scim.RefusedError{Code: scim.CodeTokenDamaged}
	case err == nil && other != id:
		return &scim.RefusedError{Code: scim.CodeTokenTenant}
	}
	return &scim.RefusedError{Code: scim.CodeTokenWrong}
}

// Settings implements scim.Authenticator.
func (a *Authenticator) Settings(ctx context.Context, tenantName string) (*scim.Tenant, bool) {
	id, err := scim.ParseTenantID(tenantName)
	if err != nil {
		return nil, false
	}
	now := a.now()
	c, done := a.cached(id, now)
	if !done {
		if c, err = a.read(ctx, id, now); err == nil {
			a.note(id, c, now)
		}
	}
	return c.tenant, err == nil && c.tenant != nil
}

// cached returns a tenant from the cache; the zero value if it is not there or has expired. done
// reports that this is the answer for requests that no token matches: the Resolver was asked for one.
func (a *Authenticator) cached(id scim.TenantID, now time.Time) (c cached, done bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if found, ok := a.known.get(id); ok && now.Before(found.until) {
		c = found
	}
	was, ok := a.asked.get(id)
	return c, ok && now.Before(was.until) && (was.unknown || c.record != nil)
}

// read asks the Resolver about a name, and keeps the answer if there is such a tenant.
func (a *Authenticator) read(ctx context.Context, id scim.TenantID, now time.Time) (cached, error) {
	record, err := a.resolver.Resolve(ctx, id)
	if errors.Is(err, ErrUnknown) {
		_, _ = Settings{ID: id}.Tenant() // the work that a known one takes
		return cached{}, nil
	}
	if err != nil {
		return cached{}, err
	}
	a.mu.Lock()
	c, _ := a.known.get(id)
	a.mu.Unlock()
	if c.record != record {
		if c.tenant, err = record.Settings.Tenant(); err != nil {
			return cached{}, err
		}
	}
	c.record, c.until = record, now.Add(cachedFor)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.known.put(id, c)
	return c, nil
}

// note keeps that a request was refused after the Resolver was asked. An accepted request is not
// noted: the next refused one would then be answered sooner than for an unknown name.
func (a *Authenticator) note(id scim.TenantID, c cached, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked.put(id, asked{unknown: c.record == nil, until: now.Add(cachedFor)})
}
