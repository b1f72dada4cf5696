package scimstack

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/oauth"
	"github.com/scimstack/scimstack/pkg/oauth/authserver"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Service is the service of a configuration: an http.Handler. Make it with New. It is safe for
// concurrent use.
//
// Serve it without an http.ServeMux before it, or mount it there at "/", because a ServeMux redirects
// paths that some identity providers send.
type Service struct {
	c        Config
	gate     activity.Gate
	tenants  *tenant.Authenticator
	provider scim.Provider
	recorder *activity.Recorder // that Close ends
	feed     *feed.Source       // nil if the Store keeps none
	address  oauth.Address
	verifier *oauth.Verifier // of access tokens; nil without a PublicBase

	exact map[string]http.Handler // by path
	oauth http.Handler            // the paths of package authserver
	// forgetter is what oauth keeps of tenants; nil without an authorization server.
	forgetter authserver.Forgetter
	log       http.Handler // below activityPath
	events    http.Handler // below eventsPath
	admin     http.Handler // below adminPath
	rest      http.Handler // all other paths
	handler   http.Handler // all of them
}

// New returns the service of a configuration: SCIM, the provisioning log, agents and health pages. An
// error is a *ConfigError that names the field that is wrong and what to write instead. Close the service after the last
// request.
func New(c Config) (*Service, error) { return Assemble(c, All()) }

// Assemble returns a service of some parts only: for a program that serves the others elsewhere, and
// should not contain them. New is Assemble with All.
func Assemble(c Config, parts ...Part) (*Service, error) {
	needBase, administered := false, false
	for _, p := range parts {
		needBase = needBase || p.base
		administered = administered || p.admin
	}
	if c.Admin != nil && !administered {
		return nil, bad("Admin", "is set, and no part serves it; name the part too: Assemble(c, All(), Admin())")
	}
	c, err := c.completed(needBase)
	if err != nil {
		return nil, err
	}
	s := &Service{c: c, exact: map[string]http.Handler{}}
	if err := s.authorize(); err != nil {
		return nil, err
	}
	o := c.authentication()
	if s.verifier != nil {
		o.Verifier = s.verifier
	}
	s.tenants = tenant.NewAuthenticator(c.Tenants, o)
	s.gate = activity.Gate{
		Authenticator: s.tenants,
		Admit:         tenant.NewLimiter(c.Now).Admit,
		Settle:        s.SettleLog,
		Log:           c.Logger,
	}
	for _, p := range parts {
		if p.add == nil {
			continue // the zero value
		}
		if err := p.add(s); err != nil {
			return nil, err
		}
	}
	s.handler = http.HandlerFunc(s.route)
	if c.Telemetry != nil {
		if s.handler = c.Telemetry.Wrap(s.handler); s.handler == nil {
			return nil, bad("Telemetry", "returned no handler from Wrap; return the handler that it was given, or one around it")
		}
	}
	return s, nil
}

// authentication are the options of who may use the service. Last uses are written if Tenants can.
func (c *Config) authentication() tenant.Options {
	o := tenant.Options{Now: c.Now, Active: active(*c), ValueTypes: c.ValueTypes}
	if d, ok := c.Tenants.(tenant.Directory); ok {
		log := c.Logger
		o.Used = tenant.NewUses(d, tenant.UsesOptions{Wait: c.FlushFor, Failed: func(err error) {
			log.Warn("the last use of a credential was not written", "cause", err)
		}}).Used
	}
	return o
}

// ServeHTTP implements http.Handler.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Handler returns the service as a handler, for code that wants a value of that type.
func (s *Service) Handler() http.Handler { return s.handler }

// Provider returns the provider of the service, for a program that reads or changes resources
// itself: by the same rules, with the same hooks, but without a token and without a record in the log.
// It is nil if neither SCIM nor agents are served.
func (s *Service) Provider() scim.Provider { return s.provider }

// Forget has the next request of a tenant read its settings, tokens and clients again: what was changed takes effect at
// once in this process, and within 60 seconds in all others. Pass it as admin.Options.Changed.
func (s *Service) Forget(id scim.TenantID) {
	s.tenants.Forget(id)
	if s.forgetter != nil {
		s.forgetter.Forget(id)
	}
}

// settleFor is how long a reader of the provisioning log waits for records that are not written yet.
// On a busy machine, or where the Log is far away, a write takes longer than a reader would expect.
const settleFor = 5 * time.Second

// SettleLog writes the records of the provisioning log that wait, for at most 5 seconds, so that who reads the log after an
// answer finds the request in it. The parts that read it call it; pass it as admin.Options.SettleLog.
func (s *Service) SettleLog(ctx context.Context) {
	recorder := cmp.Or(s.c.Recorder, s.recorder)
	if recorder == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, settleFor)
	defer cancel()
	_ = recorder.Flush(ctx) // what takes longer is read later
}

// Close writes the records of the provisioning log that still wait, and ends it. It returns the error
// of ctx if that ends first. Call it after the last request; it may be called again. It does not close
// the Store or the Recorder of the configuration.
func (s *Service) Close(ctx context.Context) error {
	if s.recorder == nil {
		return nil
	}
	return s.recorder.Close(ctx)
}

// Shared are what the parts of a service have in common. A part of your own that uses Gate serves the
// tokens of the tenants, and counts towards their rate.
type Shared struct {
	Provider   scim.Provider
	Store      scim.Store   // nil beside a Provider that has none
	Log        activity.Log // nil without one
	Gate       activity.Gate
	Discovery  http.Handler // answers ServiceProviderConfig, without a record
	PublicBase string
	Prefix     string // the path before the tenant
	Logger     *slog.Logger
	Now        func() time.Time
}

// standard sets the provider, which several parts use.
func (s *Service) standard() {
	if s.provider != nil {
		return
	}
	if s.provider = s.c.Provider; s.provider != nil {
		return
	}
	o := engine.Options{
		PublicBase: s.c.PublicBase, Hash: s.c.Hash, CursorKey: s.c.CursorKey, Now: s.c.Now, MaxAnswer: s.c.MaxAnswer,
		DocumentationURI: s.c.DocumentationURI, Before: s.c.Before, After: s.c.After,
	}
	if !s.c.NoLog {
		o.Committed, o.Leaving, o.LeavingLimit = activity.After, activity.Leaving, activity.MaxMembers
	}
	s.provider = engine.New(s.c.Store, o)
}

// defaults sets what was left out and several parts use.
func (c *Config) defaults() {
	if c.Hash == nil {
		c.Hash = tenant.HashPassword
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if !c.NoLog && c.Log == nil && c.Recorder == nil {
		c.Log = activity.NewMemory(0)
	}
}
