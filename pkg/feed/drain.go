package feed

import (
	"context"
	"crypto/rand"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Peeker is an ability of Positions: to read a position without taking the place.
type Peeker interface {
	// Peek returns the position of a place, and whether it was ever moved.
	Peek(ctx context.Context, p Place) (seq int64, moved bool, err error)
}

// Drain handles what one tenant has now, and returns, instead of Run: for a program that is called when there is
// something. Tenants is not used. A fact that fails has no last try: the next call begins with it. Of several calls for
// a tenant at the same time one works. A call that finds nothing new takes no place, if Positions is a Peeker.
//
//	nil       nothing is left
//	ErrTaken  another process works at the place; unless it fails, it handles what is new, because it looks again once
//	          it has released the place
//	other     of Handle, of the Source or of Positions, or that of ctx; what was handled before it is kept
func (c Consumer) Drain(ctx context.Context, t scim.TenantID) error {
	c.Tenants = func(context.Context) ([]scim.TenantID, error) { return []scim.TenantID{t}, nil }
	if err := c.complete(); err != nil {
		return err
	}
	if p, ok := c.Positions.(Peeker); ok {
		last, err := c.Source.Last(ctx, t)
		if err != nil {
			return err
		}
		if seq, moved, err := p.Peek(ctx, Place{t, c.Name}); err != nil || moved && seq == last {
			return err
		}
	}
	r := &running{Consumer: c, owner: rand.Text()}
	for w := (&work{seq: -1}); ; {
		if err := guard(func() error { return r.tenant(ctx, t, w) }); err != nil {
			return err
		}
		// A call that came between the last read and the release found the place taken. Its fact is here.
		if last, err := c.Source.Last(ctx, t); err != nil || last <= w.seq {
			return err
		}
	}
}
