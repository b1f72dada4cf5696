package feedtest

import (
	"slices"
	"testing"
	"time"

	"github.com/scimstack/scimstack/pkg/feed/webhook"
)

// WebhooksExpire checks that dead letters of a webhook.Store are kept for as long as their facts, and that what waits, as for a webhook that is paused,
// is kept for longer: it must become a dead letter when its fact is gone, and not disappear. open returns a store
// without endpoints with a clock, and what removes expired items, as time to live does.
func WebhooksExpire(t *testing.T, open func(t *testing.T, now func() time.Time) (s webhook.Store, expire func(now time.Time))) {
	t.Helper()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s, expire := open(t, func() time.Time { return now })
	ctx, acme := t.Context(), place(t, "acme", "").Tenant
	must(t, s.Create(ctx, webhook.Endpoint{ID: "hook", URL: "https://example.com", Secrets: []string{"s"}, Created: now}))
	add := func(seq int64, resource string) webhook.Delivery {
		d := webhook.Delivery{Endpoint: "hook", Tenant: acme, Seq: seq, Resource: resource, Type: "user.updated", Next: now}
		must(t, s.Add(ctx, false, d))
		return d
	}
	dies := func(seq int64, resource string) {
		d := add(seq, resource)
		d.Dead = now
		must(t, s.Failed(ctx, d))
	}
	kept := func(when string, dead, waiting []int64) {
		t.Helper()
		expire(now)
		if got := seqs(t, s, "hook", true); !slices.Equal(got, dead) {
			t.Errorf("%s: dead letters %v, want %v", when, got, dead)
		}
		if got := seqs(t, s, "hook", false); !slices.Equal(got, waiting) {
			t.Errorf("%s: %v wait, want %v", when, got, waiting)
		}
	}
	const day = 24 * time.Hour
	add(1, "User/a")
	dies(2, "User/b")
	now = now.Add(29 * day)
	dies(3, "User/c")
	kept("after 29 days", []int64{2, 3}, []int64{1})
	now = now.Add(3 * day)
	dies(4, "User/d")
	kept("after 32 days", []int64{3, 4}, []int64{1})
	now = now.Add(60 * day)
	dies(5, "User/e")
	kept("after 92 days", []int64{5}, []int64{1})
}
