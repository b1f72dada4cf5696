package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

var _ tenant.Builds = (*Tenants)(nil)

// Unbuilt implements tenant.Builds.
func (ts *Tenants) Unbuilt(ctx context.Context) (ids []scim.TenantID, err error) {
	return ids, ts.db.Rows(ctx, func(scan func(...any) error) error {
		var name string
		if err := scan(&name); err != nil {
			return err
		}
		id, err := scim.ParseTenantID(name)
		ids = append(ids, id)
		return err
	}, `SELECT id FROM scim_tenant WHERE pending <> '' AND deleting = 0 ORDER BY id`)
}

// Built implements tenant.Builds.
func (ts *Tenants) Built(ctx context.Context, id scim.TenantID, done []tenant.Pending) error {
	return ts.change(ctx, id, func(tx *Tx) error {
		var text string
		if err := tx.Row(ctx, []any{&text}, `SELECT pending FROM scim_tenant WHERE id = $1`, id.String()); err != nil {
			return err
		}
		list, err := parsePending(id, text)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE scim_tenant SET pending = $2 WHERE id = $1`, id.String(), pendingText(tenant.PendingWithout(list, done)))
		return err
	})
}

// pendingText is the stored form of a list; "" for an empty one, so that an index finds the tenants that have any.
func pendingText(list []tenant.Pending) string {
	if len(list) == 0 {
		return ""
	}
	return jsonOf(list)
}

func parsePending(id scim.TenantID, text string) (list []tenant.Pending, err error) {
	if text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("sqlstore: indexes of tenant %s: %w", id, err)
	}
	return list, nil
}

// readPending reads the stored form into settings.
func readPending(s *tenant.Settings, text string) error {
	list, err := parsePending(s.ID, text)
	if err != nil {
		return err
	}
	return s.SetPending(list)
}
