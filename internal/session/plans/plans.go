// Package plans uses tenant sessions for the plans of agents. It is a package of its own, so that the
// functions of SCIM do not contain package mcp.
package plans

import (
	"context"
	"time"

	"github.com/scimstack/scimstack/internal/session"
	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/scim"
)

// Plans are mcp.Plans whose calls use the session of their tenant.
type Plans struct{ base mcp.Plans }

var _ mcp.Plans = (*Plans)(nil)

// New returns Plans over ones whose client has session.Sessions as its credentials.
func New(base mcp.Plans) *Plans { return &Plans{base} }

// Put implements mcp.Plans.
func (p *Plans) Put(ctx context.Context, t scim.TenantID, id string, sealed []byte, until time.Time) error {
	return p.base.Put(session.With(ctx, t), t, id, sealed, until)
}

// Get implements mcp.Plans.
func (p *Plans) Get(ctx context.Context, t scim.TenantID, id string) ([]byte, error) {
	return p.base.Get(session.With(ctx, t), t, id)
}

// Take implements mcp.Plans.
func (p *Plans) Take(ctx context.Context, t scim.TenantID, id string) ([]byte, error) {
	return p.base.Take(session.With(ctx, t), t, id)
}
