package httpapi

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
)

// Options configure the HTTP binding. Authenticator and PublicBase are required; other fields
// that are zero take the defaults. Functions must be safe for concurrent use.
type Options struct {
	Authenticator scim.Authenticator
	// PublicBase is the URL before the tenant in emitted URLs, for instance
	// "https://scim.example.com/scim/v2". It must equal the Provider's.
	PublicBase string
	// Prefix is the path before the tenant; "/scim/v2" by default.
	Prefix string
	// Only restricts the handler to some endpoints ("Users", "Bulk", …; "*" for the resource
	// types that tenants define). A request to another endpoint is answered with 404. Empty means
	// all.
	Only []string
	// SecurityEvents are the URIs of events (RFC 9967) that ServiceProviderConfig announces; none announces nothing.
	SecurityEvents []string
	// NoBulk switches Bulk off; it is answered with 501.
	NoBulk bool
	// Timeout bounds the work of one Bulk request; 25 s by default. Operations that did not start
	// in time are reported as 503 (B-20).
	Timeout time.Duration
	// Now is the clock of records; time.Now by default.
	Now func() time.Time
	// Normalise may rewrite a decoded body in place before the core reads it, and returns what it
	// did; see pkg/dialect. patch is true for a PATCH body, false for a resource.
	Normalise func(t *scim.Tenant, rt *schema.ResourceType, patch bool, body map[string]any) (notes []string)
	// Recognise names the identity provider that sent a request, or returns "". It is asked for
	// tenants whose settings name none. body is nil where none was read.
	Recognise func(r *http.Request, body map[string]any) string
	// Admit may reject a request before any work (429) and say how long to wait. nil admits all.
	Admit func(t *scim.Tenant) (wait time.Duration, ok bool)
	// Observe is called after each request was answered, and after each operation of a Bulk
	// request. It must not block. The record belongs to the observer: nothing else changes it or reads it again, so that
	// it may be cleaned (activity.Clean), and may be kept when Observe has returned.
	Observe func(r *http.Request, rec *scim.Record)
	// ResourceMetadata returns the URL of the metadata of a tenant's base URL (RFC 9728), which answers 401
	// name. tenantName is a name that a tenant may have. nil names none.
	ResourceMetadata func(tenantName string) string
	// Release gives the memory of what the Provider returned back to it when it has been written (scim.Result.Release,
	// scim.Found.Release), for the next answer: in the process, a page of 100 users takes a third
	// less time, a GET up to a sixth less. Set it if nothing keeps what the Provider returned, as a Provider with a cache
	// around another one would, and if no ResponseWriter keeps the slice of a Write, which io.Writer forbids.
	Release bool
	// Log gets one line for each fault of the service, 5xx, with its error id and its cause: a store, a
	// hook or a panic. By default it is slog.Default if there is no Observe, and none otherwise, since
	// Observe gets the cause in Record.Err.
	Log *slog.Logger
}
