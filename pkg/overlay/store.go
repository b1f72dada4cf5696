package overlay

import (
	"context"
	"errors"
	"sync"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Store implements scim.Store and scim.BatchGetter over a base that it never writes to. It
// answers as the base would answer if it had carried out every Commit of the overlay. The zero
// value is not usable; see New.
//
// Concurrency: safe for concurrent use. Reads run side by side; a Commit waits for the reads and
// commits before it. The base must not change while an overlay is in use: answers would mix two
// states.
//
// Memory: one copy of each resource that differs from the base and one entry for each membership
// that was added or removed, for as long as the Store lives. It does not depend on the size of
// the base.
//
// Errors: those of scim.Store, those of the base, and ErrLimit.
type Store struct {
	// Limit bounds the resources of a tenant that may differ from the base, and the members
	// that one Commit removes without naming them. A Commit that would exceed it fails with
	// ErrLimit and changes nothing. 0 means no limit. Set it before the first use.
	Limit int

	base    scim.Store
	mu      sync.RWMutex
	tenants map[scim.TenantID]*layer
}

var (
	_ scim.Store       = (*Store)(nil)
	_ scim.BatchGetter = (*Store)(nil)
)

// ErrLimit is returned by a Commit that would exceed Store.Limit.
var ErrLimit = errors.New("the dry run changes more resources than its limit allows")

// New makes an overlay without changes over base.
func New(base scim.Store) *Store {
	return &Store{base: base, tenants: map[scim.TenantID]*layer{}}
}

// usable returns the error of a call that must not reach any data, not even that of the overlay.
func usable(ctx context.Context, t scim.TenantID) error {
	if t.IsZero() {
		return scim.ErrNoTenant
	}
	return ctx.Err()
}

// MaxResource implements scim.Bounded.
func (s *Store) MaxResource() int { return scim.MaxResource }

// of returns the layer of a tenant for reading: an empty one if the tenant has no changes.
func (s *Store) of(t scim.TenantID) *layer {
	if l := s.tenants[t]; l != nil {
		return l
	}
	return &layer{}
}

// state returns the state of a resource. It is not part of the layer if nothing has changed yet.
func (s *Store) state(ctx context.Context, t scim.TenantID, ref scim.Ref) (*state, error) {
	if st := s.of(t).docs[ref]; st != nil {
		return st, nil
	}
	r, err := s.base.Get(ctx, t, ref.Type, ref.ID)
	if errors.Is(err, scim.ErrNotFound) {
		return &state{}, nil
	}
	return &state{before: r, after: r}, err
}

// Get implements scim.Store.
func (s *Store) Get(ctx context.Context, t scim.TenantID, typ, id string) (*scim.Resource, error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	st, err := s.state(ctx, t, scim.Ref{Type: typ, ID: id})
	if err != nil {
		return nil, err
	}
	if r := s.of(t).now(st); r != nil {
		return r, nil
	}
	return nil, scim.ErrNotFound
}

// GetMany implements scim.BatchGetter. It asks the base once if the base is a BatchGetter, and
// resource by resource otherwise.
func (s *Store) GetMany(ctx context.Context, t scim.TenantID, refs []scim.Ref) ([]*scim.Resource, error) {
	if err := usable(ctx, t); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.getMany(ctx, t, refs)
}

func (s *Store) getMany(ctx context.Context, t scim.TenantID, refs []scim.Ref) ([]*scim.Resource, error) {
	l := s.of(t)
	out := make([]*scim.Resource, 0, len(refs))
	var rest []scim.Ref
	for _, ref := range refs {
		st := l.docs[ref]
		if st == nil {
			rest = append(rest, ref)
		} else if r := l.now(st); r != nil {
			out = append(out, r)
		}
	}
	found, err := s.baseMany(ctx, t, rest)
	for _, r := range found {
		out = append(out, l.touch(r, 0))
	}
	return out, err
}

func (s *Store) baseMany(ctx context.Context, t scim.TenantID, refs []scim.Ref) ([]*scim.Resource, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	if b, ok := s.base.(scim.BatchGetter); ok {
		return b.GetMany(ctx, t, refs)
	}
	var out []*scim.Resource
	for _, ref := range refs {
		r, err := s.base.Get(ctx, t, ref.Type, ref.ID)
		if errors.Is(err, scim.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}
