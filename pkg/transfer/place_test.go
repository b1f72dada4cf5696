package transfer_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/dynamofeed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlfeed"
	"github.com/scimstack/scimstack/pkg/tenant"
	"github.com/scimstack/scimstack/pkg/transfer"
)

func TestMain(m *testing.M) { sqltest.Main(m) }

// place is a place of a test. settle makes what the store does after a write be done.
type place struct {
	transfer.Place
	settle func()
}

// places are the kinds of places.
var places = map[string]func(*testing.T) place{
	"memory":   inMemory,
	"sqlite":   func(t *testing.T) place { return onDatabase(sqltest.SQLite(t)) },
	"postgres": func(t *testing.T) place { return onDatabase(sqltest.Postgres(t)) },
	"dynamodb": onDynamo,
}

// everywhere runs a test with an empty place of each kind.
func everywhere(t *testing.T, run func(t *testing.T, name string, p place)) {
	t.Helper()
	for name, open := range places {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, name, open(t))
		})
	}
}

func inMemory(*testing.T) place {
	return place{transfer.Place{
		Name: "memory", Directory: tenant.NewMemory(), Store: memory.New(), Positions: feed.NewMemoryPositions(nil), Webhooks: webhook.NewMemory(),
	}, func() {}}
}

func onDatabase(db *sqlstore.Database) place {
	return place{transfer.Place{
		Name: "a database", Directory: db.Tenants(), Store: db.Store(), Positions: sqlfeed.New(db, nil), Webhooks: sqlfeed.NewWebhooks(db),
	}, func() {}}
}

func onDynamo(t *testing.T) place {
	t.Helper()
	const table = "scim"
	engine, client := dynamotest.NewDirect()
	engine.KeepRecords(100_000)
	if err := dynamo.Create(t.Context(), client, table); err != nil {
		t.Fatal(err)
	}
	o := dynamo.Options{Table: table, Now: time.Now}
	consumer, after := dynamo.NewConsumer(client, o), ""
	settle := func() {
		for changes := engine.Changes(table, after); len(changes) > 0; changes = engine.Changes(table, after) {
			changes = changes[:min(len(changes), 500)]
			records := make([]dynamo.StreamRecord, len(changes))
			for i, ch := range changes {
				records[i] = dynamo.StreamRecord(ch)
			}
			after = changes[len(changes)-1].Sequence
			if failed, err := consumer.Process(context.WithoutCancel(t.Context()), records); err != nil {
				t.Error(failed, err)
			}
		}
	}
	return place{transfer.Place{
		Name: "table scim", Directory: dynamo.NewTenantsWith(client, o), Store: dynamo.New(client, o),
		Positions: dynamofeed.New(client, dynamofeed.Options{Table: table}), Webhooks: dynamofeed.NewWebhooks(client, dynamofeed.Options{Table: table}),
	}, settle}
}

func id(t *testing.T, name string) scim.TenantID {
	t.Helper()
	id, err := scim.ParseTenantID(name)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(fmt.Sprintf("%T", err), err)
		}
		return v
	}
}
