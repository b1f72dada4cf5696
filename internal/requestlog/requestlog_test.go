package requestlog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/requestlog"
	"github.com/scimstack/scimstack/pkg/scim"
)

// file is a Writer that may be read at the same time.
type file struct {
	mu     sync.Mutex
	text   bytes.Buffer
	writes int
}

func (f *file) Write(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writes++
	return f.text.Write(b)
}

func (f *file) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text.String()
}

func record(t *testing.T) *scim.Record {
	t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	return &scim.Record{Tenant: id, Subject: "k1", Method: "GET", Operation: "get", Type: "User", ResourceID: "42", Status: 200, Duration: 1234, RequestID: "r-1"}
}

// TestLineIsThatOfSlog compares the lines made by hand with those of slog.
func TestLineIsThatOfSlog(t *testing.T) {
	t.Parallel()
	odd := record(t)
	odd.ResourceID, odd.Status, odd.Code, odd.ScimType = "a\"\\\n\x01<&>", 404, scim.CodeResource, "noTarget"
	odd.Notes = []string{"one", `two "quoted"`}
	broken := record(t)
	broken.ResourceID = "\xff\xfeé"
	for name, rec := range map[string]*scim.Record{"plain": record(t), "odd": odd, "broken": broken} {
		var hand, slogs bytes.Buffer
		h := requestlog.NewJSON(requestlog.NewBatch(&hand), nil)
		h.Observe(t.Context(), rec)
		h.Close()
		level, attrs := requestlog.Attrs(rec)
		slog.New(slog.NewJSONHandler(&slogs, nil)).LogAttrs(t.Context(), level, "request", attrs...)
		var got, want map[string]any
		if err := json.Unmarshal(hand.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v: %s", name, err, hand.String())
		}
		if err := json.Unmarshal(slogs.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		if _, err := time.Parse(time.RFC3339Nano, got["time"].(string)); err != nil {
			t.Error(err)
		}
		got["time"] = want["time"]
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if strings.Count(hand.String(), "\n") != 1 {
			t.Errorf("%s: not one line: %q", name, hand.String())
		}
	}
}

func TestLineAllocatesNothing(t *testing.T) { //nolint:paralleltest // AllocsPerRun forbids it
	h, rec := requestlog.NewJSON(requestlog.NewBatch(io.Discard), nil), record(t)
	if n := testing.AllocsPerRun(100, func() { h.Observe(context.Background(), rec) }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}

func TestLinesAreWrittenInBatches(t *testing.T) {
	t.Parallel()
	var f file
	h := requestlog.NewJSON(requestlog.NewBatch(&f), nil)
	log := slog.New(h)
	for range 10 {
		requestlog.Observe(t.Context(), log, record(t))
		log.Info("other")
	}
	for f.String() == "" { // without Close, after a moment
		time.Sleep(time.Millisecond)
	}
	h.Close()
	lines := strings.Split(strings.TrimSpace(f.String()), "\n")
	if len(lines) != 20 || !strings.Contains(lines[0], `"request"`) || !strings.Contains(lines[19], `"other"`) {
		t.Errorf("%d lines: %s", len(lines), f.String())
	}
	if f.writes > 10 {
		t.Errorf("%d writes for 20 lines", f.writes)
	}
	log.Info("late") // nothing is lost after the end
	if !strings.Contains(f.String(), "late") {
		t.Error("a line after Close was not written")
	}
}

func TestFullBatchIsWritten(t *testing.T) {
	t.Parallel()
	var f file
	b := requestlog.NewBatch(&f)
	if _, err := b.Write(bytes.Repeat([]byte("x"), 40<<10)); err != nil || len(f.String()) != 40<<10 {
		t.Error(len(f.String()), err)
	}
	b.Close()
}

// TestOff writes faults with their cause, and what the service reports, but no other request.
func TestOff(t *testing.T) {
	t.Parallel()
	var f file
	h := requestlog.NewText(requestlog.NewBatch(&f), func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) })
	fault := record(t)
	fault.Status, fault.Err = 500, errors.New("the disk is full")
	log := slog.New(h.Off())
	requestlog.Observe(t.Context(), log, record(t))
	requestlog.Observe(t.Context(), log, fault)
	log.Warn("a warning")
	h.Close()
	got := f.String()
	if strings.Count(got, "\n") != 2 || !strings.Contains(got, "the disk is full") || !strings.Contains(got, "a warning") {
		t.Error(got)
	}
	requestlog.Observe(t.Context(), slog.New(h), record(t))
	if !strings.Contains(f.String(), "status=200") {
		t.Error(f.String())
	}
}

func TestLevel(t *testing.T) {
	t.Parallel()
	var f file
	h := requestlog.NewJSON(requestlog.NewBatch(&f), slog.LevelWarn)
	h.Observe(t.Context(), record(t))
	h.Close()
	if f.String() != "" {
		t.Error(f.String())
	}
}
