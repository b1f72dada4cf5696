package mcp

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/scimstack/scimstack/pkg/scim"
)

// maxRates bounds the tokens that are counted at a time.
const maxRates = 10000

// rates hold every token to a number of calls per minute, of which a quarter may come at
// once. The count is per process. Safe for concurrent use.
type rates struct {
	now       func() time.Time
	perMinute int
	mu        sync.Mutex
	byToken   map[rateKey]*rate.Limiter
}

type rateKey struct {
	tenant  scim.TenantID
	subject string
}

func newRates(now func() time.Time, perMinute int) *rates {
	return &rates{now: now, perMinute: perMinute, byToken: map[rateKey]*rate.Limiter{}}
}

// admit tells whether a call may go on, or after how long.
func (r *rates) admit(t scim.TenantID, subject string) (wait time.Duration, ok bool) {
	key := rateKey{t, subject}
	r.mu.Lock()
	l := r.byToken[key]
	if l == nil {
		if len(r.byToken) >= maxRates {
			clear(r.byToken)
		}
		l = rate.NewLimiter(rate.Limit(float64(r.perMinute)/60), max(r.perMinute/4, 1))
		r.byToken[key] = l
	}
	r.mu.Unlock()
	now := r.now()
	reservation := l.ReserveN(now, 1)
	if wait = reservation.DelayFrom(now); wait == 0 {
		return 0, true
	}
	reservation.CancelAt(now)
	return wait, false
}
