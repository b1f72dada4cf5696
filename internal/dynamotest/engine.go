package dynamotest

import (
	"maps"
	"sync"
	"time"
)

// Engine is one DynamoDB endpoint: its tables, its meter and its faults. It is an
// http.Handler. All methods are safe for concurrent use.
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
}

// Meter is what an engine was asked and what the service would have billed for it.
type Meter struct {
	// Requests counts round trips by operation, those that ended in an error or in a fault
	// too.
	Requests map[string]int
	// ReadUnits and WriteUnits are the capacity units consumed, including those of indexes
	// and of failed conditions.
	ReadUnits, WriteUnits float64
}

// RoundTrips is the number of all requests.
func (m Meter) RoundTrips() int {
	n := 0
	for _, c := range m.Requests {
		n += c
	}
	return n
}

// New is an engine without tables.
func New() *Engine {
	e := &Engine{tables: map[string]*table{}, tokens: map[string]doneToken{}, kept: defaultKept, now: time.Now}
	e.Reset()
	return e
}

// Meter is the count since New or Reset.
func (e *Engine) Meter() Meter {
	e.mu.Lock()
	defer e.mu.Unlock()
	m := e.meter
	m.Requests = maps.Clone(m.Requests)
	return m
}

// Reset sets the meter and the request number that Fault sees back to zero. Tables, items
// and request tokens stay.
func (e *Engine) Reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.meter, e.n = Meter{Requests: map[string]int{}}, 0
}

// Inject has fault asked before each request is looked at; nil ends it. op is the operation,
// "PutItem", n the number of the request since New or Reset, beginning with 1. Retries of the
// SDK are requests of their own. Calls never overlap.
func (e *Engine) Inject(fault func(op string, n int) Fault) {
	e.faultMu.Lock()
	defer e.faultMu.Unlock()
	e.fault = fault
}

// Lag makes the indexes of each table stay a number of writes behind it: a query of an index
// does not see the last writes of the table. 0, the default, makes indexes follow at once.
// Every put, update and delete is a write, each action of a batch or transaction too.
func (e *Engine) Lag(writes int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lag = writes
}

// Clock replaces the time that request tokens and the records of streams go by.
func (e *Engine) Clock(now func() time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.now = now
}

// KeepRecords bounds the records that each stream keeps, about 10,000 by default: up to a
// quarter more may stay for a moment. Older ones are trimmed.
func (e *Engine) KeepRecords(n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.kept = n
}

// Settle brings all indexes up to date, whatever Lag says.
func (e *Engine) Settle() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, t := range e.tables {
		for _, x := range t.indexes {
			x.catchUp(t.writes)
		}
	}
}

// ForgetTokens ends the ten minutes for which a ClientRequestToken protects a transaction.
func (e *Engine) ForgetTokens() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.tokens)
}

// arrived counts a request and asks for its fault.
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
