package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/health"
)

// warnEvery is the time between two looks at the credentials of all tenants, as on AWS.
const warnEvery = time.Hour

// warnExpiring writes a record into the provisioning log, and a line into the log of the service, when a credential comes
// within 30, 14, 3 and 1 days of its end: at the start, and every hour until the context ends or stop is called.
// stop returns after the last record. Without a log that counts requests, or a list of the tenants, it does nothing.
func warnExpiring(ctx context.Context, tenants any, to activity.Log, log *slog.Logger) (stop func()) {
	listed, ok := tenants.(health.Tenants)
	if !ok || to == nil {
		return func() {}
	}
	s, err := health.New(listed, to, nil)
	if err != nil {
		return func() {}
	}
	return repeat(ctx, warnEvery, func(ctx context.Context) error { return warnOnce(ctx, s, to, log) }, func(err error) {
		log.ErrorContext(ctx, "credentials that end soon are not all in the provisioning log; the next try is in an hour", "error", fmt.Sprint(err))
	})
}

func warnOnce(ctx context.Context, s *health.Service, to activity.Log, log *slog.Logger) error {
	sum, err := s.Sum(ctx)
	if err != nil {
		return err
	}
	ending, err := health.Warn(ctx, to, sum)
	for _, e := range ending {
		log.WarnContext(ctx, "expiring", "tenant", e.Tenant.String(), "key", e.Key, "name", e.Name, "expires", e.Expires, "days", e.Days)
	}
	return err
}
