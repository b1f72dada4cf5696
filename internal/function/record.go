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

// namespace is the CloudWatch namespace of the metrics.
const namespace = "scimstack"

// requestLog writes one line of JSON per request. The line is a log entry and, in the embedded metric
// format, metrics: the latency by operation and by status class, round trips and request units without
// a dimension. CloudWatch charges for each series, so that everything else is in the log entry only, for
// Logs Insights: the tenant, the IdP, and any combination.
type requestLog struct {
	log   *slog.Logger // with the configured level
	lines *slog.Logger // without a level: metrics are always written
	level slog.Level
}

func newRequestLog(out io.Writer, level slog.Level) *requestLog {
	return &requestLog{
		log:   slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level})),
		lines: slog.New(slog.NewJSONHandler(out, nil)), level: level,
	}
}

// write writes the line of one request.
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

// levelOf returns Error for failures of the service and Warn for errors of clients.
func levelOf(status int) slog.Level {
	switch {
	case status >= 500 && status != http.StatusNotImplemented:
		return slog.LevelError
	case status >= 400:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// details returns what is for people only. The service has removed from the record what a client sent.
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

// metadata is the part of a line that declares its metrics to CloudWatch.
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

// emf returns the metadata of a line (CloudWatch embedded metric format).
func emf(at time.Time) metadata {
	return metadata{Timestamp: at.UnixMilli(), CloudWatchMetrics: []directive{
		{Namespace: namespace, Dimensions: [][]string{{"operation"}, {"status_class"}}, Metrics: []metric{{"latency", "Milliseconds"}}},
		{Namespace: namespace, Dimensions: [][]string{{}}, Metrics: []metric{{"round_trips", "Count"}, {"read_units", "Count"}, {"write_units", "Count"}}},
	}}
}
