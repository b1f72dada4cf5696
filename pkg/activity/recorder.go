package activity

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Options of NewRecorder. Zero fields take the defaults.
type Options struct {
	Queue   int           // records that may wait; 4096 by default. Further ones are dropped and counted
	Batch   int           // most records in one call of a Batcher; 25 by default
	Timeout time.Duration // of one call of the Log; 5 s by default
	Linger  time.Duration // how long records are collected before a call; 10 ms by default. Flush does not wait for it
	// Refusals limits the records of requests that were rejected before any work (401, 429): each
	// token of a tenant gets that many per minute and cause. 60 by default. Further requests become one
	// record with their number (Record.Count), after the minute.
	Refusals int
	// Strangers is Refusals for requests without a known token, per tenant, minute and cause. They
	// take nothing from the records of known tokens. 3 by default.
	Strangers int
	// SkipReads leaves out reads that succeeded: fewer writes where most of the traffic is reads. A tenant
	// may have the same setting for itself (scim.TenantConfig.SkipReads).
	SkipReads bool
	Logger    *slog.Logger // receives dropped records and failed appends; silent by default
	Now       func() time.Time
	IsID      func(string) bool // whether a string has the form of a resource id; a UUID by default
}

// Recorder writes the provisioning log in the background. It never blocks a request and never
// makes one fail: records that do not fit into the queue are dropped, and records that the Log
// does not accept are lost; both are counted (Dropped, Lost) and reported to Options.Logger. A
// panic of the Log counts as a failed append, and the next batch is written as usual.
//
// If the Log is a Counter, the Recorder counts every request for it: with the records, and those that
// leave no record (SkipReads) with the next records, or after some minutes.
//
// A Recorder is safe for concurrent use. The zero value is not usable; see NewRecorder. Close
// writes the records that still wait.
type Recorder struct {
	log     Log
	counter Counter // the log, if it has the ability
	o       Options
	queue   chan entry
	done    chan struct{} // closed when the worker has ended
	hurry   chan struct{} // ends the lingering: Flush and Close

	closing sync.RWMutex // held for reading while an entry is queued
	closed  bool

	dropped, lost atomic.Int64
	refusals      refusals
}

// entry is one observation in the queue, or a mark of Flush.
type entry struct {
	rec     *scim.Record
	commits []commit
	count   int             // of requests, if there are several
	only    bool            // it is counted, and leaves no record
	mark    chan<- struct{} // closed when everything queued before has been handed over
}

// NewRecorder returns a Recorder that writes to log, and starts its worker.
func NewRecorder(log Log, o Options) *Recorder {
	o = o.orDefault()
	r := &Recorder{log: log, o: o, queue: make(chan entry, o.Queue), done: make(chan struct{}), hurry: make(chan struct{}, 1)}
	r.refusals.known, r.refusals.strange = o.Refusals, o.Strangers
	r.counter, _ = log.(Counter)
	async.Go(func() error {
		defer close(r.done)
		r.work()
		return nil
	})
	return r
}

func (o Options) orDefault() Options {
	if o.Queue <= 0 {
		o.Queue = 4096
	}
	if o.Batch <= 0 {
		o.Batch = 25
	}
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Linger <= 0 {
		o.Linger = 10 * time.Millisecond
	}
	if o.Refusals <= 0 {
		o.Refusals = 60
	}
	if o.Strangers <= 0 {
		o.Strangers = 3
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.IsID = orUUID(o.IsID)
	return o
}

// Observe queues one record; use it as httpapi.Options.Observe. It never blocks. The record
// must have been cleaned (Clean) and must not change afterwards. A record without a tenant is
// skipped, because it belongs to no log.
func (r *Recorder) Observe(req *http.Request, rec *scim.Record) {
	commits := trailOf(req.Context()).take()
	off := rec.Settings != nil && rec.Settings.NoLog
	skip := r.o.SkipReads || rec.Settings != nil && rec.Settings.SkipReads
	e := entry{rec: rec, commits: commits, only: off || skip && succeededReading(rec)}
	if rec.Tenant.IsZero() || e.only && r.counter == nil {
		return
	}
	r.closing.RLock()
	defer r.closing.RUnlock()
	if r.closed {
		r.dropped.Add(1)
		return
	}
	if turnedAway(rec) && !off && !r.refusals.admit(rec, r.o.Now()) {
		return // it is counted
	}
	select {
	case r.queue <- e:
	default:
		r.dropped.Add(1)
	}
}

// turnedAway reports whether a request was rejected before any work, so that any client can send
// any number of them.
func turnedAway(rec *scim.Record) bool {
	return rec.Status == http.StatusUnauthorized || rec.Code == scim.CodeThrottled
}

// succeededReading reports whether a request was a read that succeeded.
func succeededReading(rec *scim.Record) bool {
	return rec.Status < http.StatusBadRequest && reading(rec.Operation)
}

// reading reports whether an operation changes nothing by its nature.
func reading(operation string) bool {
	return operation == "get" || operation == "search" || operation == "discovery"
}

// Dropped returns the number of records that were never handed to the Log: the queue was full, or
// the Recorder was closed.
func (r *Recorder) Dropped() int64 { return r.dropped.Load() }

// Lost returns the number of records that the Log did not accept.
func (r *Recorder) Lost() int64 { return r.lost.Load() }

// Flush returns when everything observed before has been handed to the Log, or with the error of
// ctx. Rejected requests that are counted are handed over after their minute (Options.Refusals). A
// Lambda function calls Flush at the end of an invocation.
func (r *Recorder) Flush(ctx context.Context) error {
	mark := make(chan struct{})
	r.closing.RLock()
	if r.closed {
		r.closing.RUnlock()
		return nil
	}
	select {
	case r.queue <- entry{mark: mark}:
		r.closing.RUnlock()
		r.wake()
	case <-ctx.Done():
		r.closing.RUnlock()
		return ctx.Err()
	}
	select {
	case <-mark:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close writes the records that wait and ends the Recorder; later observations are dropped. It
// returns the error of ctx if that ends first, and may be called again.
func (r *Recorder) Close(ctx context.Context) error {
	r.closing.Lock()
	if !r.closed {
		r.closed = true
		close(r.queue)
	}
	r.closing.Unlock()
	r.wake()
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wake ends the lingering of the worker.
func (r *Recorder) wake() {
	select {
	case r.hurry <- struct{}{}:
	default:
	}
}
