package activity

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Options of NewRecorder. Zero fields take the defaults.
type Options struct {
	Queue   int           // records that may wait, 4096; what comes on top is dropped and counted
	Batch   int           // records in one call of a Batcher, 25
	Timeout time.Duration // of one call of the Log, 5 s
	Linger  time.Duration // how long records are collected before a call, 10 ms; Flush does not wait for it
	// Refusals bounds the records of requests that were turned away before they were let in
	// (401, 429), per tenant and minute: who has no token cannot fill a log. 60 by default.
	Refusals int
	// SkipReads leaves out reads that succeeded: fewer writes where reads are most of the traffic.
	SkipReads bool
	Logger    *slog.Logger // hears of drops and of failed appends; silent by default
	Now       func() time.Time
	IsID      func(string) bool // what an id of a resource looks like; a UUID by default
}

// Recorder writes the log beside the requests: it never slows and never fails one. Safe for
// concurrent use. Close it to write what still waits.
type Recorder struct {
	log   Log
	o     Options
	queue chan entry
	done  chan struct{}
	hurry chan struct{} // Flush and Close end the lingering

	closing sync.RWMutex // held while queueing; Close waits
	closed  bool

	dropped, lost atomic.Int64
	refusals      refusals
}

// entry is one observation on its way, or a mark of Flush.
type entry struct {
	rec     *scim.Record
	commits []commit
	mark    chan<- struct{}
}

// NewRecorder makes a Recorder in front of a Log and starts it.
func NewRecorder(log Log, o Options) *Recorder {
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
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.IsID = orUUID(o.IsID)
	r := &Recorder{log: log, o: o, queue: make(chan entry, o.Queue), done: make(chan struct{}), hurry: make(chan struct{}, 1)}
	r.refusals.limit = o.Refusals
	go r.work()
	return r
}

// Wrap prepares the context of every request for After and Observe.
func (r *Recorder) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodGet && req.Method != http.MethodHead { // those change nothing
			req = req.WithContext(WithTrail(req.Context()))
		}
		next.ServeHTTP(w, req)
	})
}

// Flushing flushes after each request, for at most the limit: for Lambda, which freezes a
// process between invocations. What could not be written in time is written by the next one.
func (r *Recorder) Flushing(next http.Handler, limit time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		next.ServeHTTP(w, req)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(req.Context()), limit)
		defer cancel()
		_ = r.Flush(ctx) // the records stay in the queue
	})
}

// Observe is for scim.HandlerOptions.Observe. It never blocks. The record must have been
// cleaned (Clean) and must not change any more; one without a tenant belongs to nobody's log
// and is passed over.
func (r *Recorder) Observe(req *http.Request, rec *scim.Record) {
	commits := trailOf(req.Context()).take()
	if rec.Tenant.IsZero() || r.o.SkipReads && succeededReading(rec) {
		return
	}
	if turnedAway(rec) && !r.refusals.admit(rec.Tenant, r.o.Now()) {
		r.dropped.Add(1)
		return
	}
	e := entry{rec: rec, commits: commits}
	r.closing.RLock()
	defer r.closing.RUnlock()
	if r.closed {
		r.dropped.Add(1)
		return
	}
	select {
	case r.queue <- e:
	default:
		r.dropped.Add(1)
	}
}

// turnedAway: the request did no work and may come from anybody, any number of times.
func turnedAway(rec *scim.Record) bool {
	return rec.Status == http.StatusUnauthorized || rec.Code == scim.CodeThrottled
}

// Dropped counts the records that never got to the Log: for want of room in the queue, and
// refusals beyond their bound.
func (r *Recorder) Dropped() int64 { return r.dropped.Load() }

// Lost counts the records that the Log failed to take.
func (r *Recorder) Lost() int64 { return r.lost.Load() }

// Flush returns when everything observed before was handed to the Log, or the context ends.
// A Lambda function calls it before an invocation ends.
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

// Close writes what waits and ends the Recorder. What is observed later is dropped.
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

func (r *Recorder) wake() {
	select {
	case r.hurry <- struct{}{}:
	default:
	}
}

// linger lets records come together, so that the worker is not woken for each of them.
func (r *Recorder) linger(timer *time.Timer) {
	if len(r.queue) >= cap(r.queue)/4 {
		return
	}
	timer.Reset(r.o.Linger)
	select {
	case <-timer.C:
	case <-r.hurry:
		timer.Stop()
	}
}

// work is the one goroutine that talks to the Log.
func (r *Recorder) work() {
	defer close(r.done)
	var reported int64
	buffer := make([]Record, 0, r.o.Batch)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for e := range r.queue {
		if len(r.queue) < r.o.Batch && e.mark == nil {
			r.linger(timer)
		}
		records, marks := r.gather(e, buffer[:0])
		r.append(records)
		clear(records)
		if n := r.dropped.Load(); n != reported {
			r.o.Logger.Warn("activity records dropped", slog.Int64("count", n-reported))
			reported = n
		}
		for _, m := range marks {
			close(m)
		}
	}
}

// gather takes what waits already, up to a batch.
func (r *Recorder) gather(e entry, buffer []Record) (records []Record, marks []chan<- struct{}) {
	records = buffer
	for {
		if e.mark != nil {
			marks = append(marks, e.mark)
		} else {
			records = append(records, from(e.rec, e.commits, r.o.IsID))
		}
		if len(records) == r.o.Batch {
			return records, marks
		}
		var ok bool
		select {
		case e, ok = <-r.queue:
			if !ok {
				return records, marks
			}
		default:
			return records, marks
		}
	}
}

// append hands records over. A lost record is counted and reported, and fails nothing.
func (r *Recorder) append(records []Record) {
	if len(records) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), r.o.Timeout)
	defer cancel()
	var errs []error
	if b, ok := r.log.(Batcher); ok {
		if err := b.AppendAll(ctx, records); err != nil {
			r.lost.Add(int64(len(records)))
			errs = append(errs, err)
		}
	} else {
		for _, rec := range records {
			if err := r.log.Append(ctx, rec); err != nil {
				r.lost.Add(1)
				errs = append(errs, err)
			}
		}
	}
	if len(errs) > 0 {
		r.o.Logger.Error("activity records lost", slog.Int("of", len(records)), slog.Any("cause", errors.Join(errs...)))
	}
}

// succeededReading tells whether a request looked at something and found it.
func succeededReading(rec *scim.Record) bool {
	switch rec.Operation {
	case "get", "search", "discovery":
		return rec.Status < http.StatusBadRequest
	}
	return false
}
