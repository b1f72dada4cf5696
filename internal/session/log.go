package session

import (
	"context"
	"errors"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// LogBase is what a Log wraps.
type LogBase interface {
	activity.Log
	activity.Batcher
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

// AppendAll implements activity.Batcher. The records of each tenant are appended for themselves: a
// request to DynamoDB with items of two tenants has no session that allows it.
func (l *Log) AppendAll(ctx context.Context, records []activity.Record) error {
	var order []scim.TenantID
	byTenant := map[scim.TenantID][]activity.Record{}
	for _, r := range records {
		if _, known := byTenant[r.Tenant]; !known {
			order = append(order, r.Tenant)
		}
		byTenant[r.Tenant] = append(byTenant[r.Tenant], r)
	}
	total := &activity.LostError{}
	var causes []error
	for _, t := range order {
		err := l.base.AppendAll(With(ctx, t), byTenant[t])
		var lost *activity.LostError
		switch {
		case errors.As(err, &lost):
			total.Lost += lost.Lost
			causes = append(causes, lost.Cause)
		case err != nil:
			total.Lost += len(byTenant[t]) // any part of them
			causes = append(causes, err)
		}
	}
	if len(causes) == 0 {
		return nil
	}
	total.Cause = errors.Join(causes...)
	return total
}

// Query implements activity.Log.
func (l *Log) Query(ctx context.Context, t scim.TenantID, q activity.Query) (activity.Page, error) {
	return l.base.Query(With(ctx, t), t, q)
}

// Get implements activity.Log.
func (l *Log) Get(ctx context.Context, t scim.TenantID, id string) (activity.Record, error) {
	return l.base.Get(With(ctx, t), t, id)
}
