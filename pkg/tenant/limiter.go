package tenant

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Limiter holds every tenant to its own Limits.Rate, so that none can starve another. A
// burst of twice the rate is let through. The count is per process: where several instances
// serve a tenant, each allows the rate. Safe for concurrent use.
type Limiter struct {
	now      func() time.Time
	mu       sync.Mutex
	byTenant map[scim.TenantID]*rate.Limiter
}

// NewLimiter makes a Limiter; now may be nil.
func NewLimiter(now func() time.Time) *Limiter {
	if now == nil {
		now = time.Now
	}
	return &Limiter{now: now, byTenant: map[scim.TenantID]*rate.Limiter{}}
}

// Admit tells whether a request of the tenant may go on, or after how long.
func (l *Limiter) Admit(t *scim.Tenant) (wait time.Duration, ok bool) {
	if t.Limits.Rate <= 0 {
		return 0, true
	}
	l.mu.Lock()
	r := l.byTenant[t.ID]
	if r == nil || r.Limit() != rate.Limit(t.Limits.Rate) {
		r = rate.NewLimiter(rate.Limit(t.Limits.Rate), 2*t.Limits.Rate)
		l.byTenant[t.ID] = r
	}
	l.mu.Unlock()
	now := l.now()
	reservation := r.ReserveN(now, 1)
	if wait = reservation.DelayFrom(now); wait == 0 {
		return 0, true
	}
	reservation.CancelAt(now)
	return wait, false
}
