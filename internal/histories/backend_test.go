package histories

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/admin/dynamoadmin"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/postgres"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqllog"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// backend is a store, a log and the tenants next to it, as a process opens them.
type backend struct {
	store     scim.Store
	log       activity.Log
	tenants   tenant.Directory
	reindexer admin.Reindexer // nil: that of package admin
	// settle is called after each request that may write: what a store does later has happened then.
	settle func(*testing.T)
	close  func() error
}

// backends are the stores that must agree, by name. Each returns what opens the store, again and again.
var backends = map[string]func(*testing.T, *clock) func(*testing.T) backend{
	"memory": inMemory, "respelled": inMemoryRespelled, "sqlite": onSQLite, "postgres": onPostgres, "dynamo": onDynamo,
	"bare": onBare, "overlay": onOverlay}

func settled(*testing.T) {}

// inMemory is never closed: it would lose everything.
func inMemory(_ *testing.T, c *clock) func(*testing.T) backend {
	b := backend{memory.NewWith(memory.Options{Now: c.now}), activity.NewMemory(0), tenant.NewMemory(), nil, settled, func() error { return nil }}
	return func(*testing.T) backend { return b }
}

func inMemoryRespelled(t *testing.T, c *clock) func(*testing.T) backend {
	t.Helper()
	b := inMemory(t, c)(t)
	b.store = escaping{memory.NewWith(memory.Options{Now: c.now})}
	return func(*testing.T) backend { return b }
}

func onSQLite(t *testing.T, c *clock) func(*testing.T) backend {
	t.Helper()
	file := filepath.Join(t.TempDir(), "scim.db")
	return func(t *testing.T) backend {
		t.Helper()
		db, err := sqlite.Open(context.Background(), file, sqlstore.Options{Now: c.now}) // it is closed after the context of the test
		if err != nil {
			t.Fatal(err)
		}
		return backend{db.Store(), sqllog.New(db, sqllog.Options{Now: c.now}), db.Tenants(), nil, settled, db.Close}
	}
}

func onPostgres(t *testing.T, c *clock) func(*testing.T) backend {
	t.Helper()
	address := sqltest.SchemaURL(t)
	return func(t *testing.T) backend {
		t.Helper()
		db, err := postgres.Open(context.Background(), address, sqlstore.Options{Now: c.now})
		if err != nil {
			t.Fatal(err)
		}
		return backend{db.Store(), sqllog.New(db, sqllog.Options{Now: c.now}), db.Tenants(), nil, settled, db.Close}
	}
}

// onDynamo processes the stream at once, which counts resources and makes the feed. Indexes are not built: that gives
// resources versions of their own (dynamo.Tenants.Reindex), which is why Settle is longer than any history.
func onDynamo(t *testing.T, c *clock) func(*testing.T) backend {
	t.Helper()
	const table = "scim"
	engine, client := dynamotest.NewDirect()
	engine.Clock(c.now)
	engine.KeepRecords(1000) // more than one request makes
	if err := dynamo.Create(t.Context(), client, table); err != nil {
		t.Fatal(err)
	}
	after := "" // a position in the stream, which AWS keeps
	o := dynamo.Options{Table: table, Now: c.now, Settle: 24 * time.Hour}
	return func(*testing.T) backend {
		consumer := dynamo.NewConsumer(client, o)
		tenants := dynamo.NewTenantsWith(client, o)
		settle := func(t *testing.T) {
			t.Helper()
			for changes := engine.Changes(table, after); len(changes) > 0; changes = engine.Changes(table, after) {
				records := make([]dynamo.StreamRecord, len(changes))
				for i, ch := range changes {
					records[i] = dynamo.StreamRecord(ch)
				}
				after = changes[len(changes)-1].Sequence
				if failed, err := consumer.Process(t.Context(), records); err != nil {
					t.Fatal(failed, err)
				}
			}
		}
		return backend{dynamo.New(client, o), dynamolog.New(client, dynamolog.Options{Table: table}), tenants, dynamoadmin.New(tenants), settle, func() error { return nil }}
	}
}
