package tenant

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Memory is a Directory that keeps tenants in memory and loses them when the process ends. It is safe
// for concurrent use. The zero value is not usable; see NewMemory.
type Memory struct {
	now func() time.Time

	mu   sync.RWMutex
	byID map[scim.TenantID]*Record // a Record is never changed; see change
	once map[onceKey]time.Time     // until when
}

var _ Directory = (*Memory)(nil)

type onceKey struct {
	tenant scim.TenantID
	key    string
}

// NewMemory returns a Memory without tenants.
func NewMemory() *Memory {
	return &Memory{now: time.Now, byID: map[scim.TenantID]*Record{}, once: map[onceKey]time.Time{}}
}

// Set adds a tenant, or replaces it with all its credentials, without any check.
func (m *Memory) Set(r Record) {
	r.Tokens, r.Clients = slices.Clone(r.Tokens), slices.Clone(r.Clients)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.byID[r.Settings.ID] = &r
}

// Remove removes a tenant with its credentials, and reports whether there was one.
func (m *Memory) Remove(id scim.TenantID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := m.byID[id] != nil
	delete(m.byID, id)
	for k := range m.once {
		if k.tenant == id {
			delete(m.once, k)
		}
	}
	return found
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

// Create implements Directory.
func (m *Memory) Create(_ context.Context, s Settings) error {
	if s.ID.IsZero() {
		return scim.ErrTenantID
	}
	if _, err := s.Tenant(); err != nil {
		return err
	}
	if s.CursorKey == [32]byte{} {
		_, _ = rand.Read(s.CursorKey[:]) // never fails
	}
	s.Version, s.Pending, s.Indexes = 1, nil, nil
	s.RetryAfter = s.storedRetryAfter().of(s.Paused)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byID[s.ID] != nil {
		return ErrExists
	}
	m.byID[s.ID] = &Record{Settings: s}
	return nil
}

// Put implements Directory.
func (m *Memory) Put(_ context.Context, s Settings) error {
	if s.ID.IsZero() {
		return scim.ErrTenantID
	}
	if _, err := s.Tenant(); err != nil {
		return err
	}
	return m.change(s.ID, func(r *Record) error {
		if s.Version != 0 && s.Version != r.Settings.Version {
			return ErrChanged
		}
		pending, err := PendingAfter(r.Settings, s, m.now())
		if err != nil {
			return err
		}
		if s.CursorKey == [32]byte{} {
			s.CursorKey = r.Settings.CursorKey
		}
		s.Version = r.Settings.Version + 1
		s.RetryAfter = s.storedRetryAfter().of(s.Paused)
		r.Settings = s
		return r.Settings.SetPending(pending)
	})
}

// Names implements Directory.
func (m *Memory) Names(_ context.Context, after string, limit int) ([]scim.TenantID, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var out []scim.TenantID
	for id := range m.byID {
		if id.String() > after {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b scim.TenantID) int { return strings.Compare(a.String(), b.String()) })
	return out[:max(0, min(limit, len(out)))], nil
}

// change replaces the record of a tenant by a changed copy, or leaves it after an error.
func (m *Memory) change(id scim.TenantID, f func(*Record) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	old := m.byID[id]
	if old == nil {
		return ErrUnknown
	}
	next := &Record{Settings: old.Settings, Tokens: slices.Clone(old.Tokens), Clients: slices.Clone(old.Clients)}
	if err := f(next); err != nil {
		return err
	}
	m.byID[id] = next
	return nil
}
