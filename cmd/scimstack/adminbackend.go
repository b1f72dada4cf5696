package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// administration is the administration of a backend, beside a service or nil.
func (b *backend) administration(log *slog.Logger, by *beside) *admin.Service {
	return admin.New(admin.Options{
		Changed: by.changed, SettleLog: by.settleLog,
		Directory: b.directory, Store: b.store, Operators: b.operators, Log: b.log, Logger: log,
		Deleter: deleter{b.directory}, Reindexer: b.reindexer, Recounter: b.recounter,
		Webhooks: keeperOf(b.store, b.directory, b.webhooks, b.loopback),
	})
}

// keeperOf keeps and checks the webhooks of a store for the administration; nil if the store keeps none.
func keeperOf(store scim.Store, tenants tenant.Directory, hooks webhook.Store, loopback bool) *webhook.Sender {
	if hooks == nil {
		return nil
	}
	unsent := func(context.Context, *webhook.Endpoint, *feed.Fact) (http.Header, []byte, error) {
		return nil, nil, nil
	}
	s := &webhook.Sender{Store: hooks, Loopback: loopback, Forms: map[string]webhook.Form{formSET: unsent}}
	if source, err := feed.New(store, feed.Options{Types: feed.TypesOf(tenant.NewAuthenticator(tenants, tenant.Options{}))}); err == nil { // without a feed nothing is sent again
		s.Source = source
	}
	return s
}

// deleter deletes tenants of a directory.
type deleter struct{ d directory }

// Inventory implements admin.Deleter.
func (d deleter) Inventory(ctx context.Context, id scim.TenantID) (map[string]int, bool, error) {
	return d.d.inventory(ctx, id)
}

// Delete implements admin.Deleter.
func (d deleter) Delete(ctx context.Context, id scim.TenantID, wait time.Duration, progress func(map[string]int, time.Duration)) (map[string]int, error) {
	return d.d.remove(ctx, id, wait, progress)
}
