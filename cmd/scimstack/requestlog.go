package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"

	"golang.org/x/term"

	"github.com/scimstack/scimstack/pkg/scim"
)

// requestLog returns a logger that writes text to a terminal and JSON to any other file.
func requestLog(f *os.File) *slog.Logger {
	if term.IsTerminal(int(f.Fd())) {
		return slog.New(slog.NewTextHandler(f, nil))
	}
	return slog.New(slog.NewJSONHandler(f, nil))
}

// logRequest writes one line for each request. The line has no user names, attribute values or query.
func logRequest(ctx context.Context, log *slog.Logger, rec *scim.Record) {
	attrs := []slog.Attr{
		slog.String("tenant", rec.Tenant.String()), slog.String("key", rec.Subject), slog.String("method", rec.Method),
		slog.String("operation", rec.Operation), slog.String("type", rec.Type), slog.String("id", rec.ResourceID),
		slog.Int("status", rec.Status), slog.Bool("changed", rec.Changed),
		slog.Int("item", rec.Item), slog.Duration("took", rec.Duration), slog.String("request_id", rec.RequestID),
	}
	if rec.Code != "" {
		attrs = append(attrs, slog.String("scim_type", rec.ScimType), slog.String("code", string(rec.Code)))
	}
	if len(rec.Notes) > 0 {
		attrs = append(attrs, slog.Any("notes", rec.Notes))
	}
	level := slog.LevelInfo
	if rec.Status >= 500 && rec.Status != http.StatusNotImplemented {
		level = slog.LevelError
		attrs = append(attrs, slog.Any("cause", rec.Err))
	}
	log.LogAttrs(ctx, level, "request", attrs...)
}
