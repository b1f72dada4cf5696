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

var _ webhook.Store = (*Webhooks)(nil)

// NewWebhooks returns the webhooks in a database.
func NewWebhooks(db *sqlstore.Database) *Webhooks { return &Webhooks{db} }

const (
	createHookSQL = `INSERT INTO scim_webhook (tenant, id, document) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	hookSQL       = `SELECT tenant, document FROM scim_webhook WHERE id = $1`
	hooksSQL      = `SELECT tenant, document FROM scim_webhook ORDER BY id`
	updateHookSQL = `UPDATE scim_webhook SET document = $2 WHERE id = $1 AND document = $3`
	removeHookSQL = `DELETE FROM scim_webhook WHERE id = $1`
	removeAllSQL  = `DELETE FROM scim_delivery WHERE webhook = $1`
)

// Create implements webhook.Store.
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

// errLost says that another process has changed the endpoint meanwhile.
var errLost = errors.New("another process changes the webhook")

// Update implements webhook.Store.
func (ws *Webhooks) Update(ctx context.Context, id string, change func(*webhook.Endpoint) error) (e webhook.Endpoint, err error) {
	const tries = 8
	for range tries {
		if e, err = ws.update(ctx, id, change); !errors.Is(err, errLost) {
			break
		}
	}
	return e, err
}

func (ws *Webhooks) update(ctx context.Context, id string, change func(*webhook.Endpoint) error) (e webhook.Endpoint, err error) {
	err = ws.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		var tenant, old string
		err := tx.Row(ctx, []any{&tenant, &old}, hookSQL, id)
		if errors.Is(err, sql.ErrNoRows) {
			return webhook.ErrUnknown
		}
		if err != nil {
			return err
		}
		if e, err = read(tenant, old); err != nil {
			return err
		}
		if err := change(&e); err != nil {
			return err
		}
		document, err := json.Marshal(&e)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, updateHookSQL, id, string(document), old)
		if err == nil && n == 0 {
			err = errLost
		}
		return err
	})
	return e, err
}

// Remove implements webhook.Store.
func (ws *Webhooks) Remove(ctx context.Context, id string) error {
	return ws.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		n, err := tx.Exec(ctx, removeHookSQL, id)
		if err == nil && n == 0 {
			return webhook.ErrUnknown
		}
		if err == nil {
			_, err = tx.Exec(ctx, removeAllSQL, id)
		}
		return err
	})
}
