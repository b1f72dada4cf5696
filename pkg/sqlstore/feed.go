package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/scimstack/scimstack/pkg/scim"
)

var (
	_ scim.Feed = (*Store)(nil)
	_ scim.Feed = (*Mapped)(nil)
)

const (
	entriesSQL = `SELECT first, last, entry, prior, document, member_of FROM scim_feed
WHERE tenant = $1 AND last > $2 AND entry IS NOT NULL ORDER BY tenant, last LIMIT $3`
	firstSQL = `SELECT first FROM scim_feed WHERE tenant = $1 AND entry IS NOT NULL ORDER BY tenant, last LIMIT 1`
)

// Entries implements scim.Feed.
func (s *Store) Entries(ctx context.Context, t scim.TenantID, after int64, limit int) ([]scim.Entry, error) {
	return s.db.entries(ctx, t, after, limit)
}

// Last implements scim.Feed.
func (s *Store) Last(ctx context.Context, t scim.TenantID) (int64, error) { return s.db.last(ctx, t) }

// Entries implements scim.Feed: what the service has changed. What the application changes in its tables
// is no entry, but for rows that it has deleted: at the next Sweep they leave their groups.
func (s *Mapped) Entries(ctx context.Context, t scim.TenantID, after int64, limit int) ([]scim.Entry, error) {
	return s.db.entries(ctx, t, after, limit)
}

// Last implements scim.Feed.
func (s *Mapped) Last(ctx context.Context, t scim.TenantID) (int64, error) { return s.db.last(ctx, t) }

func (d *Database) last(ctx context.Context, t scim.TenantID) (n int64, err error) {
	if err := d.feedUsable(ctx, t); err != nil {
		return 0, err
	}
	err = d.Row(ctx, []any{&n}, lastSQL, t.String())
	return n, err
}

func (d *Database) feedUsable(ctx context.Context, t scim.TenantID) error {
	if err := usable(ctx, t); err != nil {
		return err
	}
	if d.keep.Age <= 0 {
		return scim.ErrNoFeed
	}
	return nil
}

func (d *Database) entries(ctx context.Context, t scim.TenantID, after int64, limit int) ([]scim.Entry, error) {
	if err := d.feedUsable(ctx, t); err != nil {
		return nil, err
	}
	d.pruneFeed(ctx)
	for again := range 2 {
		list, err := d.entriesAfter(ctx, t, after, max(limit, 1))
		if err != nil || len(list) > 0 && list[0].First <= after+1 {
			return list, err
		}
		last, err := d.last(ctx, t)
		if err != nil || last == after {
			return nil, err
		}
		if last < after || len(list) > 0 || again > 0 { // otherwise a write came between the two questions
			return nil, d.goneError(ctx, t, after, last)
		}
	}
	return nil, nil
}

func (d *Database) goneError(ctx context.Context, t scim.TenantID, after, last int64) error {
	first := last + 1
	err := d.Rows(ctx, func(scan func(...any) error) error { return scan(&first) }, firstSQL, t.String())
	if err != nil {
		return err
	}
	return &scim.GoneError{After: after, First: first, Last: last}
}

func (d *Database) entriesAfter(ctx context.Context, t scim.TenantID, after int64, limit int) (out []scim.Entry, err error) {
	err = d.Rows(ctx, func(scan func(...any) error) error {
		var first, last int64
		var entry string
		var prior, document, groups sql.NullString
		if err := scan(&first, &last, &entry, &prior, &document, &groups); err != nil {
			return err
		}
		var p packedEntry
		if err := json.Unmarshal([]byte(entry), &p); err != nil {
			return fmt.Errorf("entry %d of the feed: %w", last, err)
		}
		e := p.entry(first, last, prior, document)
		if groups.Valid {
			if e.Groups, err = idsIn(groups); err != nil {
				return err
			}
		}
		out = append(out, e)
		return nil
	}, entriesSQL, t.String(), after, limit)
	return out, err
}

const (
	pruneEvery = 60   // seconds
	pruneRows  = 1000 // in one transaction, so that other writes have their turn; what is left is removed with the next calls
	// The newest entry of a tenant loses its content only. What is before an expired one expires with it, also if a clock
	// that was ahead has written it: a reader must not find it and then miss the others.
	blankFeedSQL = `UPDATE scim_feed SET entry = NULL, prior = NULL, document = NULL, member_of = NULL
WHERE entry IS NOT NULL AND tenant = $1 AND last = $2`
	pruneFeedSQL = `DELETE FROM scim_feed WHERE tenant = $1 AND last < $2`
	expiredSQL   = `SELECT tenant, MAX(last), count(*) FROM (SELECT tenant, last FROM scim_feed BY(scim_feed_expires)
WHERE entry IS NOT NULL AND expires < $1 ORDER BY expires LIMIT $2) e GROUP BY tenant`
)

// pruneFeed removes entries that have expired: some of them, once a minute and as long as there are more. A failure is
// repeated by a later call.
func (d *Database) pruneFeed(ctx context.Context) {
	now := d.now().Unix()
	last := d.pruned.Load()
	if now-last < pruneEvery || !d.pruned.CompareAndSwap(last, now) {
		return
	}
	found := int64(0)
	err := d.Transaction(ctx, func(tx *Tx) error {
		newest := map[string]int64{}
		found = 0
		err := tx.Rows(ctx, func(scan func(...any) error) error {
			var tenant string
			var n, rows int64
			err := scan(&tenant, &n, &rows)
			newest[tenant] = n
			found += rows
			return err
		}, expiredSQL, now, pruneRows)
		if err != nil || len(newest) == 0 {
			return err
		}
		for tenant, n := range newest {
			for _, statement := range []string{blankFeedSQL, pruneFeedSQL} {
				if _, err := tx.Exec(ctx, statement, tenant, n); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err == nil && found == pruneRows {
		d.pruned.CompareAndSwap(now, last) // the next call goes on
	}
}
