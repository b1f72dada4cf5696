package sqllog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
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

// rows are what one tenant gets: [id, expires, record] and [resource, id, expires].
type rows struct {
	records, resources [][]any
	ids                map[string]bool
}

// AppendAll implements activity.Batcher. The records of a tenant are appended in one transaction.
func (l *Log) AppendAll(ctx context.Context, records []activity.Record) error {
	by := map[scim.TenantID]*rows{}
	var lost activity.LostError
	fail := func(n int, err error) { lost.Lost, lost.Cause = lost.Lost+n, errors.Join(lost.Cause, err) }
	for _, r := range records {
		if r.Tenant.IsZero() {
			fail(1, activity.ErrTenant)
			continue
		}
		to := by[r.Tenant]
		if to == nil {
			to = &rows{ids: map[string]bool{}}
			by[r.Tenant] = to
		}
		if err := l.add(to, r); err != nil {
			fail(1, err)
		}
	}
	for t, some := range by {
		if err := l.write(ctx, t, some); err != nil {
			fail(len(some.records), err)
		}
	}
	if lost.Lost > 0 {
		return &lost
	}
	l.prune(ctx)
	return nil
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
	expires := from.Add(l.o.Keep).Unix()
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
	if len(some.records) == 0 {
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
	return l.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		if _, err := tx.Exec(ctx, addSQL, t.String(), string(records)); err != nil || len(some.resources) == 0 {
			return err
		}
		_, err := tx.Exec(ctx, addResourcesSQL, t.String(), string(resources))
		return err
	})
}

const (
	pruneEvery        = 60 // seconds
	pruneSQL          = `DELETE FROM scim_log WHERE expires < $1`
	pruneResourcesSQL = `DELETE FROM scim_log_resource WHERE expires < $1`
)

// prune removes records that have expired. A failure is repeated by a later append.
func (l *Log) prune(ctx context.Context) {
	now := l.o.Now().Unix()
	last := l.pruned.Load()
	if now-last < pruneEvery || !l.pruned.CompareAndSwap(last, now) {
		return
	}
	_ = l.db.Transaction(ctx, func(tx *sqlstore.Tx) error {
		for _, statement := range []string{pruneSQL, pruneResourcesSQL} {
			if _, err := tx.Exec(ctx, statement, now); err != nil {
				return err
			}
		}
		return nil
	})
}
