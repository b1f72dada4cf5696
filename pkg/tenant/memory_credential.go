package tenant

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

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
