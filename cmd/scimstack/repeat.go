package main

import (
	"context"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

// repeat calls f now and again after each pause, until the context ends or stop is called. failed gets its errors, and its
// panics as errors. stop returns after the last call.
func repeat(ctx context.Context, pause time.Duration, f func(context.Context) error, failed func(error)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := async.Go(func() error {
		for ctx.Err() == nil {
			if err := <-async.Go(func() error { return f(ctx) }); err != nil && ctx.Err() == nil {
				failed(err)
			}
			_ = async.Sleep(ctx, pause) // ends with the context
		}
		return nil
	})
	return func() {
		cancel()
		<-ended
	}
}
