package telemetry

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Name is the name of the tracer and of the meter.
const Name = "github.com/scimstack/scimstack"

// Options are where spans and metrics go. The zero value is usable.
type Options struct {
	// Traces makes spans. nil is the global provider.
	Traces trace.TracerProvider
	// Metrics makes the histogram. nil is the global provider.
	Metrics metric.MeterProvider
	// Propagator reads the span of the caller from the headers of a request. nil reads none: the callers are
	// identity providers, and a stranger should not decide what is sampled. Set it if a proxy of yours sets
	// the headers itself.
	Propagator propagation.TextMapPropagator
}

// Telemetry implements scimstack.Telemetry. Make it with New. It is safe for concurrent use.
type Telemetry struct {
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
	duration   metric.Float64Histogram
}

// New returns what Config.Telemetry takes. It fails if the meter does.
func New(o Options) (*Telemetry, error) {
	if o.Traces == nil {
		o.Traces = otel.GetTracerProvider()
	}
	if o.Metrics == nil {
		o.Metrics = otel.GetMeterProvider()
	}
	duration, err := o.Metrics.Meter(Name).Float64Histogram("scim.server.request.duration",
		metric.WithUnit("s"), metric.WithDescription("Duration of SCIM requests."))
	if err != nil {
		return nil, fmt.Errorf("telemetry: the histogram: %w", err)
	}
	return &Telemetry{tracer: o.Traces.Tracer(Name), propagator: o.Propagator, duration: duration}, nil
}

// Wrap begins and ends the span of a request.
func (t *Telemetry) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := nameOf(r.URL.Path)
		if name == "" {
			next.ServeHTTP(w, r)
			return
		}
		ctx := r.Context()
		if t.propagator != nil {
			ctx = t.propagator.Extract(ctx, propagation.HeaderCarrier(r.Header))
		}
		ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()
		if name == unnamed || !span.IsRecording() { // Observe knows more of these
			next.ServeHTTP(w, r.WithContext(ctx))
			return
		}
		seen := &watched{ResponseWriter: w}
		defer seen.complete(span, r.Method) // after a panic, too
		next.ServeHTTP(seen, r.WithContext(ctx))
	})
}

// nameOf is the name of a span until more is known: nothing that a client chose. It is "" for health pages.
func nameOf(path string) string {
	switch {
	case path == "/healthz" || path == "/readyz":
		return ""
	case path == "/mcp":
		return path
	case strings.HasPrefix(path, "/activity/"):
		return "/activity/{tenant}"
	}
	return unnamed
}

// unnamed is the name of the span of a SCIM request until Observe gives it another one.
const unnamed = "scim"

// Observe completes the span of a request, and counts the request.
func (t *Telemetry) Observe(r *http.Request, rec *scim.Record) {
	ctx := r.Context()
	span := trace.SpanFromContext(ctx)
	if rec.Item > 0 {
		if span.IsRecording() {
			span.AddEvent("bulk operation", trace.WithTimestamp(rec.Time), trace.WithAttributes(append(about(rec), attribute.Int("scim.item", rec.Item))...))
		}
		return
	}
	if span.IsRecording() {
		span.SetName(strings.TrimSpace(operation(rec) + " " + rec.Type))
		span.SetAttributes(about(rec)...)
		if rec.ErrorID != "" {
			span.SetStatus(codes.Error, string(rec.Code))
		}
	}
	t.count(ctx, rec)
}

func (t *Telemetry) count(ctx context.Context, rec *scim.Record) {
	if !t.duration.Enabled(ctx) {
		return
	}
	t.duration.Record(ctx, rec.Duration.Seconds(), metric.WithAttributes(
		attribute.String("scim.operation", operation(rec)), attribute.String("scim.resource_type", rec.Type),
		attribute.String("scim.idp", rec.IdP), attribute.Int("http.response.status_code", rec.Status)))
}

// operation is what was asked for, or "unknown" for a request that was refused before that was read.
func operation(rec *scim.Record) string {
	if rec.Operation == "" {
		return "unknown"
	}
	return rec.Operation
}

// about are the attributes of a record that are set.
func about(rec *scim.Record) []attribute.KeyValue {
	kept := []attribute.KeyValue{attribute.String("http.request.method", rec.Method), attribute.Int("http.response.status_code", rec.Status)}
	for _, a := range []attribute.KeyValue{
		attribute.String("scim.operation", rec.Operation), attribute.String("scim.resource_type", rec.Type),
		attribute.String("scim.tenant", rec.Tenant.String()), attribute.String("scim.idp", rec.IdP),
		attribute.String("scim.request_id", rec.RequestID), attribute.String("scim.code", string(rec.Code)), attribute.String("scim.error_id", rec.ErrorID),
	} {
		if a.Value.AsString() != "" {
			kept = append(kept, a)
		}
	}
	return kept
}
