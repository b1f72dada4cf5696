package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// Values of --store.
const (
	storeMemory = "memory"
	storeDynamo = "dynamodb"
)

// devStore is where `scimstack dev` keeps its data. The caller must call close.
type devStore struct {
	store   scim.Store
	tenants tenant.Resolver
	log     activity.Log
	plans   mcp.Plans   // nil: in memory
	created []devTenant // those whose tokens are printed
	kept    string      // where data is after this process has ended; "" if it is lost
	close   func()

	positions feed.Positions
	webhooks  webhook.Store
	operators tenant.Operators
	admin     func(log *slog.Logger, by *beside) *admin.Service
	building  func(admin.BuilderOptions) *admin.Builder // see backend.building
}

// openStore opens the store that --store names, with these tenants in it.
func openStore(ctx context.Context, o devOptions, created []devTenant, log *slog.Logger) (*devStore, error) {
	if len(o.named) > 0 && o.store != storeDynamo {
		return nil, usagef("--%s is for DynamoDB; use --store %s, or leave the flag out", o.named[0], storeDynamo)
	}
	switch {
	case o.data != "":
		return openData(ctx, o, created, log)
	case o.store == storeMemory || o.store == "":
		tenants := tenant.NewMemory()
		for _, t := range created {
			tenants.Set(t.record)
		}
		return inMemory(tenants, created), nil
	case o.store == storeDynamo:
		return openTable(ctx, o, created, log)
	}
	return nil, usagef("--store %s: use %s or %s", o.store, storeMemory, storeDynamo)
}

// inMemory keeps everything in this process.
func inMemory(tenants *tenant.Memory, created []devTenant) *devStore {
	s := &devStore{store: memory.New(), tenants: tenants, log: activity.NewMemory(0), created: created, close: func() {}, operators: &tenant.MemoryOperators{}}
	s.positions, s.webhooks = feed.NewMemoryPositions(nil), webhook.NewMemory()
	var reindexer admin.Reindexer // nil: the administration makes one
	s.building = func(o admin.BuilderOptions) *admin.Builder {
		o.Directory, o.Store = tenants, s.store
		b := admin.NewBuilder(o)
		reindexer = b
		return b
	}
	s.admin = func(log *slog.Logger, by *beside) *admin.Service {
		return admin.New(admin.Options{
			Directory: tenants, Store: s.store, Operators: s.operators, Log: s.log, Logger: log, Reindexer: reindexer,
			Changed: by.changed, SettleLog: by.settleLog,
			Webhooks: keeperOf(s.store, tenants, s.webhooks, true),
		})
	}
	return s
}

// openData is openStore on a SQLite file. A tenant that exists stays as it is.
func openData(ctx context.Context, o devOptions, created []devTenant, log *slog.Logger) (*devStore, error) {
	if o.store == storeDynamo {
		return nil, usagef("--data is a SQLite file, which --store dynamodb does not use; leave one of them out")
	}
	flags := storeFlags{place: "sqlite:" + o.data, create: true}
	b, err := flags.open(ctx, log)
	if err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	b.loopback = true
	made, err := b.putTenants(ctx, created)
	if err != nil {
		b.close()
		return nil, err
	}
	return &devStore{
		store: b.store, tenants: b.directory, log: b.log, plans: b.plans, created: made, kept: "the file " + o.data, close: b.close,
		operators: b.operators, admin: b.administration, building: b.building, positions: b.positions, webhooks: b.webhooks,
	}, nil
}

// openTable is openStore on a DynamoDB table. It also processes the table's stream, as a Lambda
// function does on AWS.
func openTable(ctx context.Context, o devOptions, created []devTenant, log *slog.Logger) (*devStore, error) {
	t, err := o.table.openOrEngine(ctx, o.create, false)
	if err != nil {
		return nil, err
	}
	created = t.asked(o.specs, created)
	if err := t.put(ctx, created); err != nil {
		t.close()
		return nil, err
	}
	b := onDynamo(t, log)
	b.log, b.loopback = activity.NewMemory(0), true
	stop := b.follow(ctx, log)
	return &devStore{
		store: b.store, tenants: b.directory, log: b.log, created: created, kept: t.kept(), close: func() { stop(); t.close() },
		operators: b.operators, admin: b.administration, building: b.building, positions: b.positions, webhooks: b.webhooks,
	}, nil
}
