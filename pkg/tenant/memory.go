package tenant

import (
	"context"
	"crypto/rand"
	"errors"
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
	s.Version, s.Indexes = 1, nil
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
		if s.CursorKey == [32]byte{} {
			s.CursorKey = r.Settings.CursorKey
		}
		s.Version, s.Indexes = r.Settings.Version+1, nil
		r.Settings = s
		return nil
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

// AddToken implements Directory.
func (m *Memory) AddToken(_ context.Context, id scim.TenantID, t Token) error {
	if err := t.Check(); err != nil {
		return err
	}
	if t.Created.IsZero() {
		t.Created = m.now()
	}
	return m.change(id, func(r *Record) error {
		if r.token(t.KeyID) >= 0 || r.client(t.KeyID) >= 0 {
			return ErrExists
		}
		r.Tokens = append(r.Tokens, t)
		r.Sort()
		return nil
	})
}

// ChangeToken implements Directory.
func (m *Memory) ChangeToken(_ context.Context, id scim.TenantID, keyID string, c TokenChange) error {
	if err := c.Check(); err != nil {
		return err
	}
	return m.change(id, func(r *Record) error {
		i := r.token(keyID)
		if i < 0 {
			return ErrNotFound
		}
		if c.Replaces() && r.Tokens[i].ReplacedBy != "" {
			return ErrChanged
		}
		c.Apply(&r.Tokens[i])
		return nil
	})
}

// PutClient implements Directory.
func (m *Memory) PutClient(_ context.Context, id scim.TenantID, c Client) error {
	if err := c.Check(); err != nil {
		return err
	}
	return m.change(id, func(r *Record) error {
		i := r.client(c.ID)
		switch {
		case c.Version == 0 && (i >= 0 || r.token(c.ID) >= 0):
			return ErrExists
		case c.Version == 0:
			r.Clients = append(r.Clients, Client{})
			i = len(r.Clients) - 1
			if c.Created.IsZero() {
				c.Created = m.now()
			}
		case i < 0:
			return ErrNotFound
		case c.Version != r.Clients[i].Version:
			return ErrChanged
		default:
			c.Used = r.Clients[i].Used
			if c.Created.IsZero() {
				c.Created = r.Clients[i].Created
			}
		}
		c.Version++
		r.Clients[i] = c
		r.Sort()
		return nil
	})
}

// RemoveCredential implements Directory.
func (m *Memory) RemoveCredential(_ context.Context, id scim.TenantID, key string) error {
	return m.change(id, func(r *Record) error {
		i, j := r.token(key), r.client(key)
		switch {
		case i >= 0:
			r.Tokens = slices.Delete(r.Tokens, i, i+1)
		case j >= 0:
			r.Clients = slices.Delete(r.Clients, j, j+1)
		default:
			return ErrNotFound
		}
		return nil
	})
}

// Touch implements Directory.
func (m *Memory) Touch(_ context.Context, id scim.TenantID, key string, used time.Time) error {
	err := m.change(id, func(r *Record) error {
		if i := r.token(key); i >= 0 && used.After(r.Tokens[i].Used) {
			r.Tokens[i].Used = used
		}
		if i := r.client(key); i >= 0 && used.After(r.Clients[i].Used) {
			r.Clients[i].Used = used
		}
		return nil
	})
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	return err
}

// Once implements Directory.
func (m *Memory) Once(_ context.Context, id scim.TenantID, key string, until time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	for k, end := range m.once {
		if now.After(end) {
			delete(m.once, k)
		}
	}
	k := onceKey{id, key}
	_, seen := m.once[k]
	if !seen {
		m.once[k] = until
	}
	return !seen, nil
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
