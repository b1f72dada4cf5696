package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// DeletionWait is how long after the beginning of a deletion the tenant may still be written: a process
// caches it for a minute, and a request that has begun ends within another.
const DeletionWait = 2 * time.Minute

// Deletion says how Delete works. The zero value waits for DeletionWait.
type Deletion struct {
	// Wait is the time from the beginning of the deletion to its last look; 0 is DeletionWait. Less is
	// right only if no process serves the tenant. A negative Wait is none.
	Wait time.Duration
	// Progress, unless nil, is called with what has been removed so far, also before the wait.
	Progress func(removed map[string]int, waiting time.Duration)
}

// kept is a table with rows of tenants. All of them are listed: a test compares this with the schema.
type kept struct {
	table, name string // name: in a tally, in the plural
	key         string // the columns of the primary key after the tenant
}

func keptTables() []kept {
	return []kept{
		{"scim_token", "tokens", "key_id"},
		{"scim_client", "clients", "id"},
		{"scim_once", "used assertions", "name"},
		{"scim_resource", "resources", "type, id"},
		{"scim_key", "index entries", "type, attr, value, id"},
		{"scim_member", "memberships", "group_id, id"},
		{"scim_count", "counters", "type"},
		{"scim_log", "log records", "id"},
		{"scim_log_resource", "log entries", "resource, id"},
		{"scim_plan", "plans", "id"},
		{"scim_tally", "tallies", "hour, key_id, cause"},
		{"scim_feed", "facts", "last"},
		{"scim_consumer", "consumers", "name"},
		{"scim_letter", "dead letters", "name, seq"},
		{"scim_webhook", "webhooks", "id"},
		{"scim_delivery", "deliveries", "webhook, seq"},
	}
}

// deleteRows is how many rows one transaction of a deletion removes, so that other writes have their turn.
const deleteRows = 2000

// Inventory counts what Delete would remove, by kind. It returns tenant.ErrUnknown if there is no such
// tenant; for one whose deletion was interrupted it counts the rest, and deleting is true.
func (ts *Tenants) Inventory(ctx context.Context, id scim.TenantID) (found map[string]int, deleting bool, err error) {
	if err := usable(ctx, id); err != nil {
		return nil, false, err
	}
	var since int64
	err = ts.db.Row(ctx, []any{&since}, `SELECT deleting FROM scim_tenant WHERE id = $1`, id.String())
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, tenant.ErrUnknown
	}
	if err != nil {
		return nil, false, err
	}
	found = map[string]int{"settings": 1}
	for _, k := range keptTables() {
		var n int
		if err := ts.db.Row(ctx, []any{&n}, `SELECT count(*) FROM `+k.table+` WHERE tenant = $1`, id.String()); err != nil {
			return nil, false, err
		}
		if n > 0 {
			found[k.name] = n
		}
	}
	return found, since != 0, nil
}

// Delete removes a tenant with everything that is kept for it, and returns how much of each kind. It
// returns tenant.ErrUnknown if there is no such tenant.
//
// First it marks the tenant: from then on it is unknown to Resolve, takes no settings and no tokens, and
// its name is not free. Processes with the tenant in their cache accept its tokens for up to one more
// minute, so Delete removes all rows, waits, and removes what was written since. After an interruption
// Delete can be called again, and continues: the wait is counted from the first call.
func (ts *Tenants) Delete(ctx context.Context, id scim.TenantID, o Deletion) (map[string]int, error) {
	if o.Wait == 0 {
		o.Wait = DeletionWait
	}
	var since int64
	err := ts.db.Write(ctx, id, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE scim_tenant SET deleting = $2 WHERE id = $1 AND deleting = 0`, id.String(), micros(ts.db.now()))
		if err != nil {
			return err
		}
		return tx.Row(ctx, []any{&since}, `SELECT deleting FROM scim_tenant WHERE id = $1`, id.String())
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, tenant.ErrUnknown
	}
	if err != nil {
		return nil, err
	}
	removed := map[string]int{}
	if err := ts.pass(ctx, id, removed); err != nil {
		return removed, err
	}
	left := min(timeOf(since).Add(o.Wait).Sub(ts.db.now()), o.Wait) // the clock that said since may have been ahead
	if o.Progress != nil {
		o.Progress(removed, max(left, 0))
	}
	if left > 0 {
		if err := async.Sleep(ctx, left); err != nil {
			return removed, err
		}
	}
	if err := ts.pass(ctx, id, removed); err != nil { // what was written during the first pass and the wait
		return removed, err
	}
	return removed, ts.forget(ctx, id, removed)
}

// forget removes the tenant itself, with what was written since the last pass: nothing may come between the two.
func (ts *Tenants) forget(ctx context.Context, id scim.TenantID, removed map[string]int) error {
	late := map[string]int{}
	err := ts.db.Write(ctx, id, func(tx *Tx) error {
		clear(late)
		for _, k := range keptTables() {
			for {
				n, err := tx.some(ctx, id, k)
				if err != nil {
					return err
				}
				if late[k.name] += n; n < deleteRows {
					break
				}
			}
		}
		n, err := tx.Exec(ctx, `DELETE FROM scim_tenant WHERE id = $1`, id.String())
		late["settings"] = int(n)
		return err
	})
	for name, n := range late {
		if err == nil && n > 0 {
			removed[name] += n
		}
	}
	return err
}

// pass removes all rows of a tenant, some at a time.
func (ts *Tenants) pass(ctx context.Context, id scim.TenantID, removed map[string]int) error {
	for _, k := range keptTables() {
		for {
			var n int
			err := ts.db.Write(ctx, id, func(tx *Tx) (err error) {
				n, err = tx.some(ctx, id, k)
				return err
			})
			if err != nil {
				return err
			}
			if n > 0 {
				removed[k.name] += n
			}
			if n < deleteRows {
				break
			}
		}
	}
	return nil
}

// some removes up to deleteRows rows of a tenant from a table, and returns how many.
func (tx *Tx) some(ctx context.Context, id scim.TenantID, k kept) (int, error) {
	if err := tx.keepNumber(ctx, id, k); err != nil {
		return 0, err
	}
	n, err := tx.Exec(ctx, `DELETE FROM `+k.table+` WHERE tenant = $1 AND (`+k.key+`) IN
(SELECT `+k.key+` FROM `+k.table+` WHERE tenant = $1 LIMIT $2)`, id.String(), deleteRows)
	return int(n), err
}
