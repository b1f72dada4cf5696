package async

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// PanicError is the panic of a goroutine, as the error of the caller that waits for it.
type PanicError struct {
	Value any    // what was passed to panic
	Stack []byte // of the goroutine that panicked
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.Value, e.Stack) }

// Start calls f in a goroutine of its own and returns wait, which blocks until f has returned
// and gives its results. wait may be called any number of times, from any goroutine. The caller
// must call it before it returns, on every path: defer it where a return may come first. A panic
// in f is returned by wait as a *PanicError.
func Start[T any](f func() (T, error)) (wait func() (T, error)) {
	var value T
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = guard(func() (err error) {
			value, err = f()
			return err
		})
	}()
	return func() (T, error) {
		<-done
		return value, err
	}
}

// Each calls work once for each part, in goroutines of which at most limit run at the same time,
// and returns when all of them have returned. The first error, or the end of ctx, cancels the
// context of those that run, keeps the others from starting, and is returned. A single part runs
// in the caller's goroutine. A panic in work is returned as a *PanicError.
func Each[T any](ctx context.Context, limit int, parts []T, work func(context.Context, T) error) error {
	if len(parts) == 1 {
		return guard(func() error { return work(ctx, parts[0]) })
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	slots := make(chan struct{}, max(limit, 1))
	for _, part := range parts {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := guard(func() error { return work(ctx, part) }); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// Go calls f in a goroutine that may outlive the caller: a server, a loop, a write that nothing
// waits for. done receives the error of f once, nil included, and is closed after that; it never
// has to be read. A panic in f is received as a *PanicError.
func Go(f func() error) (done <-chan error) {
	ended := make(chan error, 1)
	go func() {
		defer close(ended)
		ended <- guard(f)
	}()
	return ended
}

// guard calls f and returns its panic as an error.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}
