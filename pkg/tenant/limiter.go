package tenant

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Limiter limits every tenant to its own Limits.Rate, so that no tenant can starve another. It admits
// bursts of twice the rate. It counts per process: if several instances serve a tenant, each of them
// admits the rate. A Limiter is safe for concurrent use. The zero value is not usable; see NewLimiter.
type Limiter struct {
	now      func() time.Time
	mu       sync.Mutex
	byTenant map[scim.TenantID]*rate.Limiter
}

// NewLimiter returns a Limiter. now is the clock; nil means time.Now.
func NewLimiter(now func() time.Time) *Limiter {
	if now == nil {
		now = time.Now
	}
	return &Limiter{now: now, byTenant: map[scim.TenantID]*rate.Limiter{}}
}

// Admit reports whether a request of the tenant may proceed. If not, wait is the time after which the
// next one may. A rate of 0 admits everything.
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
