package tenant

import (
	"maps"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxBuckets bounds the buckets that are kept at a time.
const maxBuckets = 10000

// Buckets are token buckets by key, a new key starting with a full one. They are kept in the
// process: where several instances serve a tenant, each allows the rate. At most 10,000 buckets
// are kept; full ones are dropped first, which changes no answer, and if none is full, all are.
// Safe for concurrent use; the zero value is not usable, see NewBuckets.
type Buckets[K comparable] struct {
	now   func() time.Time
	mu    sync.Mutex
	byKey map[K]*rate.Limiter
}

// NewBuckets makes Buckets; now may be nil.
func NewBuckets[K comparable](now func() time.Time) *Buckets[K] {
	if now == nil {
		now = time.Now
	}
	return &Buckets[K]{now: now, byKey: map[K]*rate.Limiter{}}
}

// Take takes a token from the bucket of a key, which holds burst tokens and gains perSecond. If
// the bucket is empty, it takes nothing and returns how long to wait. A key whose perSecond or
// burst changes starts with a full bucket again.
func (b *Buckets[K]) Take(key K, perSecond float64, burst int) (wait time.Duration, ok bool) {
	now := b.now()
	reservation := b.bucket(key, rate.Limit(perSecond), burst, now).ReserveN(now, 1)
	if wait = reservation.DelayFrom(now); wait == 0 {
		return 0, true
	}
	reservation.CancelAt(now)
	return wait, false
}

// Left reports whether Take would take a token. It takes none.
func (b *Buckets[K]) Left(key K, perSecond float64, burst int) bool {
	now := b.now()
	return b.bucket(key, rate.Limit(perSecond), burst, now).TokensAt(now) >= 1
}

func (b *Buckets[K]) bucket(key K, limit rate.Limit, burst int, now time.Time) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.byKey[key]
	if l != nil && l.Limit() == limit && l.Burst() == burst {
		return l
	}
	if len(b.byKey) >= maxBuckets {
		maps.DeleteFunc(b.byKey, func(_ K, l *rate.Limiter) bool { return l.TokensAt(now) >= float64(l.Burst()) })
	}
	if len(b.byKey) >= maxBuckets {
		clear(b.byKey)
	}
	l = rate.NewLimiter(limit, burst)
	b.byKey[key] = l
	return l
}
