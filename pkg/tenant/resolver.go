package tenant

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Resolver finds tenants. The Authenticator calls it for every tenant that is not in its cache, so an
// implementation needs no cache of its own. It is safe for concurrent use.
type Resolver interface {
	// Resolve returns the settings of a tenant with all its tokens, expired and revoked ones included:
	// they tell the log why a credential was rejected. The caller does not change the Record, and the
	// Resolver does not change it after the call; it may return the same pointer as long as nothing
	// has changed, which saves the caller some work.
	//
	//	ErrUnknown  there is no such tenant
	//
	// Any other error means that the answer is not known. It fails the request, and is not cached.
	Resolve(ctx context.Context, id scim.TenantID) (*Record, error)
}

// ErrUnknown is returned by a Resolver for a tenant that does not exist.
var ErrUnknown = errors.New("unknown tenant")

// Memory is a Resolver that keeps tenants in memory and loses them when the process ends. It is safe
// for concurrent use. The zero value is not usable; see NewMemory.
type Memory struct {
	mu   sync.RWMutex
	byID map[scim.TenantID]*Record
}

// NewMemory returns a Memory without tenants.
func NewMemory() *Memory { return &Memory{byID: map[scim.TenantID]*Record{}} }

// Put adds a tenant, or replaces it with all its tokens.
func (m *Memory) Put(r Record) {
	r.Tokens = slices.Clone(r.Tokens)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.byID[r.Settings.ID] = &r
}

// Revoke revokes a token and reports whether the tenant has it.
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
