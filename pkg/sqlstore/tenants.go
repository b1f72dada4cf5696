package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Tenants keeps tenants and their tokens. It implements tenant.Resolver without a cache; the
// Authenticator above it has one. It is safe for concurrent use; see Database.Tenants.
type Tenants struct{ db *Database }

var _ tenant.Resolver = (*Tenants)(nil)

// ErrTenantExists is returned by Create for a tenant that exists.
var ErrTenantExists = errors.New("the tenant already exists")

// Tenants returns the tenants of the database.
func (d *Database) Tenants() *Tenants { return &Tenants{db: d} }

const resolveSQL = `SELECT s.settings, s.cursor_key, k.key_id, k.hash, k.scopes, k.user_id, k.created, k.expires, k.revoked
FROM scim_tenant s LEFT JOIN scim_token k ON k.tenant = s.id WHERE s.id = $1 AND s.deleting = 0 ORDER BY k.created, k.key_id`

// Resolve implements tenant.Resolver in one statement. Tokens are ordered by creation. A tenant whose
// deletion has begun is unknown.
func (ts *Tenants) Resolve(ctx context.Context, id scim.TenantID) (*tenant.Record, error) {
	if err := usable(ctx, id); err != nil {
		return nil, err
	}
	var doc string
	var cursorKey []byte
	var tokens []tenant.Token
	found := false
	err := ts.db.Rows(ctx, func(scan func(...any) error) error {
		found = true
		var k token
		if err := scan(append([]any{&doc, &cursorKey}, k.to()...)...); err != nil {
			return err
		}
		if k.keyID.Valid {
			tokens = append(tokens, k.token())
		}
		return nil
	}, resolveSQL, id.String())
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, tenant.ErrUnknown
	}
	settings, err := tenant.ParseDocument(id, []byte(doc))
	if err != nil {
		return nil, fmt.Errorf("sqlstore: %w", err)
	}
	copy(settings.CursorKey[:], cursorKey)
	return &tenant.Record{Settings: settings, Tokens: tokens}, nil
}

// Create adds a tenant, or returns ErrTenantExists, also while one of this name is being deleted. A zero
// CursorKey is replaced by a random one.
func (ts *Tenants) Create(ctx context.Context, s tenant.Settings) error {
	if s.CursorKey == [32]byte{} {
		if _, err := rand.Read(s.CursorKey[:]); err != nil {
			return err
		}
	}
	return ts.set(ctx, s, ErrTenantExists, `INSERT INTO scim_tenant (id, settings, cursor_key, deleting) VALUES ($1, $2, $3, 0)
ON CONFLICT (id) DO NOTHING`)
}

// Put replaces the settings of a tenant, or returns tenant.ErrUnknown.
func (ts *Tenants) Put(ctx context.Context, s tenant.Settings) error {
	return ts.set(ctx, s, tenant.ErrUnknown, `UPDATE scim_tenant SET settings = $2, cursor_key = $3 WHERE id = $1 AND deleting = 0`)
}

// set writes settings, or returns the error of a statement that changes nothing.
func (ts *Tenants) set(ctx context.Context, s tenant.Settings, unchanged error, statement string) error {
	if s.ID.IsZero() {
		return scim.ErrTenantID
	}
	doc, err := s.Document()
	if err != nil {
		return err
	}
	return ts.db.Write(ctx, s.ID, func(tx *Tx) error {
		n, err := tx.Exec(ctx, statement, s.ID.String(), string(doc), s.CursorKey[:])
		if err == nil && n == 0 {
			return unchanged
		}
		return err
	})
}

// List returns the ids of all tenants, ascending, with those whose deletion is not complete.
func (ts *Tenants) List(ctx context.Context) ([]scim.TenantID, error) {
	var out []scim.TenantID
	err := ts.db.Rows(ctx, func(scan func(...any) error) error {
		var name string
		if err := scan(&name); err != nil {
			return err
		}
		id, err := scim.ParseTenantID(name)
		if err != nil {
			return fmt.Errorf("sqlstore: %q in the list of tenants: %w", name, err)
		}
		out = append(out, id)
		return nil
	}, `SELECT id FROM scim_tenant ORDER BY id`)
	return out, err
}

const addSQL = `INSERT INTO scim_token (tenant, key_id, hash, scopes, user_id, created, expires, revoked)
SELECT id, $2, $3, $4, $5, $6, $7, $8 FROM scim_tenant WHERE id = $1 AND deleting = 0
ON CONFLICT (tenant, key_id) DO UPDATE SET hash = excluded.hash, scopes = excluded.scopes, user_id = excluded.user_id,
created = excluded.created, expires = excluded.expires, revoked = excluded.revoked`

// AddToken adds a token to a tenant, or returns tenant.ErrUnknown.
func (ts *Tenants) AddToken(ctx context.Context, id scim.TenantID, t tenant.Token) error {
	if t.Created.IsZero() {
		t.Created = ts.db.now()
	}
	return ts.db.Write(ctx, id, func(tx *Tx) error {
		n, err := tx.Exec(ctx, addSQL, id.String(), t.KeyID, t.Hash[:], int64(t.Scopes), packed(t.UserID),
			micros(t.Created), optional(t.Expires), flag(t.Revoked))
		if err == nil && n == 0 {
			return tenant.ErrUnknown
		}
		return err
	})
}

// Revoke revokes a token and reports whether it exists. Processes with the tenant in their cache accept it
// for up to one more minute.
func (ts *Tenants) Revoke(ctx context.Context, id scim.TenantID, keyID string) (found bool, err error) {
	if !storable(keyID) {
		return false, nil
	}
	err = ts.db.Write(ctx, id, func(tx *Tx) error {
		n, err := tx.Exec(ctx, `UPDATE scim_token SET revoked = 1 WHERE tenant = $1 AND key_id = $2`, id.String(), keyID)
		found = n > 0
		return err
	})
	return found && err == nil, err
}

// token is a row of scim_token, or none.
type token struct {
	keyID, userID                     sql.NullString
	hash                              []byte
	scopes, created, expires, revoked sql.NullInt64
}

func (k *token) to() []any {
	return []any{&k.keyID, &k.hash, &k.scopes, &k.userID, &k.created, &k.expires, &k.revoked}
}

func (k *token) token() tenant.Token {
	t := tenant.Token{KeyID: k.keyID.String, Scopes: scim.Scope(k.scopes.Int64), UserID: unpacked(k.userID.String),
		Created: timeOf(k.created.Int64), Revoked: k.revoked.Int64 != 0}
	copy(t.Hash[:], k.hash)
	if k.expires.Int64 != 0 {
		t.Expires = timeOf(k.expires.Int64)
	}
	return t
}

// optional is the stored form of a time that may be unset.
func optional(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return micros(t)
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
