package sqlfeed

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

const (
	waitsSQL = `SELECT seq FROM scim_delivery WHERE tenant = $1 AND webhook = $2 AND resource = $3 AND dead = 0 LIMIT 1`
	addSQL   = `INSERT INTO scim_delivery (tenant, webhook, seq, resource, dead, next, document) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant, webhook, seq) DO NOTHING`
	replaceSQL = `INSERT INTO scim_delivery (tenant, webhook, seq, resource, dead, next, document) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant, webhook, seq) DO UPDATE SET dead = excluded.dead, next = excluded.next, document = excluded.document`
	dueSQL = `SELECT d.tenant, d.seq, d.next, d.document FROM scim_delivery d WHERE d.webhook = $1 AND d.dead = 0 AND d.next <= $2
AND NOT EXISTS (SELECT 1 FROM scim_delivery o WHERE o.tenant = d.tenant AND o.webhook = d.webhook AND o.resource = d.resource AND o.dead = 0 AND o.seq < d.seq)
ORDER BY d.next, d.tenant, d.seq LIMIT 1`
	claimSQL  = `UPDATE scim_delivery SET next = $4 WHERE tenant = $1 AND webhook = $2 AND seq = $3 AND next = $5`
	doneSQL   = `DELETE FROM scim_delivery WHERE tenant = $1 AND webhook = $2 AND seq = $3`
	failedSQL = `UPDATE scim_delivery SET dead = $4, next = $5, document = $6 WHERE tenant = $1 AND webhook = $2 AND seq = $3`
	expireSQL = `DELETE FROM scim_delivery WHERE webhook = $1 AND dead > 0 AND dead < $2`
	hurrySQL  = `UPDATE scim_delivery SET next = $2 WHERE webhook = $1 AND dead = 0`
	deadSQL   = `SELECT tenant, seq, next, document FROM scim_delivery WHERE webhook = $1 AND dead > 0 ORDER BY tenant, seq LIMIT $2`
	letterOf  = `SELECT tenant, seq, next, document FROM scim_delivery WHERE tenant = $1 AND webhook = $2 AND seq >= $3 AND dead > 0 ORDER BY seq LIMIT $4`
	waitSQL   = `SELECT tenant, seq, next, document FROM scim_delivery WHERE webhook = $1 AND dead = 0 ORDER BY tenant, seq LIMIT $2`
)

// Follow implements webhook.Outbox.
func (ws *Webhooks) Follow(ctx context.Context, d webhook.Delivery) (bool, error) {
	waits := func(row func(context.Context, []any, string, ...any) error) (bool, error) {
		var seq int64
		err := row(ctx, []any{&seq}, waitsSQL, d.Tenant.String(), d.Endpoint, d.Resource)
		if errors.Is(err, sql.ErrNoRows) {
			return false, nil
		}
		return err == nil, err
	}
	found, err := waits(ws.db.Row) // as a rule there is none, and nothing is to be written
	if err != nil || !found {
		return false, err
	}
	err = ws.db.Transaction(ctx, func(tx *sqlstore.Tx) (err error) {
		if found, err = waits(tx.Row); err == nil && found {
			err = put(ctx, tx, addSQL, &d)
		}
		return err
	})
	return found, err
}

func put(ctx context.Context, tx *sqlstore.Tx, statement string, d *webhook.Delivery) error {
	document, err := json.Marshal(d)
	if err == nil {
		_, err = tx.Exec(ctx, statement, d.Tenant.String(), d.Endpoint, d.Seq, d.Resource, micro(d.Dead), micro(d.Next), string(document))
	}
	return err
}

// micro is a time as a number; 0 is the zero time.
func micro(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMicro()
}

