package mcp

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Plans stores sealed plans until they are used or expire. It holds ciphertext that it cannot read,
// of up to 350 KB. Implementations must be safe for concurrent use and must keep tenants apart; all
// instances that serve a tenant must share one. They may forget a plan late: the plan itself
// contains the time at which it expires. Any error but the three below is a fault.
type Plans interface {
	// Put stores a plan under a new id at least until the given time. It may return ErrPlansFull,
	// which asks the client to try again later.
	Put(ctx context.Context, t scim.TenantID, id string, sealed []byte, until time.Time) error
	// Get returns a plan without using it. Errors: ErrPlanUnknown, ErrPlanUsed.
	Get(ctx context.Context, t scim.TenantID, id string) ([]byte, error)
	// Take uses a plan and returns it. Of any number of calls, concurrent ones included, at most
	// one succeeds; the others return ErrPlanUsed. Errors: ErrPlanUnknown, ErrPlanUsed.
	Take(ctx context.Context, t scim.TenantID, id string) ([]byte, error)
}

// Errors of Plans.
var (
	ErrPlanUnknown = errors.New("no such plan")
	ErrPlanUsed    = errors.New("the plan has been used")
	ErrPlansFull   = errors.New("too many plans are waiting")
)

// maxPlans bounds the plans of one tenant in a MemoryPlans.
const maxPlans = 200

// MemoryPlans keeps plans in memory, at most 200 of one tenant, for a service with one instance. Those that have expired are
// dropped when any tenant plans. Safe for concurrent use; the zero value is not usable, see NewMemoryPlans.
type MemoryPlans struct {
	now   func() time.Time
	mu    sync.Mutex
	by    map[scim.TenantID]map[string]keptPlan
	swept time.Time // when those of all tenants were looked at
}

type keptPlan struct {
	sealed []byte // nil once used
	until  time.Time
}

var _ Plans = (*MemoryPlans)(nil)

// NewMemoryPlans makes a MemoryPlans; now may be nil.
func NewMemoryPlans(now func() time.Time) *MemoryPlans {
	if now == nil {
		now = time.Now
	}
	return &MemoryPlans{now: now, by: map[scim.TenantID]map[string]keptPlan{}}
}

// Put implements Plans.
func (m *MemoryPlans) Put(_ context.Context, t scim.TenantID, id string, sealed []byte, until time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if now.Sub(m.swept) >= time.Minute {
		m.swept = now
		for other := range m.by {
			m.sweep(other, now)
		}
	}
	m.sweep(t, now)
	own := m.by[t]
	if own == nil {
		own = map[string]keptPlan{}
		m.by[t] = own
	}
	if len(own) >= maxPlans {
		return ErrPlansFull
	}
	own[id] = keptPlan{sealed: sealed, until: until}
	return nil
}

// sweep drops the plans of a tenant that have expired.
func (m *MemoryPlans) sweep(t scim.TenantID, now time.Time) {
	for id, p := range m.by[t] {
		if !now.Before(p.until) {
			delete(m.by[t], id)
		}
	}
	if len(m.by[t]) == 0 {
		delete(m.by, t)
	}
}

// Get implements Plans.
func (m *MemoryPlans) Get(_ context.Context, t scim.TenantID, id string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.look(t, id)
}

// Take implements Plans.
func (m *MemoryPlans) Take(_ context.Context, t scim.TenantID, id string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	sealed, err := m.look(t, id)
	if err == nil {
		m.by[t][id] = keptPlan{until: m.by[t][id].until}
	}
	return sealed, err
}

func (m *MemoryPlans) look(t scim.TenantID, id string) ([]byte, error) {
	p, ok := m.by[t][id]
	switch {
	case !ok:
		return nil, ErrPlanUnknown
	case p.sealed == nil:
		return nil, ErrPlanUsed
	}
	return p.sealed, nil
}
