package authserver

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack/internal/fault"
	"github.com/scimstack/scimstack/pkg/oauth"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Directory is what the server needs of a tenant.Directory: it reads tenants, and writes nothing but the ids of
// assertions.
type Directory interface {
	tenant.Resolver
	Once(ctx context.Context, id scim.TenantID, key string, until time.Time) (first bool, err error)
}

// Options of NewHandler. Directory, Verifier and Address are required; other fields that are zero take the
// defaults. Functions must be safe for concurrent use.
type Options struct {
	Directory Directory
	Verifier  *oauth.Verifier // makes the access tokens
	Address   oauth.Address   // the one of the Verifier
	Prefix    string          // the path before the tenant in requests of SCIM; "/scim/v2" by default
	// Admit may reject the request of a client that has proved who it is (429). nil admits all.
	Admit func(t *scim.Tenant) (wait time.Duration, ok bool)
	// Observe is called with the record of each token request to a known tenant, refused ones included.
	Observe func(*http.Request, *scim.Record)
	// Log gets the causes of faults, and of clients that are refused. nil is slog.Default.
	Log *slog.Logger
	Now func() time.Time // time.Now by default
}

// NewHandler returns the handler of all paths of the package. Serves says which ones these are. It is a Forgetter.
func NewHandler(o Options) http.Handler {
	if o.Prefix == "" {
		o.Prefix = "/scim/v2"
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &handler{o: o, tenants: tenants{resolver: o.Directory, now: o.Now}, strangers: strangers{tenant.NewBuckets[stranger](o.Now)}}
}

// Forgetter is what NewHandler returns, too: Forget has the next request of a tenant read its settings and clients again,
// which are kept for 60 seconds otherwise. It is safe for concurrent use.
type Forgetter interface{ Forget(id scim.TenantID) }

// Forget implements Forgetter.
func (h *handler) Forget(id scim.TenantID) { h.tenants.forget(id) }

// Serves reports whether a path is one of this package.
func Serves(path string) bool {
	for _, p := range []string{oauth.Prefix, oauth.ServerMetadata + "/", oauth.ResourceMetadata + "/"} {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return false
}

type handler struct {
	o       Options
	tenants tenants

	strangers strangers
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if _, err := fault.Guarded(func() (any, error) { h.serve(w, r); return nil, nil }); err != nil {
		h.busy(w, r, scim.TenantID{}, err)
	}
}

// busy answers what cannot be answered now: clients try again.
func (h *handler) busy(w http.ResponseWriter, r *http.Request, id scim.TenantID, err error) {
	h.fault(r.Context(), id, err)
	w.Header().Set("Retry-After", "1")
	http.Error(w, "try again later", http.StatusServiceUnavailable)
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request) {
	name, part := h.locate(r.URL.Path)
	id, err := scim.ParseTenantID(name)
	if err != nil || part == "" {
		http.NotFound(w, r)
		return
	}
	if part == "token" {
		h.token(w, r, id)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	if part == "resource" {
		h.document(w, r, h.resource(id)) // the same for every tenant
		return
	}
	record, err := h.tenants.find(r.Context(), id, nil)
	switch {
	case err != nil:
		h.busy(w, r, id, err)
	case part == "keys":
		h.document(w, r, map[string]any{"keys": h.o.Verifier.Published(id, record)})
	default:
		h.document(w, r, h.server(id, record))
	}
}

// locate returns the tenant of a path and what is asked of it: token, keys, server, resource, or "".
func (h *handler) locate(path string) (name, part string) {
	if rest, ok := strings.CutPrefix(path, oauth.ResourceMetadata); ok {
		i := strings.LastIndex(rest, h.o.Prefix+"/") // the gateway may have a path before it
		if i < 0 {
			return "", ""
		}
		return strings.TrimSuffix(rest[i+len(h.o.Prefix)+1:], "/"), "resource"
	}
	if rest, ok := strings.CutPrefix(path, oauth.ServerMetadata); ok {
		_, name, ok = strings.Cut(rest, oauth.Prefix)
		if !ok {
			return "", ""
		}
		return strings.TrimSuffix(name, "/"), "server"
	}
	rest, _ := strings.CutPrefix(path, oauth.Prefix)
	name, part, _ = strings.Cut(rest, "/")
	switch part {
	case "token", "keys":
		return name, part
	case strings.TrimPrefix(oauth.ServerMetadata, "/"): // where a gateway has a path before everything
		return name, "server"
	}
	return name, ""
}

// document answers with a public document, which caches may keep for a while.
func (h *handler) document(w http.ResponseWriter, r *http.Request, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "public, max-age=300")
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client may have closed the connection
	}
}

// fault writes down the cause of a 5xx, which no answer shows.
func (h *handler) fault(ctx context.Context, id scim.TenantID, err error) {
	var busy *scim.BusyError
	if errors.As(err, &busy) && busy.Cause != nil {
		err = busy.Cause
	}
	h.o.Log.ErrorContext(ctx, "oauth", "tenant", id.String(), "cause", err)
}
