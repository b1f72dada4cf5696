package tenant

import (
	"context"
	"errors"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Errors of a Directory.
var (
	// ErrExists is returned for a tenant, a token or a client that exists already, and for a tenant whose
	// deletion is not complete.
	ErrExists = errors.New("it already exists")
	// ErrChanged is returned for a version that is not the current one.
	ErrChanged = errors.New("it was changed in the meantime")
	// ErrNotFound is returned for a token or a client that the tenant does not have.
	ErrNotFound = errors.New("the tenant has no such token or client")
)

// Directory keeps tenants with their credentials. Every write is atomic and durable when it returns.
// All methods return ErrUnknown for a tenant that does not exist or is being deleted, unless their
// comment says otherwise, and are safe for concurrent use. Package tenanttest has its suite.
//
// What a Directory writes is in use within 60 seconds everywhere; see Authenticator.
type Directory interface {
	Resolver

	// Create adds a tenant, or returns ErrExists. A zero CursorKey is replaced by a random one. Its
	// version is 1, whatever s.Version says.
	Create(ctx context.Context, s Settings) error
	// Put replaces the settings of a tenant if s.Version is the current version, and counts it up; it
	// returns ErrChanged otherwise. Version 0 replaces any version. A zero CursorKey keeps the current one.
	Put(ctx context.Context, s Settings) error
	// Names returns the ids of at most limit tenants after a name, ascending, with those whose deletion is
	// not complete. "" begins at the first. The list may lag behind Create for a moment.
	Names(ctx context.Context, after string, limit int) ([]scim.TenantID, error)

	// AddToken adds a token, or returns ErrExists for a key id that the tenant has. A zero Created is now.
	AddToken(ctx context.Context, id scim.TenantID, t Token) error
	// ChangeToken changes the fields of a token that are set in c, or returns ErrNotFound.
	ChangeToken(ctx context.Context, id scim.TenantID, keyID string, c TokenChange) error
	// PutClient adds a client with version 0, or replaces the one with c.Version. It returns ErrExists or
	// ErrChanged if there is one of another version, and ErrNotFound if there is none to replace.
	PutClient(ctx context.Context, id scim.TenantID, c Client) error
	// RemoveCredential removes a token or a client with this key id or client id, or returns ErrNotFound.
	// A removed credential is one that no one knows any more; the log cannot say why it is refused.
	RemoveCredential(ctx context.Context, id scim.TenantID, key string) error
	// Touch records the last use of a token or a client. It does nothing if there is none, and never
	// moves a time back.
	Touch(ctx context.Context, id scim.TenantID, key string, used time.Time) error

	// Once reports whether it is the first call with this key for this tenant, for instance the jti of an
	// assertion. It may forget the key after until.
	Once(ctx context.Context, id scim.TenantID, key string, until time.Time) (first bool, err error)
}

// TokenChange says what to change of a token. A nil field stays as it is.
type TokenChange struct {
	Name       *string
	Connection *Connection
	Scopes     *scim.Scope
	Expires    *time.Time // the zero time: never
	ReplacedBy *string
	Revoked    *bool
}

// Apply changes a token.
func (c TokenChange) Apply(t *Token) {
	set(&t.Name, c.Name)
	set(&t.Connection, c.Connection)
	set(&t.Scopes, c.Scopes)
	set(&t.Expires, c.Expires)
	set(&t.ReplacedBy, c.ReplacedBy)
	set(&t.Revoked, c.Revoked)
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

// Revoke revokes a token: it is refused within 60 seconds. It returns ErrNotFound if there is none.
func Revoke(ctx context.Context, d Directory, id scim.TenantID, keyID string) error {
	yes := true
	return d.ChangeToken(ctx, id, keyID, TokenChange{Revoked: &yes})
}
