package requestlog

import (
	"io"
	"sync"
	"time"

	"github.com/scimstack/scimstack/internal/poison"
)

const (
	// full is how many bytes are written at once, whatever their age.
	full = 32 << 10
	// oldest is how long a line waits at most.
	oldest = 100 * time.Millisecond
)

// Batch collects lines for a Writer. It is safe for concurrent use. The zero value is not usable; see NewBatch.
type Batch struct {
	mu      sync.Mutex
	out     io.Writer
	lines   []byte
	pending *time.Timer // that writes the lines, if it was ever needed
	closed  bool        // lines are written at once
}

// NewBatch returns an empty Batch for a Writer.
func NewBatch(out io.Writer) *Batch { return &Batch{out: out, lines: make([]byte, 0, full+full/4)} }

// Write adds lines, and fails never: a server works without its log.
func (b *Batch) Write(lines []byte) (int, error) {
	b.add(func(dst []byte) []byte { return append(dst, lines...) })
	return len(lines), nil
}

// add lets a function append lines.
func (b *Batch) add(lines func([]byte) []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := len(b.lines) == 0
	b.lines = lines(b.lines)
	switch {
	case b.closed || len(b.lines) >= full:
		b.flush()
	case first && b.pending == nil:
		b.pending = time.AfterFunc(oldest, b.Flush)
	case first:
		b.pending.Reset(oldest)
	}
}

// Flush writes the lines that wait.
func (b *Batch) Flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.flush()
}

// flush is Flush. The caller holds the lock.
func (b *Batch) flush() {
	if len(b.lines) == 0 {
		return
	}
	_, _ = b.out.Write(b.lines) // there is no other place to report to
	poison.Bytes(b.lines)
	if b.lines = b.lines[:0]; cap(b.lines) > 4*full {
		b.lines = make([]byte, 0, full+full/4) // a line that was very long
	}
}

// Close writes the lines that wait. Later ones are written at once.
func (b *Batch) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.pending != nil {
		b.pending.Stop()
	}
	b.flush()
}
