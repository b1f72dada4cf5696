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
	w := worker{r: r, batch: make([]entry, 0, r.o.Batch), buffer: make([]Record, r.o.Batch)}
	timer, tick := time.NewTimer(time.Hour), time.NewTicker(sumsEvery)
	defer timer.Stop()
	defer tick.Stop()
	for {
		select {
		case e, ok := <-r.queue:
			if !ok {
				w.write(r.refusals.takeAll())
				return
			}
			if len(r.queue) < r.o.Batch && e.mark == nil {
				r.linger(timer)
			}
			w.next(e)
		case <-tick.C:
			w.sums()
		}
	}
}

// worker has the space that the batches share.
type worker struct {
	r        *Recorder
	batch    []entry
	buffer   []Record
	reported int64 // dropped records
}

// next writes the batch that begins with e, and reports what was dropped.
func (w *worker) next(e entry) {
	r := w.r
	batch, marks := r.gather(e, w.batch[:0])
	w.write(batch)
	clear(batch)
	w.sums()
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
		w.r.write(part, w.buffer[:0])
		clear(w.buffer)
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

// write hands a batch to the Log. Records that could not be made or appended are counted as lost
// and reported; a panic of the Log or of Options.IsID is one such failure.
func (r *Recorder) write(batch []entry, buffer []Record) {
	if len(batch) == 0 {
		return
	}
	records, errs := r.records(batch, buffer)
	errs = append(errs, r.append(records)...)
	if len(errs) > 0 {
		r.report(slog.LevelError, "activity records lost", slog.Int("of", len(batch)), slog.Any("cause", errors.Join(errs...)))
	}
}

// records makes the records of a batch in buffer.
func (r *Recorder) records(batch []entry, buffer []Record) (records []Record, errs []error) {
	records = buffer
	for i := range batch {
		err := guarded(func() error {
			records = append(records, from(&batch[i], r.o.IsID))
			return nil
		})
		if err != nil {
			r.lost.Add(1)
			errs = append(errs, err)
		}
	}
	return records, errs
}

// append calls the Log: once if it is a Batcher, otherwise once for each record. A Batcher that
// fails without a count is repeated record by record, so that one record costs one record.
func (r *Recorder) append(records []Record) (errs []error) {
	ctx, cancel := context.WithTimeout(context.Background(), r.o.Timeout)
	defer cancel()
	if b, ok := r.log.(Batcher); ok && len(records) > 0 {
		err := guarded(func() error { return b.AppendAll(ctx, records) })
		var lost *LostError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &lost):
			r.lost.Add(int64(lost.Lost))
			return []error{err}
		}
		if errs = r.each(ctx, records); len(errs) > 0 {
			errs = append([]error{err}, errs...)
		}
		return errs
	}
	return r.each(ctx, records)
}

// each appends records one by one.
func (r *Recorder) each(ctx context.Context, records []Record) (errs []error) {
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
