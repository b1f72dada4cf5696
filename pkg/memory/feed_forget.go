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
	tn.feed.forget()
	return nil
}

// RestartFeed removes the entries of a tenant and makes the numbers go on above both the last one and above. Every reader
// gets a *scim.GoneError and starts anew, whatever it has read elsewhere. It returns the new last number.
func (s *Store) RestartFeed(ctx context.Context, t scim.TenantID, above int64) (last int64, err error) {
	if err := usable(ctx, t); err != nil {
		return 0, err
	}
	tn := s.tenant(t)
	tn.mu.Lock()
	defer tn.mu.Unlock()
	if !tn.feed.kept() {
		return 0, scim.ErrNoFeed
	}
	tn.feed.forget()
	tn.feed.last = max(tn.feed.last, above) + 1
	return tn.feed.last, nil
}

// forget removes all entries. The numbers go on.
func (f *feed) forget() {
	for _, b := range f.blocks {
		poison.Bytes(b.bytes)
	}
	f.blocks, f.gone, f.n, f.bytes, f.spare = nil, 0, 0, 0, nil
}
