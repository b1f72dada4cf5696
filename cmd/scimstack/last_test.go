package main

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// TestLast: what an interrupt ends is "interrupted", whatever a command says before the words of the library, and keeps its status.
func TestLast(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		ctx    context.Context
		err    error
		want   string
		status int
	}{
		{ended, context.Canceled, "interrupted", statusFailed},
		{ended, fmt.Errorf("tenant acme: %w", context.Canceled), "tenant acme: interrupted", statusFailed},
		{ended, failed(context.Canceled, "nothing was written: interrupted"), "nothing was written: interrupted", statusFailed},
		{ended, usage(fmt.Errorf("a: %w", context.Canceled)), "a: interrupted", statusUsage},
		{ended, errors.New("no such tenant"), "no such tenant", statusFailed},
		{t.Context(), fmt.Errorf("tenant acme: %w", errors.New("full")), "tenant acme: full", statusFailed},
	} {
		if got := last(c.ctx, c.err); got.Error() != c.want || statusOf(got) != c.status || !errors.Is(got, c.err) {
			t.Errorf("%v: %v, status %d; want %q, %d", c.err, got, statusOf(got), c.want, c.status)
		}
	}
	if err := last(ended, nil); err != nil {
		t.Error(err)
	}
}
