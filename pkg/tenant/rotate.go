package tenant

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Usual times in the life of a token.
const (
	DefaultLife  = 365 * 24 * time.Hour // from creation to expiry, unless the operator says otherwise
	DefaultGrace = 7 * 24 * time.Hour   // how long a token works beside the one that it was rotated to
)

// ErrNotLive is returned by Rotate for a token that is revoked or expired.
var ErrNotLive = errors.New("the token is revoked or expired")

// Grant says what a new token may do.
type Grant struct {
	Name string
	Connection
	Scopes  scim.Scope
	UserID  string
	Expires time.Time // zero: never
}

// Token makes the token; see NewToken.
func (g Grant) Token(id scim.TenantID) (credential string, t Token) {
	credential, t = NewToken(id, g.Scopes)
	t.Name, t.Connection, t.UserID, t.Expires = g.Name, g.Connection, g.UserID, g.Expires
	return credential, t
}

// Issue adds a new token to a tenant. The credential cannot be shown again.
func Issue(ctx context.Context, d Directory, id scim.TenantID, g Grant) (credential string, t Token, err error) {
	credential, t = g.Token(id)
	if err := d.AddToken(ctx, id, t); err != nil {
		return "", Token{}, err
	}
	return credential, t, nil
}

// Rotate adds a token beside an old one, with its name, scopes, connection and user. The old one ends at a
// time, unless it ends earlier. It returns ErrNotLive for a token that is not accepted at now, and
// ErrChanged for one that was rotated already; then nothing has changed.
func Rotate(ctx context.Context, d Directory, id scim.TenantID, keyID string, o Rotation) (credential string, t Token, err error) {
	r, err := d.Resolve(ctx, id)
	if err != nil {
		return "", Token{}, err
	}
	i := r.token(keyID)
	if i < 0 {
		return "", Token{}, ErrNotFound
	}
	old := r.Tokens[i]
	if !old.Live(o.Now) {
		return "", Token{}, ErrNotLive
	}
	credential, t = Grant{Name: old.Name, Connection: old.Connection, Scopes: old.Scopes, UserID: old.UserID, Expires: o.Expires}.Token(id)
	if _, err := Replace(ctx, d, id, old, t, o.Ends); err != nil {
		return "", Token{}, err
	}
	return credential, t, nil
}

// Rotation says when the tokens of a Rotate end.
type Rotation struct {
	Now     time.Time
	Ends    time.Time // of the old token
	Expires time.Time // of the new token; zero: never
}

// Replace adds a token that takes over from an old one, which ends at a time unless it ends earlier, and returns the old
// one as it is then. After an error the new token is gone again. Of two that replace the same token, one gets ErrChanged.
func Replace(ctx context.Context, d Directory, id scim.TenantID, old, next Token, ends time.Time) (was Token, err error) {
	if err := d.AddToken(ctx, id, next); err != nil {
		return old, err
	}
	c := Replacement(old, next.KeyID, ends)
	err = d.ChangeToken(ctx, id, old.KeyID, c)
	if errors.Is(err, ErrChanged) && replacedBy(ctx, d, id, old.KeyID, next.KeyID) {
		err = nil // a repetition of the same request was faster
	}
	if err == nil {
		c.Apply(&old)
		return old, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), useTimeout)
	defer cancel()
	if left := d.RemoveCredential(ctx, id, next.KeyID); left != nil && !errors.Is(left, ErrNotFound) && !errors.Is(left, ErrUnknown) {
		return old, fmt.Errorf("%w; the new token %s is left, revoke it: %w", err, next.KeyID, left)
	}
	return old, err
}

// Replacement is the change of an old token that another one takes over from: it ends at a time, unless it ends earlier.
func Replacement(old Token, next string, ends time.Time) TokenChange {
	c := TokenChange{ReplacedBy: &next}
	if old.Expires.IsZero() || ends.Before(old.Expires) {
		c.Expires = &ends
	}
	return c
}

// replacedBy reports whether a token was replaced by this one and no other.
func replacedBy(ctx context.Context, d Directory, id scim.TenantID, old, next string) bool {
	r, err := d.Resolve(ctx, id)
	if err != nil {
		return false
	}
	i := r.token(old)
	return i >= 0 && r.Tokens[i].ReplacedBy == next
}
