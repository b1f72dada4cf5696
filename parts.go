package scimstack

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/dialect"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/oauth/authserver"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
)

// Paths beside SCIM.
const (
	activityPath = "/activity"
	eventsPath   = feed.Path
	mcpPath      = "/mcp"
	livePath     = "/healthz"
	readyPath    = "/readyz"
	adminPath    = "/admin/v1"
)

// Part is a part of a service, for Assemble. The zero value adds nothing.
type Part struct {
	add   func(*Service) error
	base  bool // needs PublicBase
	admin bool // serves Config.Admin
}

// All is every part: what New serves.
func All() Part {
	return Part{base: true, add: func(s *Service) error {
		for _, p := range []Part{SCIM(), Activity(), Events(), MCP(), OAuth(), Health()} {
			if err := p.add(s); err != nil {
				return err
			}
		}
		return nil
	}}
}

// SCIM is SCIM itself. It writes the provisioning log.
func SCIM() Part { return Part{add: (*Service).addSCIM, base: true} }

// Activity serves the provisioning log, read-only, under /activity/{tenant}; see activity.NewHandler.
func Activity() Part { return Part{add: (*Service).addActivity} }

// Events serves the feed of changes, read-only, under /events/{tenant}, if the Store keeps one; see
// feed.NewHandler.
func Events() Part { return Part{add: (*Service).addEvents} }

// MCP serves AI agents at /mcp, if Config.Agents is set.
func MCP() Part { return Part{add: (*Service).addAgents, base: true} }

// OAuth serves the authorization server of every tenant: see package authserver for its paths. It needs
// Config.Tenants that keep the ids of assertions, as a tenant.Directory does, and is left out with others. SCIM and
// the other parts accept access tokens with it and without it.
func OAuth() Part { return Part{add: (*Service).addOAuth, base: true} }

// Admin serves the administration of tenants under /admin/v1: Config.Admin, which is required. It is not among
// All, so that no program serves it by accident.
func Admin() Part { return Part{add: (*Service).addAdmin, admin: true} }

// Health serves GET /healthz and GET /readyz, to callers without a token.
func Health() Part { return Part{add: (*Service).addHealth} }

// route calls the part that serves a path.
func (s *Service) route(w http.ResponseWriter, r *http.Request) {
	if h := s.exact[r.URL.Path]; h != nil {
		h.ServeHTTP(w, r)
		return
	}
	if s.oauth != nil && authserver.Serves(r.URL.Path) {
		s.oauth.ServeHTTP(w, r)
		return
	}
	if s.log != nil && strings.HasPrefix(r.URL.Path, activity.Prefix) {
		s.log.ServeHTTP(w, r)
		return
	}
	if s.events != nil && strings.HasPrefix(r.URL.Path, eventsPath+"/") {
		s.events.ServeHTTP(w, r)
		return
	}
	if s.admin != nil && (r.URL.Path == adminPath || strings.HasPrefix(r.URL.Path, adminPath+"/")) {
		s.admin.ServeHTTP(w, r)
		return
	}
	if s.rest == nil {
		http.NotFound(w, r)
		return
	}
	s.rest.ServeHTTP(w, r)
}

func (s *Service) addSCIM() error {
	s.standard()
	recorder := s.recording()
	o := s.binding()
	o.Only, o.Observe = s.c.Only, observer(s.c, recorder)
	if s.c.ObserveCauses {
		o.Log = nil // Observe is set, so that httpapi uses no other
	}
	h, err := httpapi.NewHandler(s.provider, o)
	if err == nil && recorder != nil {
		h = recorder.Wrap(h)
		if s.c.FlushFor > 0 {
			h = recorder.Flushing(h, s.c.FlushFor)
		}
	}
	s.rest = h
	return err
}

// recording returns what writes the log, or nil.
func (s *Service) recording() *activity.Recorder {
	switch {
	case s.c.Recorder != nil || s.c.NoLog:
		return s.c.Recorder
	case s.recorder != nil:
		return s.recorder
	}
	s.recorder = activity.NewRecorder(s.c.Log, activity.Options{Logger: s.c.Logger, Now: s.c.Now, SkipReads: s.c.SkipReads})
	return s.recorder
}

// binding are the options of HTTP that all handlers of SCIM have.
func (s *Service) binding() httpapi.Options {
	o := httpapi.Options{
		Authenticator: s.gate.Authenticator, Admit: s.gate.Admit, PublicBase: s.c.PublicBase, Prefix: s.c.Prefix,
		Now: s.c.Now, Timeout: s.c.Timeout, Log: s.c.Logger, SecurityEvents: s.c.SecurityEvents,
		Normalise: dialect.Standard().Normalise, Recognise: dialect.Recognise,
		Release: s.c.Provider == nil, // the standard one: nothing keeps its results
	}
	if s.authorizes() {
		o.ResourceMetadata = s.address.Metadata
	}
	return o
}

// observer removes personal data from a record before it is written anywhere. An observer that panics has had its turn: what it was to
// see has happened, and the client and the other observers learn of it.
func observer(c Config, recorder *activity.Recorder) func(*http.Request, *scim.Record) {
	var all []func(*http.Request, *scim.Record)
	if c.Telemetry != nil {
		all = append(all, c.Telemetry.Observe)
	}
	if c.Observe != nil {
		all = append(all, c.Observe)
	}
	if recorder != nil {
		all = append(all, recorder.Observe)
	}
	return func(r *http.Request, rec *scim.Record) {
		activity.Clean(rec, nil)
		for _, observe := range all {
			observed(c.Logger, observe, r, rec)
		}
	}
}

// observed calls an observer, and writes its panic down.
func observed(log *slog.Logger, observe func(*http.Request, *scim.Record), r *http.Request, rec *scim.Record) {
	defer func() {
		if v := recover(); v != nil {
			log.ErrorContext(r.Context(), "Observe panicked", "request_id", rec.RequestID, "cause", v, "stack", string(debug.Stack()))
		}
	}()
	observe(r, rec)
}

func (s *Service) addActivity() error {
	if s.c.Log == nil {
		return nil
	}
	gate := s.gate
	if s.provider != nil && s.c.Store != nil { // a function with the log alone may not read resources
		gate.Find = activity.FindIn(s.c.Store)
	}
	s.log = activity.NewHandler(s.c.Log, gate)
	if s.rest == nil {
		s.rest = s.log // answers other paths in the form of SCIM
	}
	return nil
}

func (s *Service) addAdmin() error {
	if s.c.Admin == nil {
		return bad("Admin", "is missing, and the part Admin is named; set it to adminhttp.New(…), or leave the part out")
	}
	s.admin = s.c.Admin
	return nil
}

func (s *Service) addAgents() error {
	if s.c.Agents == nil {
		return nil
	}
	s.standard()
	o := s.binding()
	o.Only = []string{"ServiceProviderConfig"}
	discovery, err := httpapi.NewHandler(s.provider, o)
	if err != nil {
		return err
	}
	h, err := s.c.Agents.Serve(Shared{
		Provider: s.provider, Store: s.c.Store, Log: s.c.Log, Gate: s.gate, Discovery: discovery,
		PublicBase: s.c.PublicBase, Prefix: s.c.Prefix, Logger: s.c.Logger, Now: s.c.Now,
	})
	if err == nil && h == nil {
		err = bad("Agents", "returned no handler from Serve, and no error; use agents.New(…), or leave it out")
	}
	s.exact[mcpPath] = h
	return err
}
