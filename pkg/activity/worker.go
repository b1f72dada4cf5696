package activity

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

// sumsEvery is how often the sums of rejected requests are looked for while no request comes.
const sumsEvery = 20 * time.Second

// work is the only goroutine that calls the Log. It ends when the queue is closed and empty.
func (r *Recorder) work() {
	w := newWorker(r)
	timer, tick := time.NewTimer(time.Hour), time.NewTicker(sumsEvery)
	defer timer.Stop()
	defer tick.Stop()
	for {
		select {
		case e, ok := <-r.queue:
			if !ok {
				w.write(r.refusals.takeAll())
				w.settle(0)
				return
			}
			if len(r.queue) < r.o.Batch && e.mark == nil {
				r.linger(timer)
			}
			w.next(e)
		case <-tick.C:
			w.sums()
			w.settle(holdReads)
		}
	}
}

// holdReads is how long requests that leave no record are counted before that is written, unless
// records are written anyway. So a poller costs a write in a few minutes, not one for each request.
const holdReads = 5 * time.Minute

// worker has the space that the batches share.
type worker struct {
	r        *Recorder
	batch    []entry
	buffer   []Record
	reported int64 // dropped records
	counts   tallies
	describe describer
	held     time.Time // when the oldest of counts was counted; zero: there are none
}

// newWorker returns the worker of a Recorder; see work.
func newWorker(r *Recorder) *worker {
	return &worker{r: r, counts: tallies{}, batch: make([]entry, 0, r.o.Batch), buffer: make([]Record, 0, r.o.Batch), describe: describer{isID: r.o.IsID, names: nameKeys{log: r.log}}}
}

// next writes the batch that begins with e, and reports what was dropped.
func (w *worker) next(e entry) {
	r := w.r
	batch, marks := r.gather(e, w.batch[:0])
	w.write(batch)
	clear(batch)
	w.sums()
	w.settle(holdReads)
	if n := r.dropped.Load(); n != w.reported {
		r.report(slog.LevelWarn, "activity records dropped", slog.Int64("count", n-w.reported))
		w.reported = n
	}
	for _, m := range marks {
		close(m)
	}
}

// sums writes the sums of past minutes.
func (w *worker) sums() {
	var due []entry
	_ = guarded(func() error { // a clock that panics does not end the worker
		due = w.r.refusals.take(w.r.o.Now())
		return nil
	})
	w.write(due)
}

// write writes any number of entries.
func (w *worker) write(entries []entry) {
	for part := range slices.Chunk(entries, w.r.o.Batch) {
		w.count(part)
		records, errs := w.records(part)
		if len(records) > 0 {
			errs = append(errs, w.r.append(records, w.take())...)
		}
		w.r.failed(len(part), errs)
		clear(records)
	}
}

// count counts the requests of entries.
func (w *worker) count(entries []entry) {
	if w.r.counter == nil || len(entries) == 0 {
		return
	}
	if w.held.IsZero() {
		w.held = time.Now() // a duration of this process; the clock of the records may be another
	}
	for i := range entries {
		w.counts.count(entries[i].rec, entries[i].count)
	}
}

// take returns the counts to write.
func (w *worker) take() []Tally {
	w.held = time.Time{}
	return w.counts.take()
}

// settle writes the counts if they have been held for a time.
func (w *worker) settle(after time.Duration) {
	if len(w.counts) > 0 && time.Since(w.held) >= after {
		w.r.failed(0, w.r.append(nil, w.take()))
	}
}

// linger waits until several records have come together, so that the Log is not called for each.
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

// gather returns e and what waits already, up to a batch.
func (r *Recorder) gather(e entry, buffer []entry) (batch []entry, marks []chan<- struct{}) {
	batch = buffer
	for {
		if e.mark != nil {
			marks = append(marks, e.mark)
		} else {
			batch = append(batch, e)
		}
		if len(batch) == r.o.Batch {
			return batch, marks
		}
		var ok bool
		select {
		case e, ok = <-r.queue:
			if !ok {
				return batch, marks
			}
		default:
			return batch, marks
		}
	}
}

// failed reports what could not be made or appended; a panic of the Log or of Options.IsID is one such
// failure.
func (r *Recorder) failed(of int, errs []error) {
	if len(errs) > 0 {
		r.report(slog.LevelError, "activity records lost", slog.Int("of", of), slog.Any("cause", errors.Join(errs...)))
	}
}

// records makes the records of a batch in the buffer.
func (w *worker) records(batch []entry) (records []Record, errs []error) {
	records = w.buffer[:0]
	for i := range batch {
		if batch[i].only {
			continue
		}
		n := len(records)
		records = records[:n+1]
		if err := guarded(func() error { w.describe.record(&records[n], &batch[i]); return nil }); err != nil {
			w.r.lost.Add(1)
			errs, records = append(errs, err), records[:n]
		}
	}
	return records, errs
}

// append calls the Log: once if it is a Counter or a Batcher, otherwise once for each record. If it
// fails without a count, the records are repeated one by one, so that one record costs one record; they have the time of
// a call for it, because a process that stood still has none left. Counts are not repeated, because they may have been added.
func (r *Recorder) append(records []Record, counts []Tally) (errs []error) {
	batch := r.batcher(counts)
	if batch == nil {
		return r.each(records)
	}
	ctx, cancel := context.WithTimeout(context.Background(), r.o.Timeout)
	defer cancel()
	err := guarded(func() error { return batch(ctx, records) })
	var lost *LostError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &lost):
		r.lost.Add(int64(lost.Lost))
		return []error{err}
	}
	if errs = r.each(records); len(errs) > 0 || len(records) == 0 {
		errs = append([]error{err}, errs...)
	}
	return errs
}

// batcher returns how to append several records, with counts, in one call; nil if the Log has no such way.
func (r *Recorder) batcher(counts []Tally) func(context.Context, []Record) error {
	if r.counter != nil {
		return func(ctx context.Context, records []Record) error {
			return r.counter.AppendCounted(ctx, records, counts)
		}
	}
	if b, ok := r.log.(Batcher); ok {
		return b.AppendAll
	}
	return nil
}

// each appends records one by one.
func (r *Recorder) each(records []Record) (errs []error) {
	ctx, cancel := context.WithTimeout(context.Background(), r.o.Timeout)
	defer cancel()
	for _, rec := range records {
		if err := guarded(func() error { return r.log.Append(ctx, rec) }); err != nil {
			r.lost.Add(1)
			errs = append(errs, err)
		}
	}
	return errs
}

// report writes to Options.Logger, whose panic does not end the worker either.
func (r *Recorder) report(level slog.Level, message string, attrs ...slog.Attr) {
	_ = guarded(func() error {
		r.o.Logger.LogAttrs(context.Background(), level, message, attrs...)
		return nil
	})
}

// guarded calls f and returns its panic as an *async.PanicError.
func guarded(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &async.PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}