// Add implements webhook.Outbox.
func (ws *Webhooks) Add(ctx context.Context, anew bool, list ...webhook.Delivery) error {
	if len(list) == 0 {
		return nil
	}
	statement := addSQL
	if anew {
		statement = replaceSQL
	}
	return ws.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		for i := range list {
			if err := put(ctx, tx, statement, &list[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// scanned makes a delivery of a row.
func scanned(endpoint string, scan func(...any) error) (d webhook.Delivery, next int64, err error) {
	var tenant, document string
	if err = scan(&tenant, &d.Seq, &next, &document); err != nil {
		return d, next, err
	}
	if err = json.Unmarshal([]byte(document), &d); err == nil {
		d.Tenant, err = scim.ParseTenantID(tenant)
	}
	d.Endpoint, d.Next = endpoint, time.UnixMicro(next)
	return d, next, err
}

// Claim implements webhook.Outbox. A look at an empty Outbox writes nothing.
func (ws *Webhooks) Claim(ctx context.Context, endpoint string, now, until time.Time) (found *webhook.Delivery, err error) {
	var next int64
	err = ws.db.Rows(ctx, func(scan func(...any) error) error {
		d, at, err := scanned(endpoint, scan)
		found, next = &d, at
		return err
	}, dueSQL, endpoint, micro(now))
	if err != nil || found == nil {
		return nil, err
	}
	var n int64
	err = ws.db.Transaction(ctx, func(tx *sqlstore.Tx) (err error) {
		n, err = tx.Exec(ctx, claimSQL, found.Tenant.String(), endpoint, found.Seq, micro(until), next)
		return err
	})
	if err != nil || n == 0 { // another process has it
		return nil, err
	}
	return found, nil
}

// Done implements webhook.Outbox.
func (ws *Webhooks) Done(ctx context.Context, d webhook.Delivery) error {
	return ws.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		_, err := tx.Exec(ctx, doneSQL, d.Tenant.String(), d.Endpoint, d.Seq)
		return err
	})
}

// Failed implements webhook.Outbox.
func (ws *Webhooks) Failed(ctx context.Context, d webhook.Delivery) error {
	document, err := json.Marshal(&d)
	if err != nil {
		return err
	}
	return ws.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		n, err := tx.Exec(ctx, failedSQL, d.Tenant.String(), d.Endpoint, d.Seq, micro(d.Dead), micro(d.Next), string(document))
		if err == nil && n > 0 && !d.Dead.IsZero() {
			_, err = tx.Exec(ctx, expireSQL, d.Endpoint, micro(d.Dead.Add(-scim.DefaultAge)))
		}
		return err
	})
}

// Hurry implements webhook.Outbox.
func (ws *Webhooks) Hurry(ctx context.Context, endpoint string, at time.Time, anew bool) error {
	const all = 1 << 30
	var list []webhook.Delivery
	if anew {
		var err error
		if list, err = ws.Deliveries(ctx, endpoint, false, all); err != nil {
			return err
		}
	}
	return ws.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		if _, err := tx.Exec(ctx, hurrySQL, endpoint, micro(at)); err != nil {
			return err
		}
		for _, d := range list {
			if d.Tries == 0 {
				continue
			}
			d.Tries, d.First, d.Next = 0, time.Time{}, at
			if err := put(ctx, tx, replaceSQL, &d); err != nil {
				return err
			}
		}
		return nil
	})
}

// Deliveries implements webhook.Outbox.
func (ws *Webhooks) Deliveries(ctx context.Context, endpoint string, dead bool, limit int) (out []webhook.Delivery, err error) {
	statement := waitSQL
	if dead {
		statement = deadSQL
	}
	return ws.deliveries(ctx, endpoint, statement, endpoint, limit)
}

// Letters implements webhook.LetterReader.
func (ws *Webhooks) Letters(ctx context.Context, endpoint string, t scim.TenantID, first int64, limit int) ([]webhook.Delivery, error) {
	return ws.deliveries(ctx, endpoint, letterOf, t.String(), endpoint, first, limit)
}

func (ws *Webhooks) deliveries(ctx context.Context, endpoint, statement string, args ...any) (out []webhook.Delivery, err error) {
	err = ws.db.Rows(ctx, func(scan func(...any) error) error {
		d, _, err := scanned(endpoint, scan)
		out = append(out, d)
		return err
	}, statement, args...)
	return out, err
}
