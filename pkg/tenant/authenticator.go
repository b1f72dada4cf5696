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

// How long an answer of the Resolver is used: a revoked token works at most this long on.
const (
	knownFor   = 60 * time.Second
	unknownFor = 5 * time.Second
	maxCached  = 10000 // entries; beyond it the cache starts anew
)

// Authenticator implements scim.Authenticator over a Resolver, with a cache. Safe for
// concurrent use.
type Authenticator struct {
	resolver Resolver
	now      func() time.Time
	used     func(id scim.TenantID, keyID string, at time.Time)

	mu    sync.Mutex
	cache map[scim.TenantID]cached
}

var _ scim.Authenticator = (*Authenticator)(nil)

type cached struct {
	record *Record      // nil: unknown
	tenant *scim.Tenant // made once per record
	until  time.Time
}

// Options of NewAuthenticator. Zero fields take the defaults.
type Options struct {
	Now func() time.Time
	// Used hears of every accepted token (last-used); it must not block.
	Used func(id scim.TenantID, keyID string, at time.Time)
}

// NewAuthenticator makes an Authenticator.
func NewAuthenticator(r Resolver, o Options) *Authenticator {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Authenticator{resolver: r, now: o.Now, used: o.Used, cache: map[scim.TenantID]cached{}}
}

// Authenticate implements scim.Authenticator. With an empty tenantName the tenant is taken
// from the token.
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
	if a.used != nil {
		a.used(id, token.KeyID, a.now())
	}
	return &scim.Principal{Tenant: id, Subject: token.KeyID, Scopes: token.Scopes, UserID: token.UserID}, c.tenant, nil
}

// match compares with every token of the tenant, and with one that nobody has, so that an
// unknown tenant takes no other time than a wrong token.
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

// refusal says to the log, and to nobody else, why a credential is not accepted. Only who has
// a token of the tenant can bring about the codes of a dead one.
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
		c = cached{record: record, tenant: record.Settings.Tenant(), until: now.Add(knownFor)}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.cache) >= maxCached {
		clear(a.cache)
	}
	a.cache[id] = c
	return c, nil
}
