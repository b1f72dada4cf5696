package memory

import (
	"context"

	"github.com/scimstack/scimstack/internal/poison"
	"github.com/scimstack/scimstack/pkg/scim"
)

// ForgetFeed removes the entries of a tenant that is deleted. The numbers go on after them, so that a reader that knows the
// tenant of before gets a *scim.GoneError from one of the same name.
func (s *Store) ForgetFeed(ctx context.Context, t scim.TenantID) error {
	if err := usable(ctx, t); err != nil {
		return err
	}
	tn := s.tenant(t)
	tn.mu.Lock()
	defer tn.mu.Unlock()
	f := &tn.feed
	for _, b := range f.blocks {
		poison.Bytes(b.bytes)
	}
	f.blocks, f.gone, f.n, f.bytes, f.spare = nil, 0, 0, 0, nil
	return nil
}
