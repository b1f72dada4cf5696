package tenant

import (
	"context"
	"slices"
	"sync"
	"time"
)

// MemoryOperators keeps operator tokens in memory. The zero value has none and is usable.
type MemoryOperators struct {
	mu   sync.Mutex
	list []Operator
}

var _ Operators = (*MemoryOperators)(nil)

// Operator implements Operators.
func (m *MemoryOperators) Operator(_ context.Context, id string) (*Operator, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.index(id)
	if i < 0 {
		return nil, ErrNoOperator
	}
	o := m.list[i]
	return &o, nil
}

// Operators implements Operators.
func (m *MemoryOperators) Operators(context.Context) ([]Operator, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.list), nil
}

// AddOperator implements Operators.
func (m *MemoryOperators) AddOperator(_ context.Context, o Operator) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.index(o.ID) >= 0 {
		return ErrExists
	}
	if o.Created.IsZero() {
		o.Created = time.Now()
	}
	m.list = append(m.list, o)
	return nil
}

// RevokeOperator implements Operators.
func (m *MemoryOperators) RevokeOperator(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.index(id)
	if i < 0 {
		return ErrNoOperator
	}
	m.list[i].Revoked = true
	return nil
}

// RemoveOperator implements Operators.
func (m *MemoryOperators) RemoveOperator(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.index(id)
	if i < 0 {
		return ErrNoOperator
	}
	m.list = slices.Delete(m.list, i, i+1)
	return nil
}

func (m *MemoryOperators) index(id string) int {
	return slices.IndexFunc(m.list, func(o Operator) bool { return o.ID == id })
}
