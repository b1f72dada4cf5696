package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// credential is a row of resolveSQL.
type credential struct {
	kind                              int
	name, document                    string
	secret                            []byte
	version, used                     int64
	scopes, created, expires, revoked int64
	label, idp, mode, replacedBy      string
}

func (k *credential) to() []any {
	return []any{&k.kind, &k.name, &k.document, &k.secret, &k.version, &k.used, &k.scopes, &k.created, &k.expires, &k.revoked,
		&k.label, &k.idp, &k.mode, &k.replacedBy}
}

func (k *credential) token() tenant.Token {
	t := tenant.Token{
		KeyID: k.name, Name: k.label, Scopes: scim.Scope(k.scopes), UserID: unpacked(k.document), //nolint:gosec // it was written from one
		Connection: tenant.Connection{IdP: k.idp, Mode: tenant.Mode(k.mode)},
		Created:    timeOf(k.created), Expires: optionalTime(k.expires), Used: optionalTime(k.used), ReplacedBy: k.replacedBy, Revoked: k.revoked != 0,
	}
	copy(t.Hash[:], k.secret)
	return t
}

func (k *credential) client() (tenant.Client, error) {
	c, err := tenant.ParseClient(k.name, []byte(k.document))
	c.Used, c.Version = optionalTime(k.used), k.version
	return c, err
}

const addSQL = `INSERT INTO scim_token (tenant, key_id, hash, scopes, user_id, created, expires, revoked, used)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8) ON CONFLICT (tenant, key_id) DO NOTHING`

// AddToken implements tenant.Directory.
func (ts *Tenants) AddToken(ctx context.Context, id scim.TenantID, t tenant.Token) error {
	if err := t.Check(); err != nil {
		return err
	}
	if t.Created.IsZero() {
		t.Created = ts.db.now()
	}
	return ts.change(ctx, id, func(tx *Tx) error {
		if err := free(ctx, tx, `SELECT 1 FROM scim_client WHERE tenant = $1 AND id = $2`, id.String(), t.KeyID); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, addSQL, id.String(), t.KeyID, t.Hash[:], int64(t.Scopes), packed(t.UserID), micros(t.Created), optional(t.Expires), optional(t.Used))
		if err == nil && n == 0 {
			return tenant.ErrExists
		}
		if err != nil {
			return err
		}
		return changeToken(ctx, tx, id, t.KeyID, tenant.TokenChange{Name: &t.Name, Connection: &t.Connection, ReplacedBy: &t.ReplacedBy, Revoked: &t.Revoked})
	})
}

// ChangeToken implements tenant.Directory.
func (ts *Tenants) ChangeToken(ctx context.Context, id scim.TenantID, keyID string, c tenant.TokenChange) error {
	if err := c.Check(); err != nil {
		return err
	}
	return ts.change(ctx, id, func(tx *Tx) error {
		if !storable(keyID) {
			return tenant.ErrNotFound
		}
		var replaced string
		err := tx.Row(ctx, []any{&replaced}, `SELECT replaced_by FROM scim_token WHERE tenant = $1 AND key_id = $2`, id.String(), keyID)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return tenant.ErrNotFound
		case err != nil:
			return err
		case c.Replaces() && replaced != "":
			return tenant.ErrChanged
		}
		return changeToken(ctx, tx, id, keyID, c)
	})
}

// changeToken sets the columns that a change names, one after the other: they are few, and rarely changed.
func changeToken(ctx context.Context, tx *Tx, id scim.TenantID, keyID string, c tenant.TokenChange) error {
	set := func(column string, value any) error {
		_, err := tx.Exec(ctx, `UPDATE scim_token SET `+column+` = $3 WHERE tenant = $1 AND key_id = $2`, id.String(), keyID, value)
		return err
	}
	var err error
	if c.Name != nil {
		err = set("name", *c.Name)
	}
	if c.Connection != nil && err == nil {
		if err = set("idp", c.Connection.IdP); err == nil {
			err = set("mode", string(c.Connection.Mode))
		}
	}
	if c.Scopes != nil && err == nil {
		err = set("scopes", int64(*c.Scopes))
	}
	if c.Expires != nil && err == nil {
		err = set("expires", optional(*c.Expires))
	}
	if c.ReplacedBy != nil && err == nil {
		err = set("replaced_by", *c.ReplacedBy)
	}
	if c.Revoked != nil && err == nil {
		err = set("revoked", flag(*c.Revoked))
	}
	return err
}

