package function

import (
	"context"
	"log/slog"
	"time"

	"github.com/scimstack/scimstack/internal/session"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Store returns the store of the function.
func (c Config) Store(log *slog.Logger) session.Base {
	s := dynamo.New(c.Client, dynamo.Options{Table: c.Table, Log: log, Feed: c.Feed})
	if c.Sessions {
		return session.NewStore(s)
	}
	return s
}

// Log returns the provisioning log of the function.
func (c Config) Log() session.LogBase {
	l := dynamolog.New(c.Client, dynamolog.Options{Table: c.Table, Keep: time.Duration(c.Days) * 24 * time.Hour})
	if c.Sessions {
		return session.NewLog(l)
	}
	return l
}

// Tenants returns the settings and tokens. They are read with the function's own role, because the
// tenant of a request is not known before.
func (c Config) Tenants() *dynamo.Tenants { return dynamo.NewTenants(c.Client, c.Table, nil) }

// tenantContext is the context of a call that reaches the items of one tenant.
func (c Config) tenantContext(ctx context.Context, t scim.TenantID) context.Context {
	if c.Sessions {
		return session.With(ctx, t)
	}
	return ctx
}

// Consumer returns what processes the stream.
func (c Config) Consumer(log *slog.Logger) session.Process {
	process := dynamo.NewConsumer(c.Client, dynamo.Options{Table: c.Table, Log: log, Feed: c.Feed}).Process
	if c.Sessions {
		return session.ByTenant(process)
	}
	return process
}
