package requestlog

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Handler is a slog.Handler that writes requests, too. It is safe for concurrent use. The zero value is not
// usable; see NewJSON, NewText and Off.
type Handler struct {
	slog.Handler
	batch *Batch
	json  bool // requests are written by hand
	off   bool // only failed requests are written
}

// NewJSON returns a Handler that writes JSON.
func NewJSON(b *Batch, level slog.Leveler) *Handler {
	form := func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}) }
	b.report = lost(form)
	return &Handler{Handler: form(b), batch: b, json: true}
}

// NewText returns a Handler that writes what a Handler of slog over the Batch writes.
func NewText(b *Batch, make func(io.Writer) slog.Handler) *Handler {
	b.report = lost(make)
	return &Handler{Handler: make(b), batch: b}
}

// lost returns what makes the line that says how many lines are missing before it.
func lost(form func(io.Writer) slog.Handler) func(lines int) []byte {
	return func(lines int) []byte {
		var line bytes.Buffer
		slog.New(form(&line)).Error("the log was not read for a time; what was to be written then is lost", "lines", lines)
		return line.Bytes()
	}
}

// Off returns a Handler like h that writes, of requests, only those that failed by a fault of the service.
func (h *Handler) Off() *Handler {
	quiet := *h
	quiet.off = true
	return &quiet
}

// Observe writes a line for a request.
func (h *Handler) Observe(ctx context.Context, rec *scim.Record) {
	fault := failed(rec)
	if h.off && !fault || !fault && !h.Enabled(ctx, slog.LevelInfo) {
		return
	}
	if h.json && !fault {
		now := time.Now()
		h.batch.add(func(dst []byte) []byte { return appendLine(dst, now, rec) })
		return
	}
	level, attrs := Attrs(rec)
	slog.New(h.Handler).LogAttrs(ctx, level, "request", attrs...)
}

// Close writes the lines that wait.
func (h *Handler) Close() { h.batch.Close() }

// Observe writes a line for a request to a logger, of a Handler or of any other.
func Observe(ctx context.Context, log *slog.Logger, rec *scim.Record) {
	if h, ok := log.Handler().(*Handler); ok {
		h.Observe(ctx, rec)
		return
	}
	level, attrs := Attrs(rec)
	log.LogAttrs(ctx, level, "request", attrs...)
}
