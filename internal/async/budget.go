package async

import (
	"context"
	"time"
)

// unbounded is how long a call without a deadline waits for others.
const unbounded = 10 * time.Second

// Budget is the time that one operation may spend on waiting for others: three quarters of what is left
// of the request when it first has to wait, so that there is time for the answer, or 10 seconds if the
// request has no deadline. The zero value is ready. A Budget is for one goroutine.
type Budget struct{ until time.Time }

// Left reports whether there is time for one more try.
func (b *Budget) Left(ctx context.Context) bool {
	now := time.Now()
	if b.until.IsZero() {
		left := unbounded
		if deadline, ok := ctx.Deadline(); ok {
			left = deadline.Sub(now) * 3 / 4
		}
		b.until = now.Add(left)
	}
	return now.Before(b.until)
}
