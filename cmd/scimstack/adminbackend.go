package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/scim"
)

// administration is the administration of a backend. changed is called after each change of a tenant; nil for none.
func (b *backend) administration(log *slog.Logger, changed func(scim.TenantID)) *admin.Service {
	return admin.New(admin.Options{
		Changed:   changed,
		Directory: b.directory, Store: b.store, Operators: b.operators, Log: b.log, Logger: log,
		Deleter: deleter{b.directory}, Reindexer: b.reindexer, Recounter: b.recounter,
	})
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
