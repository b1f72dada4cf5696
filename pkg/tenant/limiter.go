package tenant

import (
	"time"

	"github.com/scimstack/scimstack/pkg/scim"
)

// Limiter holds every tenant to its own Limits.Rate and Limits.Burst, so that none can starve another.
// Like Buckets it counts per process. Safe for concurrent use.
type Limiter struct{ buckets *Buckets[scim.TenantID] }

// NewLimiter returns a Limiter. now is the clock; nil means time.Now.
func NewLimiter(now func() time.Time) *Limiter {
	return &Limiter{buckets: NewBuckets[scim.TenantID](now)}
}

// Admit reports whether a request of the tenant may proceed. If not, wait is how long the client
// should wait before it tries again. With scim.NoLimit every request may.
func (l *Limiter) Admit(t *scim.Tenant) (wait time.Duration, ok bool) {
	if t.Limits.Rate <= 0 {
		return 0, true
	}
	return l.buckets.Take(t.ID, float64(t.Limits.Rate), t.Limits.Burst)
}
