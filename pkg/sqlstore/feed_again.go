package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/scimstack/scimstack/pkg/scim"
)

// A tenant may be made again under the name of one that was deleted. A reader that knows the feed of before must not take
// its facts for the next ones, nor leave out those whose numbers it has seen. So the last number outlives the tenant: in a row
// of scim_feed under a hash of the name, which has nothing else. The feed of the new tenant goes on above it, and every reader starts anew.

const (
	keepNumberSQL = `INSERT INTO scim_feed AS f (tenant, last, first, expires)
SELECT $2, MAX(last), MAX(last), 0 FROM scim_feed WHERE tenant IN ($1, $2) HAVING MAX(last) > 0
ON CONFLICT (tenant, last) DO NOTHING`
	olderNumberSQL = `DELETE FROM scim_feed WHERE tenant = $1 AND last < (SELECT MAX(last) FROM scim_feed WHERE tenant = $1)`
	goOnSQL        = `INSERT INTO scim_feed (tenant, last, first, expires)
SELECT $1, MAX(last) + 1, MAX(last) + 1, 0 FROM scim_feed WHERE tenant = $2 HAVING MAX(last) > 0 ON CONFLICT (tenant, last) DO NOTHING`
	dropNumberSQL = `DELETE FROM scim_feed WHERE tenant = $1`
)

// formerly is what stands for the deleted tenants of a name. It is the name of no tenant.
func formerly(t scim.TenantID) string {
	sum := sha256.Sum256([]byte(t.String()))
	return "~" + hex.EncodeToString(sum[:])
}

// keepNumber keeps the last number of a tenant before rows of a table are deleted. What is written late, with numbers from 1 on, counts too.
func (tx *Tx) keepNumber(ctx context.Context, t scim.TenantID, k kept) error {
	if k.table != "scim_feed" {
		return nil
	}
	_, err := tx.Exec(ctx, keepNumberSQL, t.String(), formerly(t))
	if err == nil {
		_, err = tx.Exec(ctx, olderNumberSQL, formerly(t))
	}
	return err
}

// goOn makes the numbers of a new tenant go on above those of a deleted one of its name.
func (tx *Tx) goOn(ctx context.Context, t scim.TenantID) error {
	n, err := tx.Exec(ctx, goOnSQL, t.String(), formerly(t))
	if err == nil && n > 0 {
		_, err = tx.Exec(ctx, dropNumberSQL, formerly(t))
	}
	return err
}
