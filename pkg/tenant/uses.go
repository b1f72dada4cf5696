package tenant

import (
	"context"
	"sync"
	"time"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/scim"
)

const (
	// usePrecision is how precise the last use of a credential is kept, and how often it is written.
	usePrecision = time.Hour
	// useRetry is how long Uses waits after a failed write.
	useRetry = time.Minute
	// useTimeout bounds a write that no request waits for.
	useTimeout = 5 * time.Second
)

// Uses records the last use of tokens and clients: its method Used is for Options.Used. It writes the hour
// in which a credential was used, so of all processes one write in an hour has an effect: at most 24 a day
// for a credential. A process that sees the hour in the record of the tenant does not write; one that does
// not see it yet tries once. A write that fails never fails a request, and is tried again a minute later.
// Safe for concurrent use; the zero value is not usable, see NewUses.
type Uses struct {
	d interface {
		Touch(ctx context.Context, id scim.TenantID, key string, used time.Time) error
	}
	o UsesOptions

	mu    sync.Mutex
	tried cache[useKey, attempt]
}

// UsesOptions are the options of NewUses.
type UsesOptions struct {
	// Wait is how long a request waits for the write, once in an hour: for a platform that stops the process
	// between requests. 0: it does not wait.
	Wait time.Duration
	// Failed, unless nil, is called with the error of a write.
	Failed func(error)
}

type useKey struct {
	tenant scim.TenantID
	key    string
}

// attempt is what is known of the write of an hour.
type attempt struct {
	hour  time.Time
	again time.Time // when to try again; zero: not
}

// NewUses returns the Uses that write to a Directory.
func NewUses(d interface {
	Touch(ctx context.Context, id scim.TenantID, key string, used time.Time) error
}, o UsesOptions) *Uses {
	return &Uses{d: d, o: o}
}

// Used records a use.
func (u *Uses) Used(ctx context.Context, use Use) {
	hour := use.At.UTC().Truncate(usePrecision)
	if !use.Last.Before(hour) || !u.claim(use, hour) {
		return
	}
	wait := u.o.Wait
	write := func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), wait)
		defer cancel()
		err := u.d.Touch(ctx, use.Tenant, use.Key, hour)
		if err != nil {
			u.failed(use, hour, err)
		}
		return nil
	}
	if wait > 0 {
		_ = write()
		return
	}
	wait = useTimeout
	_ = async.Go(write)
}

// claim reports whether this call is to write the hour.
func (u *Uses) claim(use Use, hour time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	k := useKey{use.Tenant, use.Key}
	was, ok := u.tried.get(k)
	if ok && was.hour.Equal(hour) && (was.again.IsZero() || use.At.Before(was.again)) {
		return false
	}
	u.tried.put(k, attempt{hour: hour})
	return true
}

func (u *Uses) failed(use Use, hour time.Time, err error) {
	u.mu.Lock()
	u.tried.put(useKey{use.Tenant, use.Key}, attempt{hour: hour, again: use.At.Add(useRetry)})
	u.mu.Unlock()
	if u.o.Failed != nil {
		u.o.Failed(err)
	}
}
