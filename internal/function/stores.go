package function

import (
	"github.com/scimstack/scimstack/internal/session"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/dynamo"
)

// Store returns the store of the function.
func (c Config) Store() session.Base {
	s := dynamo.New(c.Client, dynamo.Options{Table: c.Table})
	if c.Sessions {
		return session.NewStore(s)
	}
	return s
}

// Log returns the provisioning log of the function.
func (c Config) Log() session.LogBase {
	l := dynamolog.New(c.Client, dynamolog.Options{Table: c.Table})
	if c.Sessions {
		return session.NewLog(l)
	}
	return l
}

// Tenants returns the settings and tokens. They are read with the function's own role, because the
// tenant of a request is not known before.
func (c Config) Tenants() *dynamo.Tenants { return dynamo.NewTenants(c.Client, c.Table, nil) }

// Consumer returns what processes the stream.
func (c Config) Consumer() session.Process {
	process := dynamo.NewConsumer(c.Client, dynamo.Options{Table: c.Table}).Process
	if c.Sessions {
		return session.ByTenant(process)
	}
	return process
}
