package dynamo

import (
	"context"
	"sync"
)

// each runs work for every part, at most n at once, and waits for all of them: nothing goes on
// behind a caller's back. The first error stops what has not begun and is returned.
func each[T any](ctx context.Context, n int, parts []T, work func(context.Context, T) error) error {
	if len(parts) == 1 {
		return work(ctx, parts[0])
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	slots := make(chan struct{}, n)
	for _, p := range parts {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := work(ctx, p); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}
