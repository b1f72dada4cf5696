package tenant

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"strings"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// identity is the token or the client that a credential stands for.
type identity struct {
	key, name  string
	connection Connection
	scopes     scim.Scope
	userID     string
	client     bool
	last       time.Time
}

// identify finds the token or client of a credential. found is false, with an error, if there is none in
// r; nil is a tenant that does not exist, for which the same is done.
func (a *Authenticator) identify(ctx context.Context, id scim.TenantID, r *Record, credential string, now time.Time) (who identity, found bool, err error) {
	if t := match(r, credential, now); t != nil {
		if !t.Live(now) {
			return who, true, ended(t.KeyID, t.Revoked)
		}
		return identity{key: t.KeyID, name: t.Name, connection: t.Connection, scopes: t.Scopes, userID: t.UserID, last: t.Used}, true, nil
	}
	if a.verifier == nil {
		return who, false, refusal(id, credential)
	}
	if r == nil {
		r = &Record{Settings: Settings{ID: id}}
	}
	c, scopes, ok, err := a.verifier.Verify(ctx, r, credential)
	switch {
	case err != nil:
		return who, false, err
	case !ok || c == nil:
		return who, false, refusal(id, credential)
	case !c.Live(now):
		return who, true, ended(c.ID, c.Revoked)
	}
	return identity{key: c.ID, name: c.Name, connection: c.Connection, scopes: scopes & c.Scopes, client: true, last: c.Used}, true, nil
}

// alive refuses a token that is linked to a user who is inactive or gone.
func (a *Authenticator) alive(ctx context.Context, id scim.TenantID, who *identity) error {
	if who.userID == "" || a.active == nil {
		return nil
	}
	ok, err := a.active(ctx, id, who.userID)
	if err == nil && !ok {
		err = &scim.RefusedError{Code: scim.CodeTokenUser, KeyID: who.key}
	}
	return err
}

// match compares a credential with every token of the tenant. For an unknown tenant it compares with
// an empty token, so that the time does not reveal whether the tenant exists.
func match(r *Record, credential string, now time.Time) *Token {
	var room [256]byte // most credentials are shorter
	sum := sha256.Sum256(append(room[:0], credential...))
	var found *Token
	if r == nil {
		r = &Record{Tokens: make([]Token, 1)}
	}
	for i := range r.Tokens {
		t := &r.Tokens[i]
		if subtle.ConstantTimeCompare(sum[:], t.Hash[:]) == 1 && (found == nil || t.Live(now)) {
			found = t
		}
	}
	return found
}

// ended is the error for a credential that was accepted once. It is reported only to a client that has the
// whole of it.
func ended(key string, revoked bool) error {
	if revoked {
		return &scim.RefusedError{Code: scim.CodeTokenRevoked, KeyID: key}
	}
	return &scim.RefusedError{Code: scim.CodeTokenExpired, KeyID: key}
}

// refusal returns the error for a credential that is not accepted. Its code is for the log only.
func refusal(id scim.TenantID, credential string) error {
	other, _, err := parseToken(credential)
	switch {
	case err != nil && strings.HasPrefix(credential, "scim_"):
		return &scim.RefusedError{Code: scim.CodeTokenDamaged}
	case err == nil && other != id:
		return &scim.RefusedError{Code: scim.CodeTokenTenant}
	}
	return &scim.RefusedError{Code: scim.CodeTokenWrong}
}
