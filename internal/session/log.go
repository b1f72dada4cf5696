package session

import (
	"context"
	"errors"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// LogBase is what a Log wraps.
type LogBase interface {
	activity.Log
	activity.Batcher
	activity.Counter
}

// Log is a provisioning log whose calls use the session of their tenant. Its promises and errors are
// those of the log under it.
type Log struct{ base LogBase }

var _ LogBase = (*Log)(nil)

// NewLog returns a Log over one whose client has Sessions as its credentials.
func NewLog(base LogBase) *Log { return &Log{base} }

// Append implements activity.Log.
func (l *Log) Append(ctx context.Context, r activity.Record) error {
	return l.base.Append(With(ctx, r.Tenant), r)
}

// AppendAll implements activity.Batcher.
func (l *Log) AppendAll(ctx context.Context, records []activity.Record) error {
	return l.AppendCounted(ctx, records, nil)
}

// AppendCounted implements activity.Counter. The records and tallies of each tenant are appended for
// themselves: a request to DynamoDB with items of two tenants has no session that allows it.
func (l *Log) AppendCounted(ctx context.Context, records []activity.Record, tallies []activity.Tally) error {
	var order []scim.TenantID
	by := map[scim.TenantID]*share{}
	of := func(t scim.TenantID) *share {
		if by[t] == nil {
			by[t] = &share{}
			order = append(order, t)
		}
		return by[t]
	}
	for _, r := range records {
		s := of(r.Tenant)
		s.records = append(s.records, r)
	}
	for _, t := range tallies {
		s := of(t.Tenant)
		s.tallies = append(s.tallies, t)
	}
	total := &activity.LostError{}
	var causes []error
	for _, t := range order {
		s := by[t]
		err := l.base.AppendCounted(With(ctx, t), s.records, s.tallies)
		var lost *activity.LostError
		switch {
		case errors.As(err, &lost):
			total.Lost, total.Tallies = total.Lost+lost.Lost, total.Tallies+lost.Tallies
			causes = append(causes, lost.Cause)
		case err != nil:
			total.Lost, total.Tallies = total.Lost+len(s.records), total.Tallies+len(s.tallies) // any part of them
			causes = append(causes, err)
		}
	}
	if len(causes) == 0 {
		return nil
	}
	total.Cause = errors.Join(causes...)
	return total
}

// share is what one tenant gets.
type share struct {
	records []activity.Record
	tallies []activity.Tally
}

// Tallies implements activity.Counter.
func (l *Log) Tallies(ctx context.Context, t scim.TenantID, from time.Time) ([]activity.Tally, error) {
	return l.base.Tallies(With(ctx, t), t, from)
}

// Query implements activity.Log.
func (l *Log) Query(ctx context.Context, t scim.TenantID, q activity.Query) (activity.Page, error) {
	return l.base.Query(With(ctx, t), t, q)
}

// Get implements activity.Log.
func (l *Log) Get(ctx context.Context, t scim.TenantID, id string) (activity.Record, error) {
	return l.base.Get(With(ctx, t), t, id)
}
