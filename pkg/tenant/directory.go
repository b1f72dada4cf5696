package tenant

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Errors of a Directory.
var (
	// ErrExists is returned for a tenant, a token or a client that exists already, and for a tenant whose
	// deletion is not complete. Key ids and client ids of a tenant are names of one kind.
	ErrExists = errors.New("it already exists")
	// ErrChanged is returned for a version that is not the current one.
	ErrChanged = errors.New("it was changed in the meantime")
	// ErrNotFound is returned for a token or a client that the tenant does not have.
	ErrNotFound = errors.New("the tenant has no such token or client")
)

// Directory keeps tenants with their credentials. Every write is atomic and durable when it returns.
// All methods return ErrUnknown for a tenant that does not exist or is being deleted, unless their
// comment says otherwise, and are safe for concurrent use. Settings, tokens and clients that cannot be right
// (Settings.Tenant, Token.Check, Client.Check) are refused, and nothing is changed. Package tenanttest has
// the suite of all this.
//
// Resolve returns tokens and clients in the order of their creation. Times are kept to the millisecond.
//
// What a Directory writes is in use within 60 seconds everywhere; see Authenticator.
type Directory interface {
	Resolver

	// Create adds a tenant, or returns ErrExists. A zero CursorKey is replaced by a random one. Its
	// version is 1, whatever s.Version says. A zero ID is scim.ErrTenantID, here and for Put.
	Create(ctx context.Context, s Settings) error
	// Put replaces the settings of a tenant if s.Version is the current version, and counts it up; it
	// returns ErrChanged otherwise. Version 0 replaces any version. A zero CursorKey keeps the current one.
	Put(ctx context.Context, s Settings) error
	// Names returns the ids of at most limit tenants after a name, ascending, with those whose deletion is
	// not complete. "" begins at the first. The list may lag behind Create for a moment.
	Names(ctx context.Context, after string, limit int) ([]scim.TenantID, error)

	// AddToken adds a token, or returns ErrExists for a key id that is one of a token or a client. A zero
	// Created is now.
	AddToken(ctx context.Context, id scim.TenantID, t Token) error
	// ChangeToken changes the fields of a token that are set in c, or returns ErrNotFound. ReplacedBy is set
	// once: it returns ErrChanged for a token that has one, unless c.ReplacedBy is "".
	ChangeToken(ctx context.Context, id scim.TenantID, keyID string, c TokenChange) error
	// PutClient adds a client with version 0, or replaces the one with c.Version. It returns ErrExists or
	// ErrChanged if there is one of another version, and ErrNotFound if there is none to replace. A zero
	// Created is now, or that of the client that is replaced. Used of a client that is replaced stays.
	PutClient(ctx context.Context, id scim.TenantID, c Client) error
	// RemoveCredential removes a token or a client with this key id or client id, or returns ErrNotFound.
	// A removed credential is one that no one knows any more; the log cannot say why it is refused.
	RemoveCredential(ctx context.Context, id scim.TenantID, key string) error
	// Touch records the last use of a token or a client. It does nothing if there is none, or no such
	// tenant, and never moves a time back.
	Touch(ctx context.Context, id scim.TenantID, key string, used time.Time) error

	// Once reports whether it is the first call with this key for this tenant, for instance the jti of an
	// assertion. It may forget the key after until. It does not look whether there is such a tenant: the
	// caller knows it.
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

// Replaces reports whether the change says that another token takes over.
func (c TokenChange) Replaces() bool { return c.ReplacedBy != nil && *c.ReplacedBy != "" }

// Check returns an error that names the field that is wrong.
func (c TokenChange) Check() error {
	t := Token{KeyID: "-"}
	c.Apply(&t)
	return t.Check()
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

// Revoke revokes a token or a client: it is refused within 60 seconds. It returns ErrNotFound if there is
// none.
func Revoke(ctx context.Context, d Directory, id scim.TenantID, key string) error {
	yes := true
	err := d.ChangeToken(ctx, id, key, TokenChange{Revoked: &yes})
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	return ChangeClient(ctx, d, id, key, func(c *Client) error { c.Revoked = true; return nil })
}

// changeTries bounds how often ChangeClient begins anew.
const changeTries = 20

// ChangeClient changes a client by a function, which is called again if the client was changed in the
// meantime, and may refuse. It returns ErrNotFound if there is none.
func ChangeClient(ctx context.Context, d Directory, id scim.TenantID, clientID string, change func(*Client) error) error {
	for try := 1; ; try++ {
		r, err := d.Resolve(ctx, id)
		if err != nil {
			return err
		}
		i := r.client(clientID)
		if i < 0 {
			return ErrNotFound
		}
		c := r.Clients[i]
		c.Secrets, c.Audience = slices.Clone(c.Secrets), slices.Clone(c.Audience)
		if err := change(&c); err != nil {
			return err
		}
		if err = d.PutClient(ctx, id, c); !errors.Is(err, ErrChanged) || try == changeTries {
			return err
		}
	}
}

// AllNames returns the ids of all tenants, ascending; see Directory.Names.
func AllNames(ctx context.Context, d interface {
	Names(ctx context.Context, after string, limit int) ([]scim.TenantID, error)
}) ([]scim.TenantID, error) {
	const page = 1000
	var all []scim.TenantID
	for after := ""; ; after = all[len(all)-1].String() {
		ids, err := d.Names(ctx, after, page)
		all = append(all, ids...)
		if err != nil || len(ids) < page {
			return all, err
		}
	}
}
