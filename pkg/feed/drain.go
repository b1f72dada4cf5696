package feed

import (
	"context"
	"crypto/rand"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Drain handles what one tenant has now, and returns, instead of Run: for a program that is called when there is
// something. Tenants is not used. A fact that fails has no last try: the next call begins with it. Of several calls for
// a tenant at the same time one works.
//
//	nil       nothing is left
//	ErrTaken  another process works at the place; it may have seen no fact that is newer than this call
//	other     of Handle, of the Source or of Positions, or that of ctx; what was handled before it is kept
func (c Consumer) Drain(ctx context.Context, t scim.TenantID) error {
	c.Tenants = func(context.Context) ([]scim.TenantID, error) { return []scim.TenantID{t}, nil }
	if err := c.complete(); err != nil {
		return err
	}
	r := &running{Consumer: c, owner: rand.Text()}
	return guard(func() error { return r.tenant(ctx, t, &work{seq: -1}) })
}
