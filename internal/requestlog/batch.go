package requestlog

import (
	"io"
	"sync"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/poison"
)

const (
	// full is how many bytes are written at once, whatever their age.
	full = 32 << 10
	// oldest is how long a line waits at most.
	oldest = 100 * time.Millisecond
	// most is how many bytes wait for a Writer that does not take them; further lines are lost.
	most = 1 << 20
	// patience is how long a caller waits for such a Writer.
	patience = time.Second
)

// Batch collects lines for a Writer. It is safe for concurrent use. The zero value is not usable; see NewBatch.
//
// A Writer that blocks, such as a pipe whose reader stands, holds no caller up for longer than a second: callers do not wait
// for it any more until it takes what it has, and lines are lost, and counted, when too many wait.
type Batch struct {
	mu      sync.Mutex
	out     io.Writer
	lines   []byte
	spare   []byte        // the next lines, while a write runs
	pending *time.Timer   // that writes the lines, if it was ever needed
	writing chan struct{} // closed at the end of the write that runs; nil if none does
	again   bool          // lines that came during the write must follow
	stuck   bool          // a caller has waited for the write in vain
	lost    int           // lines since the last report
	report  func(lost int) []byte
	closed  bool // lines are written at once
}

// NewBatch returns an empty Batch for a Writer.
func NewBatch(out io.Writer) *Batch {
	return &Batch{out: out, lines: make([]byte, 0, full+full/4), spare: make([]byte, 0, full+full/4), report: func(int) []byte { return nil }}
}

// Write adds lines, and fails never: a server works without its log.
func (b *Batch) Write(lines []byte) (int, error) {
	b.add(func(dst []byte) []byte { return append(dst, lines...) })
	return len(lines), nil
}

// add lets a function append lines.
func (b *Batch) add(lines func([]byte) []byte) {
	if b.append(lines) {
		b.Flush()
	}
}

// append reports whether the lines must be written now.
func (b *Batch) append(lines func([]byte) []byte) (now bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.lines) >= most {
		b.lost++
		return false
	}
	first := len(b.lines) == 0
	b.lines = lines(b.lines)
	switch {
	case b.closed || len(b.lines) >= full:
		return true
	case first && b.pending == nil:
		b.pending = time.AfterFunc(oldest, b.Flush)
	case first:
		b.pending.Reset(oldest)
	}
	return false
}

// Flush writes the lines that wait.
func (b *Batch) Flush() {
	b.mu.Lock()
	switch {
	case b.writing != nil:
		b.again = true
	case len(b.lines) > 0:
		b.writing = make(chan struct{})
		async.Go(b.write)
	}
	done, wait := b.writing, !b.stuck
	b.mu.Unlock()
	if done == nil || !wait {
		return
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-done:
	case <-late.C:
		b.mu.Lock()
		defer b.mu.Unlock()
		b.stuck = b.writing != nil
	}
}

// write writes the lines that wait, and those that must follow.
func (b *Batch) write() error {
	for lines, lost, ok := b.take(nil, true); ok; lines, lost, ok = b.take(lines, false) {
		_, _ = b.out.Write(lines) // there is no other place to report to
		if lost > 0 {
			_, _ = b.out.Write(b.report(lost))
		}
		poison.Bytes(lines)
		if cap(lines) > 4*full {
			lines = make([]byte, 0, full+full/4) // a line that was very long
		}
	}
	return nil
}

// take returns the lines to write, and takes back those that are written. ok is false at the end.
func (b *Batch) take(written []byte, first bool) (lines []byte, lost int, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !first {
		b.spare = written[:0]
	}
	if !first && !b.again || len(b.lines) == 0 {
		close(b.writing)
		b.writing, b.again, b.stuck = nil, false, false
		return nil, 0, false
	}
	lines, lost = b.lines, b.lost
	b.lines, b.lost, b.again = b.spare, 0, false
	return lines, lost, true
}

// Close writes the lines that wait. Later ones are written at once.
func (b *Batch) Close() {
	b.mu.Lock()
	b.closed = true
	if b.pending != nil {
		b.pending.Stop()
	}
	b.mu.Unlock()
	b.Flush()
}