// PutClient implements tenant.Directory.
func (ts *Tenants) PutClient(ctx context.Context, id scim.TenantID, c tenant.Client) error {
	if err := c.Check(); err != nil {
		return err
	}
	return ts.change(ctx, id, func(tx *Tx) error {
		var was credential
		err := tx.Row(ctx, []any{&was.document, &was.version}, `SELECT document, version FROM scim_client WHERE tenant = $1 AND id = $2`, id.String(), c.ID)
		if errors.Is(err, sql.ErrNoRows) {
			return addClient(ctx, tx, id, c)
		}
		switch {
		case err != nil:
			return err
		case c.Version == 0:
			return tenant.ErrExists
		case c.Version != was.version:
			return tenant.ErrChanged
		}
		next := c
		if c.Created.IsZero() {
			old, err := was.client()
			if err != nil {
				return err
			}
			next.Created = old.Created
		}
		doc, err := next.Document()
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE scim_client SET document = $3, version = $4 WHERE tenant = $1 AND id = $2`, id.String(), c.ID, string(doc), c.Version+1)
		return err
	})
}

func addClient(ctx context.Context, tx *Tx, id scim.TenantID, c tenant.Client) error {
	if c.Version != 0 {
		return tenant.ErrNotFound
	}
	if err := free(ctx, tx, `SELECT 1 FROM scim_token WHERE tenant = $1 AND key_id = $2`, id.String(), c.ID); err != nil {
		return err
	}
	if c.Created.IsZero() {
		c.Created = tx.d.now()
	}
	doc, err := c.Document()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO scim_client (tenant, id, document, version, used) VALUES ($1, $2, $3, 1, $4)`,
		id.String(), c.ID, string(doc), optional(c.Used))
	return err
}

// RemoveCredential implements tenant.Directory.
func (ts *Tenants) RemoveCredential(ctx context.Context, id scim.TenantID, name string) error {
	return ts.change(ctx, id, func(tx *Tx) error {
		if !storable(name) {
			return tenant.ErrNotFound
		}
		var n int64
		for _, statement := range []string{`DELETE FROM scim_token WHERE tenant = $1 AND key_id = $2`, `DELETE FROM scim_client WHERE tenant = $1 AND id = $2`} {
			some, err := tx.Exec(ctx, statement, id.String(), name)
			if err != nil {
				return err
			}
			n += some
		}
		if n == 0 {
			return tenant.ErrNotFound
		}
		return nil
	})
}

// Touch implements tenant.Directory. It waits for no other write of the tenant.
func (ts *Tenants) Touch(ctx context.Context, id scim.TenantID, name string, used time.Time) error {
	if id.IsZero() || !storable(name) {
		return nil
	}
	return ts.db.Transaction(ctx, func(tx *Tx) error {
		n, err := tx.Exec(ctx, `UPDATE scim_token SET used = $3 WHERE tenant = $1 AND key_id = $2 AND used < $3`, id.String(), name, micros(used))
		if err == nil && n == 0 {
			_, err = tx.Exec(ctx, `UPDATE scim_client SET used = $3 WHERE tenant = $1 AND id = $2 AND used < $3`, id.String(), name, micros(used))
		}
		return err
	})
}

// Once implements tenant.Directory, and forgets what the tenant need not know any more.
func (ts *Tenants) Once(ctx context.Context, id scim.TenantID, name string, until time.Time) (first bool, err error) {
	if id.IsZero() {
		return false, tenant.ErrUnknown
	}
	sum := sha256.Sum256([]byte(name)) // a client chose it
	err = ts.db.Write(ctx, id, func(tx *Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM scim_once WHERE tenant = $1 AND until < $2`, id.String(), micros(ts.db.now())); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `INSERT INTO scim_once (tenant, name, until) VALUES ($1, $2, $3) ON CONFLICT (tenant, name) DO NOTHING`,
			id.String(), hex.EncodeToString(sum[:]), micros(until))
		first = n > 0
		return err
	})
	return first && err == nil, err
}

// free returns tenant.ErrExists if a query has a row.
func free(ctx context.Context, tx *Tx, query string, args ...any) error {
	var one int
	err := tx.Row(ctx, []any{&one}, query, args...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = tenant.ErrExists
	}
	return err
}

// optional is the stored form of a time that may be unset.
func optional(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return micros(t)
}

func optionalTime(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return timeOf(us)
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
