package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

// sameInterrupt is how soon after the first interrupt another one is the same: a terminal and npm, or timeout and its group,
// send one interrupt twice.
const sameInterrupt = 50 * time.Millisecond

// interruptible returns a context that the first interrupt ends, so that a command can finish what it
// does. The second one calls exit at once, with the status that shells use.
func interruptible(ctx context.Context, log io.Writer, exit func(status int)) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, ending()...)
	async.Go(func() error {
		<-signals
		cancel()
		first := time.Now()
		again := <-signals
		for time.Since(first) < sameInterrupt {
			again = <-signals
		}
		status := 128 + int(syscall.SIGINT)
		if s, ok := again.(syscall.Signal); ok {
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

// ending are the signals that end a command. A terminal that is closed sends SIGHUP, unless it is ignored, as under nohup.
func ending() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}
