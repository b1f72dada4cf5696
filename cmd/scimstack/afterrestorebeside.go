package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/feed/dynamofeed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// What a table has beside its tenants is back after a restore as well: operator tokens, which may administer everything, and
// webhooks, which may have the facts of all tenants.

// operators lists the operator tokens that the table should not accept, and revokes them.
func (r *restoration) operators(ctx context.Context) error {
	on := func(table string) *dynamo.Operators {
		return dynamo.NewOperators(r.t.client, dynamo.Options{Table: table, Now: time.Now})
	}
	have, err := on(r.f.table.name).Operators(ctx)
	if err != nil {
		return err
	}
	var before []tenant.Operator
	if r.f.old != "" {
		if before, err = on(r.f.old).Operators(ctx); err != nil {
			return err
		}
	}
	n, now := 0, time.Now()
	for _, o := range have {
		accepted := slices.ContainsFunc(before, func(b tenant.Operator) bool { return b.ID == o.ID && b.Hash == o.Hash && b.Live(now) })
		if !o.Live(now) || o.Created.After(r.since) || accepted {
			continue
		}
		n++
		why := r.why("revoked or removed", "it may have been revoked since")
		if r.f.revoke {
			if err := on(r.f.table.name).RevokeOperator(ctx, o.ID); err != nil && !errors.Is(err, tenant.ErrNoOperator) {
				return fmt.Errorf("operator token %s is not revoked; repeat the command: %w", o.ID, err)
			}
			why += "; revoked"
		}
		r.say("operator token %s of %s, %s", o.ID, day(o.Created), why)
	}
	for _, b := range before {
		if b.Live(now) && !slices.ContainsFunc(have, func(o tenant.Operator) bool { return o.ID == b.ID }) {
			r.say("operator token %s was created since, and is unknown; its user needs a new one", b.ID)
		}
	}
	r.count(n, "operator tokens", "revoke")
	return nil
}

// webhooks lists the webhooks that are not as they were, and pauses them: what was deleted must not get facts again.
func (r *restoration) webhooks(ctx context.Context) error {
	on := func(table string) webhook.Store {
		return dynamofeed.NewWebhooks(r.t.client, dynamofeed.Options{Table: table})
	}
	have, err := on(r.f.table.name).Endpoints(ctx)
	if err != nil {
		return err
	}
	var before []webhook.Endpoint
	if r.f.old != "" {
		if before, err = on(r.f.old).Endpoints(ctx); err != nil {
			return err
		}
	}
	n := 0
	for i := range have {
		e := &have[i]
		at := slices.IndexFunc(before, func(b webhook.Endpoint) bool { return b.ID == e.ID && b.Created.Equal(e.Created) })
		if !e.Paused.IsZero() || e.Created.After(r.since) || at >= 0 && sameHook(e, &before[at]) {
			continue
		}
		n++
		why := r.why("deleted", "it may have been deleted or changed since")
		if at >= 0 {
			why = "changed since: it has the URL, the types and the secrets of before"
		}
		if r.f.revoke {
			reason := "after a restore: " + why
			if _, err := on(r.f.table.name).Update(ctx, e.ID, func(e *webhook.Endpoint) error { e.Pause(time.Now(), reason); return nil }); err != nil {
				return fmt.Errorf("webhook %s is not paused; repeat the command: %w", e.ID, err)
			}
			why += "; paused: delete it, or set it right and resume it"
		}
		r.say("webhook %s, %s", e.ID, why)
	}
	for _, b := range before {
		if !slices.ContainsFunc(have, func(e webhook.Endpoint) bool { return e.ID == b.ID }) {
			r.say("webhook %s was created since, and is unknown; create it again", b.ID)
		}
	}
	r.count(n, "webhooks", "pause")
	return nil
}

// sameHook reports whether two states of a webhook send the same to the same receiver, and neither is paused.
func sameHook(a, b *webhook.Endpoint) bool {
	return a.URL == b.URL && a.Tenant == b.Tenant && a.Form == b.Form && b.Paused.IsZero() &&
		slices.Equal(a.Types, b.Types) && slices.Equal(a.Secrets, b.Secrets)
}

// why says what has happened since, as far as the old table shows it.
func (r *restoration) why(what, doubt string) string {
	if r.f.old == "" {
		return "in doubt: " + doubt
	}
	return what + " since"
}

// count says how many there are, and what --revoke does with them.
func (r *restoration) count(n int, what, verb string) {
	switch {
	case n == 0:
		r.say("no %s", what)
	case !r.f.revoke:
		r.say("%d %s; repeat the command with --revoke to %s them", n, what, verb)
	}
}
