package tenant

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Resolver finds tenants. Implementations are safe for concurrent use.
type Resolver interface {
	// Resolve returns a tenant with its tokens, or ErrUnknown.
	Resolve(ctx context.Context, id scim.TenantID) (*Record, error)
}

// ErrUnknown says that there is no such tenant.
var ErrUnknown = errors.New("unknown tenant")

// Memory is a Resolver that keeps tenants in the process.
type Memory struct {
	mu   sync.RWMutex
	byID map[scim.TenantID]*Record
}

// NewMemory makes a Memory without tenants.
func NewMemory() *Memory { return &Memory{byID: map[scim.TenantID]*Record{}} }

// Put adds or replaces a tenant.
func (m *Memory) Put(r Record) {
	r.Tokens = slices.Clone(r.Tokens)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.byID[r.Settings.ID] = &r
}

// Revoke ends a token; it reports whether there was one.
func (m *Memory) Revoke(id scim.TenantID, keyID string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.byID[id]
	if old == nil {
		return false
	}
	next := Record{Settings: old.Settings, Tokens: slices.Clone(old.Tokens)}
	i := slices.IndexFunc(next.Tokens, func(t Token) bool { return t.KeyID == keyID })
	if i < 0 {
		return false
	}
	next.Tokens[i].Revoked = true
	m.byID[id] = &next
	return true
}

// Resolve implements Resolver.
func (m *Memory) Resolve(_ context.Context, id scim.TenantID) (*Record, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if r := m.byID[id]; r != nil {
		return r, nil
	}
	return nil, ErrUnknown
}
