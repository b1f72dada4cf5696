package activity

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

// work is the only goroutine that calls the Log. It ends when the queue is closed and empty.
func (r *Recorder) work() {
	var reported int64
	batch, buffer := make([]entry, 0, r.o.Batch), make([]Record, r.o.Batch)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for e := range r.queue {
		if len(r.queue) < r.o.Batch && e.mark == nil {
			r.linger(timer)
		}
		var marks []chan<- struct{}
		batch, marks = r.gather(e, batch[:0])
		r.write(batch, buffer[:0])
		clear(batch)
		clear(buffer)
		if n := r.dropped.Load(); n != reported {
			r.report(slog.LevelWarn, "activity records dropped", slog.Int64("count", n-reported))
			reported = n
		}
		for _, m := range marks {
			close(m)
		}
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
	for _, e := range batch {
		err := guarded(func() error {
			records = append(records, from(e.rec, e.commits, r.o.IsID))
			return nil
		})
		if err != nil {
			r.lost.Add(1)
			errs = append(errs, err)
		}
	}
	return records, errs
}

// append calls the Log: once if it is a Batcher, otherwise once for each record.
func (r *Recorder) append(records []Record) (errs []error) {
	ctx, cancel := context.WithTimeout(context.Background(), r.o.Timeout)
	defer cancel()
	if b, ok := r.log.(Batcher); ok && len(records) > 0 {
		if err := guarded(func() error { return b.AppendAll(ctx, records) }); err != nil {
			r.lost.Add(int64(len(records)))
			errs = append(errs, err)
		}
		return errs
	}
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
