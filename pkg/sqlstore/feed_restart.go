package sqlstore

import (
	"context"

	"github.com/scimstack/scimstack/pkg/scim"
)

// RestartFeed removes the entries of a tenant and makes the numbers go on above both the last one and above. Every reader
// gets a *scim.GoneError and starts anew, whatever it has read; so after a restore from a backup none takes new entries
// for ones that it has read. It returns the new last number.
func (s *Store) RestartFeed(ctx context.Context, t scim.TenantID, above int64) (last int64, err error) {
	if err := s.db.feedUsable(ctx, t); err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, t, func(tx *Tx) error {
		if err := tx.Row(ctx, []any{&last}, lastSQL, t.String()); err != nil {
			return err
		}
		last = max(last, above) + 1
		if _, err := tx.Exec(ctx, `DELETE FROM scim_feed WHERE tenant = $1`, t.String()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO scim_feed (tenant, last, first, expires) VALUES ($1, $2, $2, 0)`, t.String(), last)
		return err
	})
	return last, err
}
