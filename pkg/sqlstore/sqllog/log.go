package sqllog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
)

// Options of New. Zero fields take the defaults.
type Options struct {
	Keep time.Duration    // until a record expires; 30 days by default
	Now  func() time.Time // time.Now by default
}

// Log is an activity.Log and an activity.Batcher. It is safe for concurrent use; the zero value is not
// usable, see New.
type Log struct {
	db     *sqlstore.Database
	o      Options
	pruned atomic.Int64 // when expired records were last removed, in seconds
}

var (
	_ activity.Log     = (*Log)(nil)
	_ activity.Batcher = (*Log)(nil)
	_ activity.Counter = (*Log)(nil)
)

// New returns the log in a database.
func New(db *sqlstore.Database, o Options) *Log {
	if o.Keep <= 0 {
		o.Keep = 30 * 24 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Log{db: db, o: o}
}

const getSQL = `SELECT record FROM scim_log WHERE tenant = $1 AND id = $2`

// Get implements activity.Log.
func (l *Log) Get(ctx context.Context, t scim.TenantID, id string) (activity.Record, error) {
	if !activity.ValidID(id) {
		return activity.Record{}, activity.ErrNotFound
	}
	var doc string
	err := l.db.Row(ctx, []any{&doc}, getSQL, t.String(), id)
	if errors.Is(err, sql.ErrNoRows) {
		return activity.Record{}, activity.ErrNotFound
	}
	if err != nil {
		return activity.Record{}, err
	}
	return recordOf(t, doc)
}

func recordOf(t scim.TenantID, doc string) (activity.Record, error) {
	var r activity.Record
	if err := json.Unmarshal([]byte(doc), &r); err != nil {
		return r, fmt.Errorf("sqllog: %w", err)
	}
	r.Tenant = t
	return r, nil
}

const (
	// The lower end is applied last: with both, Postgres without statistics expects so few rows that it would sort all of them.
	allSQL = `SELECT r.record FROM (SELECT id, record FROM scim_log
WHERE tenant = $1 AND id < $3 ORDER BY id DESC LIMIT $4) r WHERE r.id >= $2 ORDER BY r.id DESC`

	timelineSQL = `SELECT l.record FROM (SELECT id FROM scim_log_resource
WHERE tenant = $1 AND resource = $5 AND id < $3 ORDER BY id DESC LIMIT $4) r
JOIN ONE(scim_log l WHERE l.tenant = $1 AND l.id = r.id) WHERE r.id >= $2 ORDER BY l.id DESC`
)

const (
	// maxReads bounds the statements of one Query. After that it returns what it has found, and from
	// where to continue.
	maxReads = 10
	// bigRead is the size of the later ones, when few records match.
	bigRead = 1000
	// maxResource bounds the length of a resource id; ids of the service are much shorter.
	maxResource = 256
)

// Query implements activity.Log.
func (l *Log) Query(ctx context.Context, t scim.TenantID, q activity.Query) (activity.Page, error) {
	q, err := q.Bounded()
	if err != nil {
		return activity.Page{}, err
	}
	low, high := activity.Lowest(q.From), activity.Highest(q.Until)
	if q.After != "" {
		high = min(high, q.After)
	}
	var page activity.Page
	if low >= high || q.Resource != "" && !keepable(q.Resource) {
		return page, nil
	}
	in := span{resource: q.Resource, low: low, high: high, size: q.Limit + 1}
	for reads := 1; ; reads++ {
		records, err := l.read(ctx, t, in)
		if err != nil {
			return activity.Page{}, err
		}
		for i := range records {
			if !q.Match(&records[i]) {
				continue
			}
			if len(page.Records) == q.Limit {
				page.Next = page.Records[q.Limit-1].ID
				return page, nil
			}
			page.Records = append(page.Records, records[i])
		}
		if len(records) < in.size {
			return page, nil
		}
		last := records[len(records)-1].ID
		if reads == maxReads {
			page.Next = last
			return page, nil
		}
		in.high, in.size = last, bigRead
	}
}

// span is a part of the log: ids from low up to high, at most size of them from the newest on.
type span struct {
	resource, low, high string
	size                int
}

// read returns the records of a span, newest first.
func (l *Log) read(ctx context.Context, t scim.TenantID, in span) ([]activity.Record, error) {
	query, args := allSQL, []any{t.String(), in.low, in.high, in.size}
	if in.resource != "" {
		query, args = timelineSQL, append(args, in.resource)
	}
	var out []activity.Record
	err := l.db.Rows(ctx, func(scan func(...any) error) error {
		var doc string
		if err := scan(&doc); err != nil {
			return err
		}
		r, err := recordOf(t, doc)
		out = append(out, r)
		return err
	}, query, args...)
	return out, err
}
