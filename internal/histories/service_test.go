package histories

import (
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/model"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqllog"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// clock stands still during a request, so that all stores see the same times.
type clock struct{ seconds atomic.Int64 }

func (c *clock) now() time.Time {
	return time.Date(2026, 1, 1, 0, 0, int(c.seconds.Load()), 0, time.UTC)
}

// service is the whole service over one store.
type service struct {
	name     string
	handler  http.Handler
	store    scim.Store
	tenants  *tenant.Memory
	recorder *activity.Recorder
	// settle is called after each request that may write: what a store does later has happened then.
	settle func(*testing.T)
}

// backend is a store and a log next to it.
type backend struct {
	store  scim.Store
	log    activity.Log
	settle func(*testing.T)
}

// backends are the stores that must agree, by name.
var backends = map[string]func(*testing.T, *clock) backend{"memory": inMemory, "respelled": inMemoryRespelled, "sqlite": onSQLite, "dynamo": onDynamo}

func inMemory(_ *testing.T, c *clock) backend {
	return backend{memory.NewWith(memory.Options{Now: c.now}), activity.NewMemory(0), func(*testing.T) {}}
}

func inMemoryRespelled(t *testing.T, c *clock) backend {
	b := inMemory(t, c)
	b.store = escaping{memory.NewWith(memory.Options{Now: c.now})}
	return b
}

func onSQLite(t *testing.T, c *clock) backend {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "scim.db"), sqlstore.Options{Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return backend{db.Store(), sqllog.New(db, sqllog.Options{Now: c.now}), func(*testing.T) {}}
}

// onDynamo processes the stream at once, which counts resources and makes the feed.
func onDynamo(t *testing.T, c *clock) backend {
	t.Helper()
	const table = "scim"
	engine, client := dynamotest.NewDirect()
	engine.Clock(c.now)
	engine.KeepRecords(1000) // more than one request makes
	if err := dynamo.Create(t.Context(), client, table); err != nil {
		t.Fatal(err)
	}
	o := dynamo.Options{Table: table, Now: c.now}
	consumer, after := dynamo.NewConsumer(client, o), ""
	return backend{dynamo.New(client, o), dynamolog.New(client, dynamolog.Options{Table: table}), func(t *testing.T) {
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
	}}
}

// base is that of all services, so that their URLs are equal.
const base = "http://histories.example" + scimstack.Prefix

func start(t *testing.T, name string, c *clock) *service {
	t.Helper()
	b := backends[name](t, c)
	recorder := activity.NewRecorder(b.log, activity.Options{})
	t.Cleanup(func() { _ = recorder.Close(t.Context()) })
	server := apptest.StartWith(t, b.store, func(o *scimstack.Config) {
		o.PublicBase, o.Now, o.Log, o.Recorder, o.ValueTypes = base, c.now, b.log, recorder, model.ValueTypes()
		o.Observe = nil
	})
	return &service{name, server.Handler, b.store, server.Tenants, recorder, b.settle}
}
