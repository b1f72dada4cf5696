package activity_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// gated is a Log whose Append blocks until gate is closed, and then may fail.
type gated struct {
	activity.Log
	gate chan struct{}
	err  error
}

func (g *gated) Append(ctx context.Context, r activity.Record) error {
	<-g.gate
	if g.err != nil {
		return g.err
	}
	return g.Log.Append(ctx, r)
}

// buffer is a bytes.Buffer that is safe for concurrent use.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func observe(r *activity.Recorder, rec scim.Record) {
	r.Observe(httptest.NewRequest(http.MethodGet, "/", nil), &rec)
}

// TestFullQueue: a Log that hangs does not slow any request; dropped records are counted and logged.
func TestFullQueue(t *testing.T) {
	t.Parallel()
	memory := activity.NewMemory(0)
	var out buffer
	log := &gated{Log: memory, gate: make(chan struct{})}
	r := activity.NewRecorder(log, activity.Options{Queue: 10, Batch: 1, Logger: slog.New(slog.NewTextHandler(&out, nil))})
	acme := mustID(t, "acme")
	for range 100 { // the Log hangs meanwhile: a blocking Observe would never return
		observe(r, scim.Record{Tenant: acme, Time: time.Now(), Status: 200})
	}
	close(log.gate)
	if err := r.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, err := memory.Query(t.Context(), acme, activity.Query{Limit: 500})
	if err != nil || len(page.Records)+int(r.Dropped()) != 100 || r.Dropped() < 80 {
		t.Errorf("%v: %d written, %d dropped", err, len(page.Records), r.Dropped())
	}
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "activity records dropped") {
		t.Error("dropped records are not logged")
	}
	observe(r, scim.Record{Tenant: acme})
	if err := errors.Join(r.Flush(t.Context()), r.Close(t.Context())); err != nil {
		t.Error(err)
	}
}

// TestFailingLog: lost records are counted and logged, and nothing fails.
func TestFailingLog(t *testing.T) {
	t.Parallel()
	var out buffer
	log := &gated{Log: activity.NewMemory(0), gate: make(chan struct{}), err: errors.New("table is gone")}
	close(log.gate)
	r := activity.NewRecorder(log, activity.Options{Logger: slog.New(slog.NewTextHandler(&out, nil))})
	for range 7 {
		observe(r, scim.Record{Tenant: mustID(t, "acme"), Status: 200})
	}
	if err := r.Close(t.Context()); err != nil || r.Lost() != 7 || !strings.Contains(out.String(), "table is gone") {
		t.Errorf("%v: %d lost: %s", err, r.Lost(), out.String())
	}
}

// TestFlushGivesUp: Flush and Close return when their context ends; waiting records are still written.
func TestFlushGivesUp(t *testing.T) {
	t.Parallel()
	memory := activity.NewMemory(0)
	log := &gated{Log: memory, gate: make(chan struct{})}
	r := activity.NewRecorder(log, activity.Options{})
	observe(r, scim.Record{Tenant: mustID(t, "acme"), Status: 200})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Flush(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := r.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(log.gate)
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if page, err := memory.Query(t.Context(), mustID(t, "acme"), activity.Query{}); err != nil || len(page.Records) != 1 {
		t.Error(err, page)
	}
}

// TestFlushing: when the handler returns, the record is in the Log, unless the Log hangs.
func TestFlushing(t *testing.T) {
	t.Parallel()
	memory := activity.NewMemory(0)
	log := &gated{Log: memory, gate: make(chan struct{})}
	r := activity.NewRecorder(log, activity.Options{})
	h := http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		r.Observe(req, &scim.Record{Tenant: mustID(t, "acme"), Time: time.Now(), Status: 200})
	})
	call := func(limit time.Duration) int {
		r.Flushing(h, limit).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
		page, err := memory.Query(t.Context(), mustID(t, "acme"), activity.Query{})
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Records)
	}
	if n := call(time.Millisecond); n != 0 {
		t.Errorf("%d records of a Log that hangs", n)
	}
	close(log.gate)
	if n := call(time.Hour); n != 2 {
		t.Errorf("%d records, want 2", n)
	}
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}
