package requestlog_test

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/requestlog"
)

// TestBlockedWriter: a Writer that takes nothing holds callers up for a moment and no longer, Close included. Once it takes
// lines again, they come in order, and one says how many are lost.
func TestBlockedWriter(t *testing.T) {
	t.Parallel()
	for name, form := range map[string]func(b *requestlog.Batch) *requestlog.Handler{
		"json": func(b *requestlog.Batch) *requestlog.Handler { return requestlog.NewJSON(b, nil) },
		"text": func(b *requestlog.Batch) *requestlog.Handler {
			return requestlog.NewText(b, func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, w := io.Pipe()
			h := form(requestlog.NewBatch(w))
			log := slog.New(h)
			const each, clients = 1000, 8
			began := time.Now()
			var wait sync.WaitGroup
			for range clients {
				wait.Add(1)
				async.Go(func() error {
					defer wait.Done()
					for range each {
						requestlog.Observe(t.Context(), log, record(t))
						log.Info("other")
					}
					return nil
				})
			}
			wait.Wait()
			if d := time.Since(began); d > 30*time.Second {
				t.Errorf("callers were held up for %v", d)
			}
			var got bytes.Buffer
			read := async.Go(func() error { _, err := io.Copy(&got, r); return err })
			for range 3 { // whatever waits is written, and later lines are, too
				time.Sleep(200 * time.Millisecond)
				log.Info("later")
			}
			h.Close()
			_ = w.Close()
			<-read
			lines := strings.Count(got.String(), "\n")
			if lines < 2000 || lines > 2*each*clients || !strings.Contains(got.String(), "lost") || !strings.Contains(got.String(), "later") {
				t.Errorf("%d lines, a report of what is lost: %v", lines, strings.Contains(got.String(), "lost"))
			}
			if strings.Contains(got.String(), "RELEASED") {
				t.Error("a line was overwritten before it was written")
			}
		})
	}
}

// TestBlockedAtTheEnd: a Writer that takes nothing does not hold up the end.
func TestBlockedAtTheEnd(t *testing.T) {
	t.Parallel()
	_, w := io.Pipe()
	h := requestlog.NewJSON(requestlog.NewBatch(w), nil)
	slog.New(h).Info("last")
	ended := async.Go(func() error { h.Close(); return nil })
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("Close does not end")
	}
}
