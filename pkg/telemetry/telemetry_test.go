package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/telemetry"
	"github.com/scimstack/scimstack/pkg/tenant"
)

var _ scimstack.Telemetry = (*telemetry.Telemetry)(nil)

// recording is a TracerProvider and a MeterProvider that keep what they get, instead of the SDK.
type recording struct {
	noop.TracerProvider
	mu      sync.Mutex
	spans   []*span
	metrics []string
}

func (r *recording) Tracer(string, ...trace.TracerOption) trace.Tracer { return tracer{r: r} }

type tracer struct {
	noop.Tracer
	r *recording
}

func (t tracer) Start(ctx context.Context, name string, _ ...trace.SpanStartOption) (context.Context, trace.Span) {
	s := &span{name: name, parent: trace.SpanContextFromContext(ctx).TraceID().IsValid()}
	t.r.mu.Lock()
	defer t.r.mu.Unlock()
	t.r.spans = append(t.r.spans, s)
	return trace.ContextWithSpan(ctx, s), s
}

type span struct {
	noop.Span
	name, status  string
	attributes    []attribute.KeyValue
	events        int
	ended, parent bool
}

func (s *span) IsRecording() bool                      { return true }
func (s *span) SetName(name string)                    { s.name = name }
func (s *span) SetAttributes(kv ...attribute.KeyValue) { s.attributes = append(s.attributes, kv...) }
func (s *span) SetStatus(c codes.Code, text string)    { s.status = c.String() + " " + text }
func (s *span) AddEvent(string, ...trace.EventOption)  { s.events++ }
func (s *span) End(...trace.SpanEndOption)             { s.ended = true }
func (s *span) has(key attribute.Key, value string) bool {
	return slices.ContainsFunc(s.attributes, func(kv attribute.KeyValue) bool { return kv.Key == key && kv.Value.String() == value })
}

type meters struct {
	metricnoop.MeterProvider
	r *recording
}

func (m meters) Meter(string, ...metric.MeterOption) metric.Meter { return meter{r: m.r} }

type meter struct {
	metricnoop.Meter
	r *recording
}

func (m meter) Float64Histogram(string, ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	if m.r == nil {
		return nil, errors.New("no histogram")
	}
	return histogram{r: m.r}, nil
}

type histogram struct {
	metricnoop.Float64Histogram
	r *recording
}

func (histogram) Enabled(context.Context) bool { return true }

func (h histogram) Record(_ context.Context, _ float64, o ...metric.RecordOption) {
	set := metric.NewRecordConfig(o).Attributes()
	h.r.mu.Lock()
	defer h.r.mu.Unlock()
	h.r.metrics = append(h.r.metrics, set.Encoded(attribute.DefaultEncoder()))
}

// start is a service with telemetry, whose hook fails for the user "broken".
func start(t *testing.T, r *recording, p propagation.TextMapPropagator) func(method, path, body string) int {
	t.Helper()
	acme, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	token, kept := tenant.NewToken(acme, scim.All|scim.Activity)
	tenants := tenant.NewMemory()
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: acme, IdP: "okta"}, Tokens: []tenant.Token{kept}})
	seen, err := telemetry.New(telemetry.Options{Traces: r, Metrics: meters{r: r}, Propagator: p})
	if err != nil {
		t.Fatal(err)
	}
	service, err := scimstack.New(scimstack.Config{
		Store: memory.New(), Tenants: tenants, PublicBase: "https://app.example.com/scim/v2", Telemetry: seen,
		Before: []scim.BeforeHook{func(_ context.Context, e *scim.Event) error {
			if strings.Contains(string(e.After.Document), "broken") {
				return errors.New("cause")
			}
			return nil
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = service.Close(context.Background()) })
	return func(method, path, body string) int {
		q := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		q.Header.Set("Authorization", "Bearer "+token)
		q.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		w := httptest.NewRecorder()
		service.ServeHTTP(w, q)
		return w.Code
	}
}

// TestSpans: each request is one span with what is known of it, and no personal data.
func TestSpans(t *testing.T) {
	t.Parallel()
	r := &recording{}
	send := start(t, r, nil)
	const users = "/scim/v2/acme/Users"
	send("POST", users, `{"userName":"canary"}`)
	send("POST", users, `{"userName":"broken"}`)
	send("GET", users+`?filter=userName+eq+"canary"`, "")
	send("POST", "/scim/v2/acme/Bulk", `{"Operations":[{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"b"}},{"method":"DELETE","path":"/Users/none"}]}`)
	send("GET", "/activity/acme", "")
	send("POST", "/activity/acme", "")
	send("GET", "/scim/v2/canary/x/y", "")
	send("GET", "/healthz", "")
	var names []string
	for _, s := range r.spans {
		names = append(names, s.name)
		if !s.ended || s.parent {
			t.Errorf("%s: ended %t, parent of a stranger %t", s.name, s.ended, s.parent)
		}
		if text := fmt.Sprintf("%+v", s.attributes); strings.Contains(text, "canary") {
			t.Errorf("%s: %s", s.name, text)
		}
	}
	if got := strings.Join(names[:6], ","); got != "create User,create User,search User,bulk,/activity/{tenant},/activity/{tenant}" || len(names) != 7 || strings.Contains(names[6], "canary") {
		t.Fatal(names)
	}
	if read, refused := r.spans[4], r.spans[5]; !read.has("http.response.status_code", "200") || !read.has("http.request.method", "GET") ||
		!refused.has("http.response.status_code", "405") || refused.status != "" {
		t.Errorf("%+v, %+v", read, refused)
	}
	made, broken, bulk := r.spans[0], r.spans[1], r.spans[3]
	if !made.has("scim.tenant", "acme") || !made.has("scim.idp", "okta") || !made.has("http.response.status_code", "201") || made.status != "" {
		t.Errorf("%+v", made)
	}
	if !strings.HasPrefix(broken.status, "Error ") || !broken.has("http.response.status_code", "500") || strings.Contains(fmt.Sprint(broken), "cause") {
		t.Errorf("%+v", broken)
	}
	if bulk.events != 2 {
		t.Errorf("%d events", bulk.events)
	}
	if len(r.metrics) != 5 || !strings.Contains(r.metrics[0], "scim.operation=create") || strings.Contains(strings.Join(r.metrics, " "), "acme") {
		t.Error(r.metrics)
	}
}

// TestPropagator: the span of the caller is the parent if a propagator says so.
func TestPropagator(t *testing.T) {
	t.Parallel()
	r := &recording{}
	start(t, r, propagation.TraceContext{})(http.MethodGet, "/scim/v2/acme/Users", "")
	if len(r.spans) != 1 || !r.spans[0].parent {
		t.Errorf("%+v", r.spans)
	}
}

// TestNew: without a provider the global ones are used; a meter that fails is an error.
func TestNew(t *testing.T) {
	t.Parallel()
	if _, err := telemetry.New(telemetry.Options{}); err != nil {
		t.Error(err)
	}
	if _, err := telemetry.New(telemetry.Options{Metrics: meters{}}); err == nil {
		t.Error("no error")
	}
}
