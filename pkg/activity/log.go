package activity

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Log keeps the records of many tenants.
//
// A record that Append has returned for is found by Query and Get at once, until the Log forgets
// it. A Log may forget old records. It never returns a record of another tenant. Every method is
// safe for concurrent use.
// It keeps the bounded form of a record (Record.Bounded), so that no record is too large to be kept,
// and may keep fewer records of strangers (401 without a key id) than of others, never more. The lists and maps of a
// record that it is given may be those of others, too: a Log may keep them and does not change them.
//
// Errors are ErrTenant, ErrCursor and ErrNotFound as documented; any other error means that the
// storage failed. Package logtest is the conformance suite: run it against every implementation.
type Log interface {
	// Append adds a record under Record.ID; if that is empty, under a new id (NewID). Appending the
	// same id again leaves a single record, so that a caller may repeat an Append whose answer was
	// lost.
	//
	//	ErrTenant  the record has no tenant
	Append(ctx context.Context, r Record) error

	// Query returns the records of a tenant that q selects, newest first, one page at a time. An
	// unknown tenant has no records. Query.Bounded and Query.Match are the parts that implementations share.
	//
	//	ErrCursor  q.After is not an id of a record
	Query(ctx context.Context, t scim.TenantID, q Query) (Page, error)

	// Get returns one record.
	//
	//	ErrNotFound  the tenant has no such record, or no longer has it; also for a malformed id
	Get(ctx context.Context, t scim.TenantID, id string) (Record, error)
}

// Batcher is an optional ability of a Log: AppendAll appends many records, of any tenants, in one
// call. It is not atomic, but a record that cannot be appended costs one record: AppendAll appends all
// others, and returns a *LostError. After any other error, any part of the records may have been
// appended. It does not keep the slice.
type Batcher interface {
	AppendAll(ctx context.Context, records []Record) error
}

// LostError is the error of an AppendAll, or of an AppendCounted, that has appended all records but some.
type LostError struct {
	Lost    int // records that were not appended; one that was appended in part is among them
	Tallies int // tallies that were not added, see Counter
	Cause   error
}

func (e *LostError) Error() string {
	text := strconv.Itoa(e.Lost) + " records were not appended"
	if e.Tallies > 0 {
		text += ", " + strconv.Itoa(e.Tallies) + " tallies were not added"
	}
	return text + ": " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *LostError) Unwrap() error { return e.Cause }

// Errors of a Log, to be compared with errors.Is.
var (
	ErrNotFound = errors.New("no such record")
	ErrCursor   = errors.New("not an id of a record")
	ErrTenant   = errors.New("a record needs a tenant")
)

// Query selects records. The zero value selects all; each field that is set narrows the selection.
type Query struct {
	Resource  string    // records that concern this resource: the timeline of a user or a group
	Status    int       // exactly this HTTP status
	Failed    bool      // only status 400 and above
	IdP       string    // "okta", "entra", …
	Operation string    // "create", "patch", …
	RequestID string    // the records of one request
	From      time.Time // inclusive, in microseconds
	Until     time.Time // exclusive, in microseconds
	After     string    // Page.Next of the previous page
	Limit     int       // records on a page: 50 if 0, at most MaxLimit
}

// Sizes of a page.
const (
	defaultLimit = 50
	MaxLimit     = 500
)

// Page is a part of the answer to a Query.
type Page struct {
	Records []Record
	// Next is Query.After of the next page; "" on the last one. A page may have fewer records than
	// the limit, or none, and still have a next one.
	Next string
}

// Bounded returns the query with its limit in bounds, or ErrCursor if After is not an id.
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

// Match reports whether the query selects a record, apart from After and Limit.
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
	return q.Resource == "" || slices.Contains(r.Resources(), q.Resource)
}
