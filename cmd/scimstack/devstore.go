package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/pkg/dynamo"
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
	lasting bool // data is kept after this process has ended
	close   func()
}

// openStore opens the store that --store names, with these tenants in it.
func openStore(ctx context.Context, o devOptions, created []devTenant, log *slog.Logger) (*devStore, error) {
	switch o.store {
	case storeMemory, "":
		tenants := tenant.NewMemory()
		for _, t := range created {
			tenants.Put(t.record)
		}
		return &devStore{store: memory.New(), tenants: tenants, close: func() {}}, nil
	case storeDynamo:
		return openTable(ctx, o, created, log)
	}
	return nil, fmt.Errorf("--store %s: use %s or %s", o.store, storeMemory, storeDynamo)
}

// openTable is openStore on a DynamoDB table. It also processes the table's stream, as a Lambda
// function does on AWS.
func openTable(ctx context.Context, o devOptions, created []devTenant, log *slog.Logger) (*devStore, error) {
	t, err := o.table.openOrEngine(ctx, o.create)
	if err != nil {
		return nil, err
	}
	if err := t.put(ctx, created); err != nil {
		t.close()
		return nil, err
	}
	options := dynamo.Options{Table: t.flags.name, Now: time.Now, Log: log}
	consumer := dynamo.NewConsumer(t.client, options)
	stop := t.follow(ctx, func(ctx context.Context, shard string, records []streamtypes.Record) (string, error) {
		return consumer.Process(ctx, streams.Records(shard, records))
	}, log)
	return &devStore{
		store: dynamo.New(t.client, options), tenants: t.tenants(), lasting: t.lasting,
		close: func() { stop(); t.close() },
	}, nil
}
