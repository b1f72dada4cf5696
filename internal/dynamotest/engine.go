package dynamotest

import (
	"maps"
	"sync"
	"time"
)

// Engine is one DynamoDB endpoint: its tables, its meter and its faults. It implements
// http.Handler. All methods are safe for concurrent use. New returns one; the zero value is not
// usable.
type Engine struct {
	faultMu sync.Mutex // held while fault runs, so that its calls never overlap
	fault   func(op string, n int) Fault

	mu     sync.Mutex // guards what follows
	tables map[string]*table
	tokens map[string]doneToken
	meter  Meter
	n      int
	lag    int
	kept   int
	now    func() time.Time
	walls  *walls // nil unless Unkind was called
}

// Meter is the number of requests to an engine and what the service would bill for them.
type Meter struct {
	// Requests counts round trips by operation, including those with an error or a fault.
	Requests map[string]int
	// ReadUnits and WriteUnits are the consumed capacity units, including those of indexes and of
	// failed conditions.
	ReadUnits, WriteUnits float64
}

// RoundTrips returns the number of all requests.
func (m Meter) RoundTrips() int {
	n := 0
	for _, c := range m.Requests {
		n += c
	}
	return n
}

// New returns an engine without tables.
func New() *Engine {
	e := &Engine{tables: map[string]*table{}, tokens: map[string]doneToken{}, kept: defaultKept, now: time.Now}
	e.Reset()
	return e
}

// Meter returns the count since New or Reset.
func (e *Engine) Meter() Meter {
	e.mu.Lock()
	defer e.mu.Unlock()
	m := e.meter
	m.Requests = maps.Clone(m.Requests)
	return m
}

// Reset sets the meter and the request number of Inject to zero. Tables, items and request tokens
// stay.
func (e *Engine) Reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.meter, e.n = Meter{Requests: map[string]int{}}, 0
}

// Inject makes the engine call fault before it handles a request; nil ends this. op is the
// operation, such as "PutItem". n is the number of the request since New or Reset, from 1 on.
// Retries of the SDK count as requests. Calls of fault never overlap.
func (e *Engine) Inject(fault func(op string, n int) Fault) {
	e.faultMu.Lock()
	defer e.faultMu.Unlock()
	e.fault = fault
}

// Lag makes a query of an index miss the last writes to the table. By default, 0, an index shows
// every write at once. Every put, update and delete is a write, also as an action of a batch or
// of a transaction.
func (e *Engine) Lag(writes int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lag = writes
}

// Clock replaces the clock of request tokens and stream records.
func (e *Engine) Clock(now func() time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.now = now
}

// KeepRecords sets how many records each stream keeps, about 10,000 by default. Older records are
// trimmed; up to a quarter more may stay for a moment.
func (e *Engine) KeepRecords(n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.kept = n
}

// Settle brings all indexes up to date, regardless of Lag.
func (e *Engine) Settle() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, t := range e.tables {
		for _, x := range t.indexes {
			x.catchUp(t.writes)
		}
	}
}

// ForgetTokens ends the ten minutes for which a ClientRequestToken makes a transaction idempotent.
func (e *Engine) ForgetTokens() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.tokens)
}

// arrived counts a request and returns its fault.
func (e *Engine) arrived(op string) Fault {
	e.faultMu.Lock()
	defer e.faultMu.Unlock()
	e.mu.Lock()
	e.n++
	n := e.n
	e.meter.Requests[op]++
	e.mu.Unlock()
	if e.fault == nil {
		return Fault{}
	}
	return e.fault(op, n)
}
