package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Tenants keeps tenants and their credentials. It implements tenant.Directory without a cache; the
// Authenticator above it has one. It is safe for concurrent use; see Database.Tenants.
type Tenants struct{ db *Database }

var _ tenant.Directory = (*Tenants)(nil)

// Tenants returns the tenants of the database.
func (d *Database) Tenants() *Tenants { return &Tenants{db: d} }

// resolveSQL has a row for the settings, and one for each token and client.
const resolveSQL = `SELECT 0 AS kind, '' AS name, settings AS document, cursor_key AS secret, version, 0 AS used,
0 AS scopes, 0 AS created, 0 AS expires, 0 AS revoked, pending AS label, '' AS idp, '' AS mode, '' AS replaced_by
FROM scim_tenant WHERE id = $1 AND deleting = 0
UNION ALL SELECT 1, key_id, user_id, hash, 0, used, scopes, created, expires, revoked, name, idp, mode, replaced_by
FROM scim_token WHERE tenant = $1
UNION ALL SELECT 2, id, document, NULL, version, used, 0, 0, 0, 0, '', '', '', '' FROM scim_client WHERE tenant = $1`

// Resolve implements tenant.Resolver in one statement. A tenant whose deletion has begun is unknown.
func (ts *Tenants) Resolve(ctx context.Context, id scim.TenantID) (*tenant.Record, error) {
	if id.IsZero() {
		return nil, tenant.ErrUnknown
	}
	if err := usable(ctx, id); err != nil {
		return nil, err
	}
	r := &tenant.Record{}
	found := false
	err := ts.db.Rows(ctx, func(scan func(...any) error) error {
		var k credential
		if err := scan(k.to()...); err != nil {
			return err
		}
		switch k.kind {
		case 1:
			r.Tokens = append(r.Tokens, k.token())
			return nil
		case 2:
			c, err := k.client()
			r.Clients = append(r.Clients, c)
			return err
		}
		found = true
		var err error
		if r.Settings, err = tenant.ParseDocument(id, []byte(k.document)); err != nil {
			return fmt.Errorf("sqlstore: %w", err)
		}
		copy(r.Settings.CursorKey[:], k.secret)
		r.Settings.Version = k.version
		return readPending(&r.Settings, k.label)
	}, resolveSQL, id.String())
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, tenant.ErrUnknown
	}
	r.Sort()
	return r, nil
}

// Create implements tenant.Directory.
func (ts *Tenants) Create(ctx context.Context, s tenant.Settings) error {
	doc, err := stored(s)
	if err != nil {
		return err
	}
	if s.CursorKey == [32]byte{} {
		if _, err := rand.Read(s.CursorKey[:]); err != nil {
			return err
		}
	}
	return ts.db.Write(ctx, s.ID, func(tx *Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO scim_tenant (id, settings, cursor_key, deleting, version) VALUES ($1, $2, $3, 0, 1)
ON CONFLICT (id) DO NOTHING`, s.ID.String(), doc, s.CursorKey[:])
		if err == nil && n == 0 {
			return tenant.ErrExists
		}
		if err != nil {
			return err
		}
		return tx.goOn(ctx, s.ID)
	})
}

// Put implements tenant.Directory.
func (ts *Tenants) Put(ctx context.Context, s tenant.Settings) error {
	doc, err := stored(s)
	if err != nil {
		return err
	}
	return ts.change(ctx, s.ID, func(tx *Tx) error {
		var version int64
		var old, pending string
		if err := tx.Row(ctx, []any{&version, &old, &pending}, `SELECT version, settings, pending FROM scim_tenant WHERE id = $1`, s.ID.String()); err != nil {
			return err
		}
		if s.Version != 0 && s.Version != version {
			return tenant.ErrChanged
		}
		had, err := tenant.ParseDocument(s.ID, []byte(old))
		if err == nil {
			err = readPending(&had, pending)
		}
		if err != nil {
			return err
		}
		left, err := tenant.PendingAfter(had, s, ts.db.now())
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE scim_tenant SET settings = $2, version = $3, pending = $4 WHERE id = $1`, s.ID.String(), doc, version+1, pendingText(left))
		if err == nil && s.CursorKey != [32]byte{} {
			_, err = tx.Exec(ctx, `UPDATE scim_tenant SET cursor_key = $2 WHERE id = $1`, s.ID.String(), s.CursorKey[:])
		}
		return err
	})
}

// stored checks settings and returns them as they are stored.
func stored(s tenant.Settings) (string, error) {
	if s.ID.IsZero() {
		return "", scim.ErrTenantID
	}
	s.Indexes = nil
	if _, err := s.Tenant(); err != nil {
		return "", err
	}
	doc, err := s.Document()
	return string(doc), err
}

// change carries out a transaction for a tenant that exists; others wait for it.
func (ts *Tenants) change(ctx context.Context, id scim.TenantID, do func(*Tx) error) error {
	if id.IsZero() {
		return tenant.ErrUnknown
	}
	return ts.db.Write(ctx, id, func(tx *Tx) error {
		var deleting int64
		err := tx.Row(ctx, []any{&deleting}, `SELECT deleting FROM scim_tenant WHERE id = $1`, id.String())
		if errors.Is(err, sql.ErrNoRows) || err == nil && deleting != 0 {
			return tenant.ErrUnknown
		}
		if err != nil {
			return err
		}
		return do(tx)
	})
}

// Names implements tenant.Directory.
func (ts *Tenants) Names(ctx context.Context, after string, limit int) ([]scim.TenantID, error) {
	if limit <= 0 || !storable(after) {
		return nil, nil
	}
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
	}, `SELECT id FROM scim_tenant WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
	return out, err
}
