package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/scimstack/scimstack/internal/async"
)

// interruptible returns a context that the first interrupt ends, so that a command can finish what it
// does. The second one calls exit at once, with the status that shells use.
func interruptible(ctx context.Context, log io.Writer, exit func(status int)) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	async.Go(func() error {
		<-signals
		cancel()
		status := 128 + int(syscall.SIGINT)
		if s, ok := (<-signals).(syscall.Signal); ok {
			status = 128 + int(s)
		}
		fmt.Fprintln(log, "scimstack: interrupted again; running requests are cut off")
		exit(status)
		return nil
	})
	return ctx, func() {
		signal.Stop(signals)
		cancel()
	}
}
