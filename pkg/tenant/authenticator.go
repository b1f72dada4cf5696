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

// How long an answer of the Resolver is cached.
const (
	knownFor   = 60 * time.Second // the longest time that a revoked token still works
	unknownFor = 5 * time.Second
	maxCached  = 10000 // tenants; a full cache is emptied
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
// Answers of the Resolver are cached for 60 seconds, unknown tenants for 5. Revocation and changed
// settings take effect within that time, and a request for a cached tenant makes no call. The state of
// a user is never cached: deactivation ends the user's tokens at once.
//
// An Authenticator is safe for concurrent use. The zero value is not usable; see NewAuthenticator.
type Authenticator struct {
	resolver Resolver
	now      func() time.Time
	used     func(id scim.TenantID, keyID string, at time.Time)
	active   func(ctx context.Context, id scim.TenantID, userID string) (bool, error)

	mu    sync.Mutex
	cache map[scim.TenantID]cached
}

var _ scim.Authenticator = (*Authenticator)(nil)

type cached struct {
	record *Record      // nil: unknown
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

// NewAuthenticator returns an Authenticator over a Resolver, with an empty cache.
func NewAuthenticator(r Resolver, o Options) *Authenticator {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Authenticator{resolver: r, now: o.Now, used: o.Used, active: o.Active, cache: map[scim.TenantID]cached{}}
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
	c, err := a.lookup(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	token := a.match(c.record, credential)
	if token == nil || !token.Live(a.now()) {
		return nil, nil, refusal(id, token, credential)
	}
	if err := a.alive(ctx, id, token); err != nil {
		return nil, nil, err
	}
	if a.used != nil {
		a.used(id, token.KeyID, a.now())
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
	c, err := a.lookup(ctx, id)
	return c.tenant, err == nil && c.tenant != nil
}

// lookup returns the tenant from the cache, or from the Resolver.
func (a *Authenticator) lookup(ctx context.Context, id scim.TenantID) (cached, error) {
	now := a.now()
	a.mu.Lock()
	c, ok := a.cache[id]
	a.mu.Unlock()
	if ok && now.Before(c.until) {
		return c, nil
	}
	record, err := a.resolver.Resolve(ctx, id)
	switch {
	case errors.Is(err, ErrUnknown):
		c = cached{until: now.Add(unknownFor)}
	case err != nil:
		return cached{}, err
	case ok && c.record == record:
		c.until = now.Add(knownFor)
	default:
		t, err := record.Settings.Tenant()
		if err != nil {
			return cached{}, err
		}
		c = cached{record: record, tenant: t, until: now.Add(knownFor)}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.cache) >= maxCached {
		clear(a.cache)
	}
	a.cache[id] = c
	return c, nil
}
