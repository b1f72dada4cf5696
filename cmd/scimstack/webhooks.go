package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
)

// sender sends the facts of a service to the webhooks of the backend; nil if the backend keeps none.
func (b *backend) sender(service *scimstack.Service, log *slog.Logger) *webhook.Sender {
	if b.webhooks == nil || service.Feed() == nil {
		return nil
	}
	return &webhook.Sender{
		Source: service.Feed(), Positions: b.positions, Store: b.webhooks, Tenants: service.FeedGate().Tenants, Logger: log,
		Paused: recordPaused(b.log, log),
	}
}

// sendWebhooks sends until the context ends or stop is called; stop returns after the last delivery.
func sendWebhooks(ctx context.Context, s *webhook.Sender, log *slog.Logger) (stop func()) {
	if s == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := async.Go(func() error {
		err := <-async.Go(func() error { return s.Run(ctx) }) // a panic is logged when it happens, as an error is
		if err != nil && !errors.Is(err, context.Canceled) {
			log.ErrorContext(ctx, "webhooks are no longer sent until the next start", "error", fmt.Sprint(err))
		}
		return nil
	})
	return func() {
		cancel()
		<-ended
	}
}

// recordPaused writes a webhook that was paused into the provisioning log of the tenant whose fact failed last.
func recordPaused(to activity.Log, log *slog.Logger) func(context.Context, webhook.Endpoint, scim.TenantID) {
	return func(ctx context.Context, e webhook.Endpoint, t scim.TenantID) {
		if to == nil || t.IsZero() {
			return
		}
		err := to.Append(ctx, activity.Record{
			ID: activity.NewID(e.Paused), Time: e.Paused, Tenant: t, Entry: activity.EntryWebhook, Operation: "webhook", Status: 503,
			Code: string(scim.CodeWebhook), Resource: e.ID, Notes: []string{e.Reason},
		})
		if err != nil {
			log.ErrorContext(ctx, "a paused webhook is not in the provisioning log", "webhook", e.ID, "error", err)
		}
	}
}

// sender sends to the webhooks of `scimstack dev`, those of --webhook and those of the store; nil if the store keeps no
// feed.
func (d *devStore) sender(service *scimstack.Service, log *slog.Logger) *webhook.Sender {
	s := (&backend{webhooks: d.webhooks, positions: d.positions, log: d.log}).sender(service, log)
	if s != nil {
		s.Loopback = true
	}
	return s
}

// put creates the webhooks of --webhook.
func (d *devStore) put(ctx context.Context, urls []string, s *webhook.Sender, out io.Writer) error {
	if s == nil && len(urls) > 0 {
		return usagef("--webhook needs a store with a feed of changes; use --data FILE, or no --store")
	}
	for i, url := range urls {
		e := webhook.Endpoint{ID: "dev-" + strconv.Itoa(i+1), URL: url, Secrets: []string{webhook.NewSecret()}, Created: time.Now().UTC()}
		if form, rest, ok := strings.Cut(url, "="); ok && form == formSET {
			e.URL, e.Form, e.Secrets = rest, form, nil
		}
		if err := s.Check(&e); err != nil {
			return usagef("--webhook %s: %w", url, err)
		}
		e, err := putWebhook(ctx, d.webhooks, e)
		if err != nil {
			return err
		}
		how := "Security Event Tokens"
		if e.Form == "" {
			how = "signing secret " + e.Secrets[0]
		}
		fmt.Fprintf(out, "webhook   %s  (%s)\n", e.URL, how)
	}
	return nil
}

// putWebhook creates an endpoint. One that is there keeps its secrets, and goes on.
func putWebhook(ctx context.Context, s webhook.Store, e webhook.Endpoint) (webhook.Endpoint, error) {
	err := s.Create(ctx, e)
	if !errors.Is(err, webhook.ErrExists) {
		return e, err
	}
	return s.Update(ctx, e.ID, func(old *webhook.Endpoint) error {
		if old.URL = e.URL; old.Form != e.Form {
			old.Form, old.Secrets = e.Form, e.Secrets
		}
		old.Resume()
		return nil
	})
}
