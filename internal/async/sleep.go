package async

import (
	"context"
	"time"
)

// Sleep waits for a time, at most until ctx ends, and returns the error of ctx if that came first.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
