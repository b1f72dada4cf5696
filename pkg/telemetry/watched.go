package telemetry

import (
	"cmp"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/scimstack/scimstack/pkg/scim"
)

// watched is a ResponseWriter that knows its status: of requests to agents and to the log there is no
// scim.Record.
type watched struct {
	http.ResponseWriter
	status int // 0 until the header is written
}

// WriteHeader implements http.ResponseWriter. Informational headers precede the one that counts.
func (w *watched) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *watched) Write(b []byte) (int, error) {
	w.status = cmp.Or(w.status, http.StatusOK)
	return w.ResponseWriter.Write(b)
}

// Flush implements http.Flusher: agents read streams.
func (w *watched) Flush() {
	w.status = cmp.Or(w.status, http.StatusOK)
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap is for http.ResponseController.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// complete gives the span of the request its status. A handler that has written nothing answers 200, or
// has panicked, which net/http answers by closing the connection.
func (w *watched) complete(span trace.Span, method string) {
	status := cmp.Or(w.status, http.StatusOK)
	if v := recover(); v != nil {
		defer panic(v)
		status = cmp.Or(w.status, http.StatusInternalServerError)
	}
	span.SetAttributes(attribute.String("http.request.method", scim.MethodName(method)), attribute.Int("http.response.status_code", status))
	if status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, http.StatusText(status))
	}
}
