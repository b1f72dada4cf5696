package function

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// namespace is where CloudWatch files the metrics.
const namespace = "scimstack"

// requestLog writes one line of JSON per request. The line is at once a log and, in the
// embedded metric format, metrics with the dimensions operation, status class and IdP; the
// tenant is in the log alone, since a series of its own for each would cost.
type requestLog struct {
	log   *slog.Logger // below its level it is silent
	lines *slog.Logger // metrics are written whatever the level
	level slog.Level
}

func newRequestLog(out io.Writer, level slog.Level) *requestLog {
	return &requestLog{
		log:   slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level})),
		lines: slog.New(slog.NewJSONHandler(out, nil)), level: level,
	}
}

func (l *requestLog) write(ctx context.Context, rec *scim.Record, used dynamo.Usage) {
	level := levelOf(rec.Status)
	attrs := []slog.Attr{
		slog.Any("_aws", emf(rec.Time)),
		slog.String("operation", orUnknown(rec.Operation)), slog.String("status_class", string(rune('0'+rec.Status/100))+"xx"),
		slog.String("idp", orUnknown(rec.IdP)), slog.Float64("latency", float64(rec.Duration.Microseconds())/1000),
		slog.Int("round_trips", used.Calls), slog.Float64("read_units", used.ReadUnits), slog.Float64("write_units", used.WriteUnits),
	}
	if level >= l.level {
		attrs = append(attrs, details(rec)...)
	}
	l.lines.LogAttrs(ctx, max(level, slog.LevelInfo), "request", attrs...)
}

// levelOf makes errors of the service stand out from errors of clients.
func levelOf(status int) slog.Level {
	switch {
	case status >= 500 && status != http.StatusNotImplemented:
		return slog.LevelError
	case status >= 400:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// details are for people. app.Handler has cleaned the record of what a client wrote.
func details(rec *scim.Record) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("request_id", rec.RequestID), slog.String("tenant", rec.Tenant.String()), slog.String("key", rec.Subject),
		slog.String("method", rec.Method), slog.String("type", rec.Type), slog.Int("status", rec.Status), slog.Bool("changed", rec.Changed),
	}
	optional := func(name, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(name, value))
		}
	}
	optional("id", rec.ResourceID)
	optional("scim_type", rec.ScimType)
	optional("code", string(rec.Code))
	optional("error_id", rec.ErrorID)
	if rec.ErrorID != "" && rec.Err != nil {
		optional("cause", rec.Err.Error())
	}
	if len(rec.Notes) > 0 {
		attrs = append(attrs, slog.Any("notes", rec.Notes))
	}
	return attrs
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// metadata is the part of a line that makes CloudWatch read it as metrics.
type metadata struct {
	Timestamp         int64       `json:"Timestamp"`
	CloudWatchMetrics []directive `json:"CloudWatchMetrics"`
}

type directive struct {
	Namespace  string     `json:"Namespace"`
	Dimensions [][]string `json:"Dimensions"`
	Metrics    []metric   `json:"Metrics"`
}

type metric struct {
	Name string `json:"Name"`
	Unit string `json:"Unit"`
}

func emf(at time.Time) metadata {
	return metadata{Timestamp: at.UnixMilli(), CloudWatchMetrics: []directive{{
		Namespace:  namespace,
		Dimensions: [][]string{{"operation", "status_class", "idp"}},
		Metrics:    []metric{{"latency", "Milliseconds"}, {"round_trips", "Count"}, {"read_units", "Count"}, {"write_units", "Count"}},
	}}}
}
