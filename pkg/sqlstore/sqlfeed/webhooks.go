package sqlfeed

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// Webhooks implements webhook.Store. It is safe for concurrent use, by several processes too. Secrets are kept as they
// are, because they sign: who reads the database has them.
type Webhooks struct{ db *sqlstore.Database }

var (
	_ webhook.Store        = (*Webhooks)(nil)
	_ webhook.LetterReader = (*Webhooks)(nil)
)

// NewWebhooks returns the webhooks in a database.
func NewWebhooks(db *sqlstore.Database) *Webhooks { return &Webhooks{db} }

const (
	createHookSQL = `INSERT INTO scim_webhook (tenant, id, document) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	hookSQL       = `SELECT tenant, document FROM scim_webhook WHERE id = $1`
	hooksSQL      = `SELECT tenant, document FROM scim_webhook ORDER BY id`
	lockHookSQL   = `UPDATE scim_webhook SET document = document WHERE id = $1`
	updateHookSQL = `UPDATE scim_webhook SET document = $2 WHERE id = $1`
	removeHookSQL = `DELETE FROM scim_webhook WHERE id = $1`
	placesSQL     = `DELETE FROM scim_consumer WHERE name = $1`
	removeAllSQL  = `DELETE FROM scim_delivery WHERE webhook = $1`
	forgetHookSQL = `DELETE FROM scim_webhook WHERE tenant = $1`
	forgetAllSQL  = `DELETE FROM scim_delivery WHERE tenant = $1`
)

// Create implements webhook.Store. What a process has added to an endpoint of the same id after its removal is removed.
func (ws *Webhooks) Create(ctx context.Context, e webhook.Endpoint) error {
	document, err := json.Marshal(&e)
	if err != nil {
		return err
	}
	return ws.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		n, err := tx.Exec(ctx, createHookSQL, e.Tenant.String(), e.ID, string(document))
		if err == nil && n == 0 {
			err = webhook.ErrExists
		}
		if err == nil {
			_, err = tx.Exec(ctx, removeAllSQL, e.ID)
		}
		return err
	})
}

// read makes an endpoint of a row.
func read(tenant, document string) (e webhook.Endpoint, err error) {
	if err = json.Unmarshal([]byte(document), &e); err == nil && tenant != "" {
		e.Tenant, err = scim.ParseTenantID(tenant)
	}
	return e, err
}

// Endpoint implements webhook.Store.
func (ws *Webhooks) Endpoint(ctx context.Context, id string) (webhook.Endpoint, error) {
	var tenant, document string
	err := ws.db.Row(ctx, []any{&tenant, &document}, hookSQL, id)
	if errors.Is(err, sql.ErrNoRows) {
		err = webhook.ErrUnknown
	}
	if err != nil {
		return webhook.Endpoint{}, err
	}
	return read(tenant, document)
}

// Endpoints implements webhook.Store.
func (ws *Webhooks) Endpoints(ctx context.Context) (out []webhook.Endpoint, err error) {
	err = ws.db.Rows(ctx, func(scan func(...any) error) error {
		var tenant, document string
		if err := scan(&tenant, &document); err != nil {
			return err
		}
		e, err := read(tenant, document)
		out = append(out, e)
		return err
	}, hooksSQL)
	return out, err
}

// Update implements webhook.Store. The transaction begins with a write of the row, so that updates of one endpoint wait for
// each other, and each changes what the one before it has left.
func (ws *Webhooks) Update(ctx context.Context, id string, change func(*webhook.Endpoint) error) (e webhook.Endpoint, err error) {
	err = ws.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		if e, err = locked(ctx, tx, id); err != nil {
			return err
		}
		if err = change(&e); err != nil {
			return err
		}
		document, err := json.Marshal(&e)
		if err == nil {
			_, err = tx.Exec(ctx, updateHookSQL, id, string(document))
		}
		return err
	})
	return e, err
}

// Remove implements webhook.Store. It also removes how far the webhook has come in each tenant.
func (ws *Webhooks) Remove(ctx context.Context, id string) error {
	return ws.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		e, err := locked(ctx, tx, id)
		if err == nil {
			_, err = tx.Exec(ctx, placesSQL, e.Consumer())
		}
		for _, statement := range []string{removeAllSQL, removeHookSQL} {
			if err == nil {
				_, err = tx.Exec(ctx, statement, id)
			}
		}
		return err
	})
}

// locked reads an endpoint that no other transaction changes until the end of this one.
func locked(ctx context.Context, tx *sqlstore.Tx, id string) (e webhook.Endpoint, err error) {
	n, err := tx.Exec(ctx, lockHookSQL, id)
	if err == nil && n == 0 {
		err = webhook.ErrUnknown
	}
	if err != nil {
		return e, err
	}
	var tenant, document string
	if err = tx.Row(ctx, []any{&tenant, &document}, hookSQL, id); err != nil {
		return e, err
	}
	return read(tenant, document)
}

// Forget implements webhook.Store. sqlstore.Tenants.Delete removes the same rows.
func (ws *Webhooks) Forget(ctx context.Context, t scim.TenantID) (n int, err error) {
	err = ws.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		n = 0
		for _, statement := range []string{forgetHookSQL, forgetAllSQL} {
			some, err := tx.Exec(ctx, statement, t.String())
			if err != nil {
				return err
			}
			n += int(some)
		}
		return nil
	})
	return n, err
}
