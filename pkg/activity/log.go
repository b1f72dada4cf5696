package activity

import (
	"context"
	"errors"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Log keeps records. Implementations are safe for concurrent use, keep tenants apart, and may
// forget old records.
type Log interface {
	// Append adds a record under Record.ID; NewID makes one where it is empty. A record
	// without a tenant is refused.
	Append(ctx context.Context, r Record) error

	// Query returns records of a tenant, newest first. What Append returned for is found at
	// once.
	Query(ctx context.Context, t scim.TenantID, q Query) (Page, error)

	// Get returns one record, or ErrNotFound.
	Get(ctx context.Context, t scim.TenantID, id string) (Record, error)
}

// Batcher is an optional ability of a Log: many records, of any tenants, in one call. It does
// not keep the slice.
type Batcher interface {
	AppendAll(ctx context.Context, records []Record) error
}

// Errors of a Log.
var (
	ErrNotFound = errors.New("no such record")
	ErrCursor   = errors.New("not an id of a record")
	ErrTenant   = errors.New("a record needs a tenant")
)

// Query selects records; zero fields select all.
type Query struct {
	Resource  string    // records that concern a resource: the timeline of a person or a group
	Status    int       // exactly this HTTP status
	Failed    bool      // only status 400 and above
	IdP       string    // "okta", "entra", …
	Operation string    // "create", "patch", …
	RequestID string    // the records of one request
	From      time.Time // inclusive, to the microsecond
	Until     time.Time // exclusive, to the microsecond
	After     string    // Page.Next of the page before
	Limit     int       // records on a page: 50 if 0, at most MaxLimit
}

// Sizes of a page.
const (
	defaultLimit = 50
	MaxLimit     = 500
)

// Page is a part of an answer.
type Page struct {
	Records []Record
	Next    string // Query.After of the next page; "" at the end. A page may hold few records and still have a next one
}

// Bounded gives the query with its limit in bounds; ErrCursor if After is no record's id.
func (q Query) Bounded() (Query, error) {
	if q.Limit <= 0 {
		q.Limit = defaultLimit
	}
	q.Limit = min(q.Limit, MaxLimit)
	if q.After != "" && !ValidID(q.After) {
		return q, ErrCursor
	}
	return q, nil
}

// Match tells whether a record is one of those the query selects, paging aside.
func (q *Query) Match(r *Record) bool {
	switch {
	case q.Status != 0 && r.Status != q.Status,
		q.Failed && !r.Failed(),
		q.IdP != "" && r.IdP != q.IdP,
		q.Operation != "" && r.Operation != q.Operation,
		q.RequestID != "" && r.RequestID != q.RequestID,
		r.ID < Lowest(q.From),
		r.ID >= Highest(q.Until):
		return false
	}
	if q.Resource == "" {
		return true
	}
	for _, id := range r.Resources() {
		if id == q.Resource {
			return true
		}
	}
	return false
}
