package scimstack

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Prefix is the usual path before the tenant. A PublicBase that ends with it is what identity
// providers expect.
const Prefix = "/scim/v2"

// Config configures a service. Tenants, PublicBase, and a Store or a Provider are required. Every other
// field may be left out; its comment says what happens then. New refuses a configuration that cannot be
// right, with an error that names the field and the remedy. Functions must be safe for concurrent use.
type Config struct {
	// Store keeps the resources: memory.New(), or any other scim.Store. New makes the standard provider
	// over it, which has all the rules of SCIM.
	Store scim.Store
	// Provider is used instead of the standard one. It gets HTTP, dialects, rate limits and the log;
	// the log names changed attributes if the Provider calls activity.After. Hooks, Hash,
	// DocumentationURI, CursorKey and MaxAnswer are options of the standard provider and are refused
	// beside it. With a Provider, Store is what it writes to: without both, agents can read but not plan
	// changes, and for plans the Provider must be a scim.Rehearser.
	Provider scim.Provider
	// Tenants finds the settings and tokens of a tenant. It is required, because no request is served
	// without a token. The answers are cached for 60 seconds. If it is a tenant.Directory, the last use of
	// each credential is written to it, at most once an hour.
	Tenants tenant.Resolver
	// ValueTypes are the value types of attributes beyond their data types, by name: model.ValueTypes() has
	// those of users. Settings.Rules of a tenant say what happens to a value that they do not accept. nil
	// checks nothing beyond RFC 7643.
	ValueTypes map[string]*schema.Kind
	// PublicBase is the part before the tenant of the URLs that clients use, for instance
	// "https://app.example.com/scim/v2". It is required, and never taken from a request.
	PublicBase string
	// Prefix is the path before the tenant in requests. "" is the path of PublicBase, which is right
	// unless a gateway changes paths.
	Prefix string
	// Only restricts SCIM to these endpoints: "Users", "Groups", "Bulk", …, and "*" for the types that
	// tenants define. Empty means all.
	Only []string

	// Before hooks decide about every change before it is written; see scim.BeforeHook. None costs
	// nothing.
	Before []scim.BeforeHook
	// After hooks learn of every change that was written; see scim.AfterHook. None costs nothing.
	After []scim.AfterHook

	// Log is the provisioning log: one record for each request, without personal data, explained under
	// /activity/{tenant} to tokens with the scope scim.Activity. nil is a log in memory that keeps at most
	// 10,000 records and 16 MiB of each tenant and ends with the process.
	Log activity.Log
	// NoLog says that no records are written, so that no one can see later why an identity provider failed.
	// A Log that is set is served all the same.
	NoLog bool
	// SkipReads leaves reads that succeeded out of the log: fewer records where most requests are reads.
	SkipReads bool
	// FlushFor is how long an answer waits, at most, until its record, and once an hour the last use of
	// its credential, is written: for a platform that
	// stops the process between requests. 0: it does not wait, and records are written a moment later.
	FlushFor time.Duration
	// Recorder writes the provisioning log, with options of its own. nil is one that Close ends; the caller
	// closes a Recorder of its own. With a Recorder and without a Log, records are written but not served.
	Recorder *activity.Recorder
	// AllEvents admits requests to the feeds of all tenants, together at /events and each: feed.Bearer has
	// one for a secret of yours. nil admits none; a token of a tenant with the scope scim.Events reads the
	// feed of that tenant. There is a feed if the Store keeps one, as memory and sqlstore do.
	AllEvents func(*http.Request) bool
	// SecurityEvents are the URIs of the events that the program sends by RFC 9967, for ServiceProviderConfig:
	// secevent.URIs() with a secevent.Transmitter. None: the service does not announce any.
	SecurityEvents []string
	// Agents serves AI agents at /mcp, through the Model Context Protocol: agents.New makes one. nil:
	// /mcp is 404. An agent needs a token of a tenant, reads with its scopes, and changes something only
	// with the scope scim.Agent, which no token has by default.
	Agents Agents

	// OAuth configures OAuth access tokens, which the tenants' OAuth clients send.
	OAuth OAuthOptions
	// Admin serves the administration of tenants under /admin/v1: adminhttp.New makes one. It checks operator
	// tokens of its own, no token of a tenant. It is served by the part Admin only, which New leaves out:
	// Assemble(c, All(), Admin()).
	Admin http.Handler

	// Logger gets the causes of answers 5xx, which no client sees, under their error id, and what goes
	// wrong outside requests. nil is slog.Default.
	Logger *slog.Logger
	// Observe is called after each request, and each operation of a bulk request, with its record: for
	// log lines and metrics of your own. Personal data is removed from the record. It must not block. It may
	// keep the record, which does not change any more, and must not change it: the provisioning log keeps it, too. nil
	// observes nothing.
	Observe func(*http.Request, *scim.Record)
	// ObserveCauses says that Observe writes down Record.Err, so that Logger need not get the causes too.
	ObserveCauses bool
	// Telemetry sees every request from its beginning: telemetry.New gives spans and metrics of
	// OpenTelemetry. nil costs nothing.
	Telemetry Telemetry
	// Ready is asked by /readyz, for instance whether the database answers. Its error goes to Logger; the
	// answer is 503 without it. nil: /readyz is 200 as long as the process serves requests, like /healthz.
	Ready func(context.Context) error

	// Hash turns a password into what is stored. nil is tenant.HashPassword (argon2id). Passwords are
	// never stored as they are.
	Hash func(password string) (string, error)
	// CursorKey seals the cursors of tenants without a key of their own. Zero is a random key: a
	// cursor is then valid in this process only, which is right for a single process.
	CursorKey [32]byte
	// DocumentationURI is where people read about the service; discovery announces it. "" announces none.
	DocumentationURI string
	// MaxAnswer limits an answer, in bytes, for tenants that set no limit, to what a gateway before the
	// service can carry. 0 is no limit of the gateway; pages are limited in number all the same.
	MaxAnswer int
	// Timeout limits the work of one bulk request; operations that have not begun by then are reported as
	// 503. 0 is 25 seconds.
	Timeout time.Duration
	// Now is the clock. nil is time.Now.
	Now func() time.Time
}

// Agents serves AI agents as a part of a service. It is an interface so that a program without agents
// does not contain their libraries; package agents has the implementation.
type Agents interface {
	// Serve returns the handler of /mcp.
	Serve(Shared) (http.Handler, error)
}

// Telemetry follows requests. Both methods must be safe for concurrent use and must not block.
type Telemetry interface {
	// Wrap is called once, around the whole service.
	Wrap(http.Handler) http.Handler
	// Observe is called like Config.Observe, with the request that Wrap has passed on.
	Observe(*http.Request, *scim.Record)
}
