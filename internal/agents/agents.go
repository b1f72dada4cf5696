// Package agents assembles the MCP service for every program in the same way: `scimstack dev`,
// `scimstack mcp` and the Lambda function.
//
//	app.Config ──► scim.Provider, rehearsal with the same rules ──► mcp.Service ──┬─► Mount: /mcp next to SCIM
//	                                                                               └─► stdio
//	Bridge: stdio ◄──► a remote service, over HTTP
package agents

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/scimstack/scimstack/internal/app"
	"github.com/scimstack/scimstack/pkg/mcp"
)

// Options are the options of the MCP service, in addition to app.Config.
type Options struct {
	Plans   mcp.Plans // nil: kept in the process
	Version string
	Log     *slog.Logger // of internal errors; nil discards them
	Confirm bool         // refuse to apply plans for clients that cannot ask their user
	Origins []string     // web origins that may call /mcp
}

// New returns the MCP service for a configuration. It reads the provisioning log from c.Log.
func New(c app.Config, o Options) (*mcp.Service, error) {
	c = app.Share(c)
	quiet := c
	quiet.Activity, quiet.Log, quiet.Only = nil, nil, []string{"ServiceProviderConfig"}
	quiet.Observe = nil
	config, err := app.Handler(quiet)
	if err != nil {
		return nil, err
	}
	return mcp.New(mcp.Options{
		Provider: app.Provider(c), Store: c.Store, Log: c.Log, Plans: o.Plans, PublicBase: c.PublicBase,
		Version: o.Version, Now: c.Now, Confirm: o.Confirm,
		Config: mcp.ConfigFrom(config, app.Prefix),
		Fault: func(ctx context.Context, id string, cause error) {
			if o.Log != nil {
				o.Log.ErrorContext(ctx, "mcp", "error_id", id, "cause", cause)
			}
		},
	}), nil
}

// Handler serves the service over HTTP for the tenants of a configuration. A program that serves SCIM
// too makes both of one configuration from app.Share, so that a tenant has one limit.
func Handler(c app.Config, o Options) (http.Handler, error) {
	c = app.Share(c)
	service, err := New(c, o)
	if err != nil {
		return nil, err
	}
	return mcp.NewHandler(service, mcp.HTTPOptions{
		Authenticator: c.Shared.Gate.Authenticator, Admit: c.Shared.Gate.Admit, Origins: o.Origins,
	})
}

// Mount serves agents at /mcp and next at all other paths.
func Mount(agents, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == mcp.Path {
			agents.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
