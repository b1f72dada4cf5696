package sqllog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

const (
	addSQL = `INSERT INTO scim_log (tenant, id, expires, record)
SELECT $1, j.value->>0, CAST(j.value->>1 AS BIGINT), j.value->>2 FROM ROWS($2) WHERE 1 = 1
ON CONFLICT (tenant, id) DO UPDATE SET record = excluded.record`
	addResourcesSQL = `INSERT INTO scim_log_resource (tenant, resource, id, expires)
SELECT $1, j.value->>0, j.value->>1, CAST(j.value->>2 AS BIGINT) FROM ROWS($2) WHERE 1 = 1
ON CONFLICT (tenant, resource, id) DO NOTHING`
)

// Append implements activity.Log.
func (l *Log) Append(ctx context.Context, r activity.Record) error {
	err := l.AppendAll(ctx, []activity.Record{r})
	var lost *activity.LostError
	if errors.As(err, &lost) {
		return lost.Cause
	}
	return err
}

// rows are what one tenant gets: [id, expires, record], [resource, id, expires], and tallies.
type rows struct {
	records, resources [][]any
	ids                map[string]bool
	tallies            []activity.Tally
}

// AppendAll implements activity.Batcher.
func (l *Log) AppendAll(ctx context.Context, records []activity.Record) error {
	return l.AppendCounted(ctx, records, nil)
}

// AppendCounted implements activity.Counter. The records and tallies of a tenant are added in one
// transaction.
func (l *Log) AppendCounted(ctx context.Context, records []activity.Record, tallies []activity.Tally) error {
	b := batch{l: l, by: map[scim.TenantID]*rows{}}
	for _, r := range records {
		to, err := b.of(r.Tenant)
		if err == nil {
			err = l.add(to, r)
		}
		b.fail(1, 0, err)
	}
	for _, t := range tallies {
		to, err := b.of(t.Tenant)
		if err == nil {
			to.tallies = append(to.tallies, t)
		}
		b.fail(0, 1, err)
	}
	for t, some := range b.by {
		b.fail(len(some.records), len(some.tallies), l.write(ctx, t, some))
	}
	if b.lost.Cause != nil {
		return &b.lost
	}
	l.prune(ctx)
	return nil
}

// batch is one AppendCounted.
type batch struct {
	l    *Log
	by   map[scim.TenantID]*rows
	lost activity.LostError
}

// of returns the rows of a tenant.
func (b *batch) of(t scim.TenantID) (*rows, error) {
	if t.IsZero() {
		return nil, activity.ErrTenant
	}
	if b.by[t] == nil {
		b.by[t] = &rows{ids: map[string]bool{}}
	}
	return b.by[t], nil
}

// fail counts what is lost, if there is an error.
func (b *batch) fail(records, tallies int, err error) {
	if err != nil {
		b.lost.Lost, b.lost.Tallies, b.lost.Cause = b.lost.Lost+records, b.lost.Tallies+tallies, errors.Join(b.lost.Cause, err)
	}
}

// add adds the rows of one record.
func (l *Log) add(to *rows, r activity.Record) error {
	if r.ID == "" {
		r.ID = activity.NewID(r.Time)
	}
	r = r.Bounded()
	if !keepable(r.ID) {
		return fmt.Errorf("sqllog: %.40q is no id of a record", r.ID)
	}
	if to.ids[r.ID] {
		return nil // the same record again
	}
	to.ids[r.ID] = true
	doc, err := json.Marshal(r)
	if err != nil {
		return err
	}
	from := l.o.Now() // a record of the past is kept as long as others
	if r.Time.After(from) {
		from = r.Time
	}
	expires := from.Add(r.KeptFor(l.o.Keep)).Unix()
	to.records = append(to.records, []any{r.ID, expires, string(doc)})
	for _, id := range r.Resources() {
		if keepable(id) {
			to.resources = append(to.resources, []any{id, r.ID, expires})
		}
	}
	return nil
}

// keepable reports whether a string can be a key in every database.
func keepable(s string) bool {
	return len(s) <= maxResource && utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}

func (l *Log) write(ctx context.Context, t scim.TenantID, some *rows) error {
	if len(some.records)+len(some.tallies) == 0 {
		return nil
	}
	records, err := json.Marshal(some.records)
	if err != nil {
		return err
	}
	resources, err := json.Marshal(some.resources)
	if err != nil {
		return err
	}
	counts, err := tallyRows(some.tallies)
	if err != nil {
		return err
	}
	return l.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		for _, s := range []struct {
			statement string
			rows      []byte
		}{{addSQL, records}, {addResourcesSQL, resources}, {addTalliesSQL, counts}} {
			if string(s.rows) == "null" {
				continue // there are none
			}
			if _, err := tx.Exec(ctx, s.statement, t.String(), string(s.rows)); err != nil {
				return err
			}
		}
		return nil
	})
}

const (
	pruneEvery = 60   // seconds
	pruneRows  = 1000 // of a table in one transaction, so that other writes have their turn

	pruneSQL          = `DELETE FROM scim_log WHERE (tenant, id) IN (SELECT tenant, id FROM scim_log WHERE expires < $1 ORDER BY expires LIMIT $2)`
	pruneResourcesSQL = `DELETE FROM scim_log_resource WHERE (tenant, resource, id) IN
(SELECT tenant, resource, id FROM scim_log_resource WHERE expires < $1 ORDER BY expires LIMIT $2)`
	pruneTalliesSQL = `DELETE FROM scim_tally WHERE (tenant, hour, key_id, cause) IN
(SELECT tenant, hour, key_id, cause FROM scim_tally WHERE hour < $1 ORDER BY hour LIMIT $2)`
)

// prune removes records that have expired: some of them, once a minute and as long as there are more. A failure is repeated
// by a later append.
func (l *Log) prune(ctx context.Context) {
	now := l.o.Now().Unix()
	last := l.pruned.Load()
	if now-last < pruneEvery || !l.pruned.CompareAndSwap(last, now) {
		return
	}
	more := false
	err := l.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		more = false
		for _, s := range []struct {
			statement string
			before    int64
		}{{pruneSQL, now}, {pruneResourcesSQL, now}, {pruneTalliesSQL, activity.HourOf(time.Unix(now, 0).Add(-activity.TalliesFor)).Unix()}} {
			n, err := tx.Exec(ctx, s.statement, s.before, pruneRows)
			if err != nil {
				return err
			}
			more = more || n == pruneRows
		}
		return nil
	})
	if err == nil && more {
		l.pruned.CompareAndSwap(now, last) // the next append goes on
	}
}
