package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/pflag"

	"github.com/scimstack/scimstack/pkg/admin"
)

// buildEvery is the time between two looks for indexes to build.
const buildEvery = 5 * time.Second

// buildIndexes builds the indexes of all tenants that are not complete, at the start and from time to time, until the context
// ends or stop is called. What is not complete then is built after the next start. Without a builder it does nothing.
func buildIndexes(ctx context.Context, b *admin.Builder, log *slog.Logger) (stop func()) {
	if b == nil {
		return func() {}
	}
	return repeat(ctx, buildEvery, b.Pass, func(err error) {
		log.ErrorContext(ctx, "not all indexes could be built; the next try follows", "error", fmt.Sprint(err))
	})
}

// addSettle adds the flag for the wait before a new index is built.
func addSettle(f *pflag.FlagSet, to *time.Duration) {
	f.DurationVar(to, "settle", 0, "how long requests may still use settings from before a change: an index that an operator adds is built after it (default 1m30s)")
}

// building has the administration and the process build indexes by one builder, which is returned; nil for a backend that
// has a way of its own.
func (b *backend) building(o admin.BuilderOptions) *admin.Builder {
	if b.reindexer != nil {
		return nil
	}
	o.Directory, o.Store = b.directory, b.store
	builder := admin.NewBuilder(o)
	if builder != nil {
		b.reindexer = builder
	}
	return builder
}
