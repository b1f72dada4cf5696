package webhook

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/scimstack/scimstack/internal/outbound"
)

// retryAfter is how long a receiver asks to be left alone (RFC 9110 §10.2.3), at most as long as the longest pause. What
// cannot be read is no time.
func retryAfter(fault error, now time.Time) time.Duration {
	var status *outbound.StatusError
	if !errors.As(fault, &status) {
		return 0
	}
	text := strings.TrimSpace(status.RetryAfter)
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), longest)
	}
	n, err := strconv.ParseUint(text, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange) || err == nil && n > uint64(longest/time.Second):
		return longest
	case err != nil:
		return 0
	}
	return time.Duration(n) * time.Second
}

// quiet is until when an endpoint that is down asked to be left alone. Facts that wait in the feed are not tried before; a
// delivery in the Outbox has a time of its own.
type quiet struct {
	mu    sync.Mutex
	until time.Time
}

// begin notes what a failure asks for.
func (q *quiet) begin(fault error, now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if pause := retryAfter(fault, now); pause > 0 {
		q.until = now.Add(pause)
	}
}

func (q *quiet) end() { q.mu.Lock(); defer q.mu.Unlock(); q.until = time.Time{} }

// err is the error of a delivery that is not tried yet; nil if it may be.
func (q *quiet) err(now time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !now.Before(q.until) {
		return nil
	}
	return fmt.Errorf("the receiver asks for no delivery before %s (Retry-After)", q.until.UTC().Format(time.RFC3339))
}
