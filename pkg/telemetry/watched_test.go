package telemetry_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/scimstack/scimstack/pkg/telemetry"
)

// TestStatus: the span of a request to agents has the status of the answer, whatever way it is written, and
// the answer is as without telemetry.
func TestStatus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handle func(w http.ResponseWriter)
		code   string
		status string
		panics bool
	}{
		"header":     {func(w http.ResponseWriter) { w.WriteHeader(http.StatusAccepted) }, "202", "", false},
		"body":       {func(w http.ResponseWriter) { _, _ = io.WriteString(w, "x") }, "200", "", false},
		"nothing":    {func(http.ResponseWriter) {}, "200", "", false},
		"stream":     {func(w http.ResponseWriter) { w.(http.Flusher).Flush(); w.WriteHeader(http.StatusInternalServerError) }, "200", "", false},
		"controller": {func(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }, "200", "", false},
		"informational": {func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusUnauthorized)
		}, "401", "", false},
		"fault": {func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) }, "503", "Error Service Unavailable", false},
		"panic": {func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, "500", "Error Internal Server Error", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &recording{}
			seen, err := telemetry.New(telemetry.Options{Traces: r, Metrics: meters{r: r}})
			if err != nil {
				t.Fatal(err)
			}
			h := seen.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { c.handle(w) }))
			w := httptest.NewRecorder()
			func() {
				defer func() {
					if v := recover(); (v == http.ErrAbortHandler) != c.panics {
						t.Errorf("panic %v", v)
					}
				}()
				h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/mcp", nil))
			}()
			if s := r.spans[0]; s.name != "/mcp" || !s.has("http.response.status_code", c.code) || !s.has("http.request.method", "POST") || s.status != c.status || !s.ended {
				t.Errorf("%+v", s)
			}
			if name == "stream" && !w.Flushed {
				t.Error("the stream was not flushed")
			}
		})
	}
}
