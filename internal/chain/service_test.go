package chain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/dynamotest"
	"github.com/scimstack/scimstack/internal/sqltest"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/postgres"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const base = "http://chain.example" + scimstack.Prefix

// service is the whole service, as two processes over what they share.
type service struct {
	processes [2]http.Handler
	token     string
	// lags: an answer to a change of members that finds them as they should be may name the version before (docs/rough-edges.md).
	lags bool
	// settle ends the faults, and lets everything happen that follows a commit.
	settle func(*testing.T)
}

// over starts two processes over stores that share their data.
func over(t *testing.T, stores ...scim.Store) *service {
	t.Helper()
	tenants := tenant.NewMemory()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	text, token := tenant.NewToken(id, scim.All|scim.Events)
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: id, Limits: scim.Limits{Rate: scim.NoLimit}}, Tokens: []tenant.Token{token}})
	s := &service{token: text, settle: func(*testing.T) {}}
	for i := range s.processes {
		p, err := scimstack.New(scimstack.Config{
			Store: stores[i%len(stores)], Tenants: tenants, PublicBase: base, NoLog: true, Logger: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := p.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
		s.processes[i] = p
	}
	return s
}

func onMemory(t *testing.T, _ uint64) *service {
	t.Helper()
	return over(t, memory.New())
}

func onSQLite(t *testing.T, _ uint64) *service {
	t.Helper()
	file := filepath.Join(t.TempDir(), "scim.db")
	return overSQL(t, func(ctx context.Context) (*sqlstore.Database, error) {
		return sqlite.Open(ctx, file, sqlstore.Options{})
	})
}

func onPostgres(t *testing.T, _ uint64) *service {
	t.Helper()
	sqltest.NeedPostgres(t)
	address := sqltest.SchemaURL(t)
	return overSQL(t, func(ctx context.Context) (*sqlstore.Database, error) {
		return postgres.Open(ctx, address, sqlstore.Options{})
	})
}

func overSQL(t *testing.T, open func(context.Context) (*sqlstore.Database, error)) *service {
	t.Helper()
	var stores []scim.Store
	for range 2 {
		db, err := open(context.Background()) // it is closed after the context of the test
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		stores = append(stores, db.Store())
	}
	return over(t, stores...)
}

// onDynamo has faults of all kinds, and its stream is processed all the time.
func onDynamo(t *testing.T, seed uint64) *service {
	t.Helper()
	const table = "scim"
	engine := dynamotest.New()
	engine.KeepRecords(1 << 20)
	o := dynamo.Options{Table: table}
	client := func() *dynamo.Store { return dynamo.New(dynamotest.Direct{Engine: engine}.Client(), o) }
	own := dynamotest.Direct{Engine: engine}.Client()
	if err := dynamo.Create(t.Context(), own, table); err != nil {
		t.Fatal(err)
	}
	s := over(t, client(), client())
	s.lags = true
	consumer, after := dynamo.NewConsumer(own, o), ""
	drain := func(ctx context.Context) error {
		for changes := engine.Changes(table, after); len(changes) > 0; changes = engine.Changes(table, after) {
			records := make([]dynamo.StreamRecord, len(changes))
			for i, ch := range changes {
				records[i] = dynamo.StreamRecord(ch)
			}
			if _, err := consumer.Process(ctx, records); err != nil {
				return err // the same records come again
			}
			after = changes[len(changes)-1].Sequence
		}
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := async.Go(func() error {
		for ctx.Err() == nil {
			_ = drain(ctx) // faults are expected
			_ = async.Sleep(ctx, 5*time.Millisecond)
		}
		return nil
	})
	stop := func() { cancel(); <-done }
	t.Cleanup(stop)
	engine.Inject(dynamotest.Randomly(seed, 0.05, dynamotest.Throttle, dynamotest.Throttling, dynamotest.InternalError, dynamotest.Conflict,
		dynamotest.InProgress, dynamotest.Unprocessed, dynamotest.DropBefore, dynamotest.DropAfter, dynamotest.DropAfter))
	s.settle = func(t *testing.T) {
		engine.Inject(nil)
		stop()
		if err := drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// send sends a request to one of the processes.
func (s *service) send(process int, method, path, ifMatch, body string) *httptest.ResponseRecorder {
	req := httptest.NewRequestWithContext(context.Background(), method, "http://chain.example"+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+s.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/scim+json")
	}
	if ifMatch != "" {
		req.Header.Set("If-Match", ifMatch)
	}
	w := httptest.NewRecorder()
	s.processes[process].ServeHTTP(w, req)
	return w
}

// facts reads the whole feed, which must have no gap.
func (s *service) facts() ([]feed.Fact, error) {
	var all []feed.Fact
	for {
		w := s.send(0, "GET", fmt.Sprintf("/events/acme?after=%d&limit=1000", len(all)), "", "")
		var page struct{ Facts []feed.Fact }
		body, err := io.ReadAll(w.Body)
		if err = errors.Join(err, json.Unmarshal(body, &page)); err != nil || w.Code != http.StatusOK {
			return nil, fmt.Errorf("the feed: %d %s %w", w.Code, body, err)
		}
		if len(page.Facts) == 0 {
			return all, nil
		}
		for _, f := range page.Facts {
			if f.Seq != int64(len(all)+1) {
				return nil, fmt.Errorf("the fact after %d has the number %d", len(all), f.Seq)
			}
			all = append(all, f)
		}
	}
}
