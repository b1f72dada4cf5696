package histories

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/admin/adminhttp"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/model"
)

// clock stands still during a request, so that all stores see the same times.
type clock struct{ seconds atomic.Int64 }

func (c *clock) now() time.Time {
	return time.Date(2026, 1, 1, 0, 0, int(c.seconds.Load()), 0, time.UTC)
}

// service is the whole service over one store, with its administration.
type service struct {
	name  string
	clock *clock
	open  func(*testing.T) backend

	backend
	recorder  *activity.Recorder
	processes []*scimstack.Service // over the same store
	admin     http.Handler
	api       *current // of admin
	turn      int      // counts up for each request of slow histories, which are served in turn
}

// base is that of all services, so that their URLs are equal.
const base = "http://histories.example" + scimstack.Prefix

func start(t *testing.T, name string, c *clock) *service {
	t.Helper()
	s := &service{name: name, clock: c, open: backends[name](t, c)}
	s.up(t)
	t.Cleanup(func() { s.down(t) })
	return s
}

// up begins to serve what the store has. DynamoDB has two processes, as users and groups have functions of their own: what
// one of them keeps in memory must not be outdated by the other for long.
func (s *service) up(t *testing.T) {
	t.Helper()
	s.backend, s.processes = s.open(t), nil
	s.recorder = activity.NewRecorder(s.log, activity.Options{Timeout: time.Minute}) // on a busy machine SQLite takes more than the usual 5 s, and a record is lost
	stores := []scim.Store{s.store}
	if s.name == "dynamo" {
		stores = append(stores, s.open(t).store)
	}
	for _, store := range stores {
		p, err := scimstack.New(scimstack.Config{
			Store: store, Tenants: s.tenants, PublicBase: base, Now: s.clock.now, Log: s.log, Recorder: s.recorder, ValueTypes: model.ValueTypes(),
			Logger: slog.New(slog.DiscardHandler), Hash: func(string) (string, error) { return "hashed", nil }, // argon2id is slow by design
		})
		if err != nil {
			t.Fatal(err)
		}
		s.processes = append(s.processes, p)
	}
	s.administer()
}

// administer makes the API of the operator. What it changes takes effect at once.
func (s *service) administer() {
	forget := func(id scim.TenantID) {
		for _, p := range s.processes {
			p.Forget(id)
		}
	}
	reindexer, quiet := s.reindexer, slog.New(slog.DiscardHandler)
	if reindexer == nil {
		reindexer = admin.NewBuilder(admin.BuilderOptions{Directory: s.tenants, Store: s.store, Settle: -1, Now: s.clock.now, Changed: forget, Logger: quiet})
	}
	if s.admin == nil {
		s.api = &current{}
		s.admin = adminhttp.New(s.api, adminhttp.Options{Principal: func(*http.Request) string { return "operator" }, Rate: 1 << 20, Logger: quiet, Now: s.clock.now})
	}
	s.api.API = admin.New(admin.Options{
		Directory: s.tenants, Store: s.store, Log: s.log, Logger: quiet, Now: s.clock.now, Changed: forget, SettleLog: s.processes[0].SettleLog, Reindexer: reindexer,
	})
}

// current is the administration since the last restart. Its handler stays, which takes longer to make than all else.
type current struct{ admin.API }

// down ends all that serves. The store keeps what it has.
func (s *service) down(t *testing.T) {
	t.Helper()
	ctx := context.Background() // it is called after that of the test has ended, too
	for _, p := range s.processes {
		if err := p.Close(ctx); err != nil {
			t.Error(err)
		}
	}
	if err := s.recorder.Close(ctx); err != nil {
		t.Error(err)
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
}

// ServeHTTP passes a request to the administration, or to the process whose turn it is.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if len(r.URL.Path) > len(adminhttp.Prefix) && r.URL.Path[:len(adminhttp.Prefix)] == adminhttp.Prefix {
		s.admin.ServeHTTP(w, r)
		return
	}
	s.processes[s.turn%len(s.processes)].ServeHTTP(w, r)
}
