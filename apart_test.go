package scimstack_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/poison"
	"github.com/scimstack/scimstack/internal/racing"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// apart is a service whose tenants send values that name them, from many clients at the same time. All that comes out of
// it for one tenant, by whatever way, must name that tenant only, and show no memory that was given back.
type apart struct {
	t       *testing.T
	service *scimstack.Service
	server  *httptest.Server
	tenants map[string]*scim.Tenant
	tokens  map[string]string
	store   *unsteady
	log     *activity.Memory
	late    sync.WaitGroup  // hooks that go on after the request
	good    [3]atomic.Int64 // answers 2xx by the major version of HTTP
}

// meant are the faults of hooks and of the store.
var meant = regexp.MustCompile(`the hook panics|the store panics|the store failed`)

var marks = regexp.MustCompile(`mark-([a-z]+)`)

// pure reports what must not be there: names of other tenants, and memory that was given back.
func (a *apart) pure(name, what string, text []byte) {
	if bytes.Contains(text, []byte(poison.Text)) {
		a.t.Errorf("%s of %s has memory that was given back: %.300s", what, name, text)
	}
	for _, m := range marks.FindAllSubmatch(text, -1) {
		if string(m[1]) != name {
			a.t.Errorf("%s of %s names %s: %.300s", what, name, m[1], text)
			return
		}
	}
}

// startApart starts the service, with hooks that do what hooks may do.
func startApart(t *testing.T, names ...string) *apart {
	t.Helper()
	a := &apart{t: t, tenants: map[string]*scim.Tenant{}, tokens: map[string]string{}, log: activity.NewMemoryWith(activity.MemoryOptions{Records: 200})}
	a.store = &unsteady{Store: memory.NewWith(memory.Options{Feed: scim.Retention{Entries: 300}}), pure: a.pure}
	known := tenant.NewMemory()
	for _, name := range names {
		id, err := scim.ParseTenantID(name)
		if err != nil {
			t.Fatal(err)
		}
		if a.tenants[name], err = scim.NewTenant(scim.TenantConfig{ID: id}); err != nil {
			t.Fatal(err)
		}
		text, token := tenant.NewToken(id, scim.All|scim.Activity)
		a.tokens[name] = text
		known.Set(tenant.Record{Settings: tenant.Settings{ID: id, KeepValues: true, Limits: scim.Limits{Rate: scim.NoLimit}}, Tokens: []tenant.Token{token}})
	}
	var err error
	a.service, err = scimstack.New(scimstack.Config{
		Store: a.store, Tenants: known, PublicBase: base, Log: a.log, Hash: func(p string) (string, error) { return "hash of " + p, nil },
		Before: []scim.BeforeHook{a.before}, After: []scim.AfterHook{a.after}, Observe: a.observe, ObserveCauses: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.service.Close(context.Background()) })
	a.server = httptest.NewUnstartedServer(a.service)
	a.server.EnableHTTP2 = true
	a.server.Config.ErrorLog = log.New(io.Discard, "", 0) // of clients that hang up
	a.server.StartTLS()
	t.Cleanup(a.server.Close)
	return a
}

// Z-01: tenants share the memory of the process, and nothing else.
func TestTenantsApart(t *testing.T) {
	t.Parallel()
	names := []string{"acme", "rival", "third", "fourth"}
	a := startApart(t, names...)
	var all sync.WaitGroup
	for _, name := range names {
		for i := range 6 {
			all.Go(func() { a.work(name, racing.Size(40, 150), i%2 == 0) })
		}
	}
	all.Wait()
	a.server.Close() // when those that hung up are done, too
	a.late.Wait()
	a.store.look()
	if one, two := a.good[1].Load(), a.good[2].Load(); min(one, two) < int64(racing.Size(50, 200)) {
		t.Errorf("%d answers 2xx by HTTP/1.1, %d by HTTP/2", one, two)
	}
	a.service.SettleLog(t.Context())
	for _, name := range names {
		id := a.tenants[name].ID
		for _, typ := range []string{"User", "Group"} {
			list, err := a.store.List(t.Context(), id, typ, scim.Page{Limit: 10_000})
			if err != nil || len(list.Resources) == 0 {
				t.Errorf("%s has no %s, %v", name, typ, err)
			}
			for _, r := range list.Resources {
				a.pure(name, "a stored "+typ, fmt.Append(nil, r.ExternalID, string(r.Document), string(r.Hidden)))
			}
		}
		page, err := a.log.Query(t.Context(), id, activity.Query{Limit: activity.MaxLimit})
		if err != nil || len(page.Records) < 50 {
			t.Errorf("%d records, %v", len(page.Records), err)
		}
		for _, r := range page.Records {
			a.pure(name, "a record of the log", fmt.Append(nil, r.Name, r.Names, r.Values, r.Notes, r.Also))
		}
		last, err := a.store.Last(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		entries, err := a.store.Entries(t.Context(), id, max(last-100, 0), 1000)
		if err != nil || len(entries) < 50 {
			t.Errorf("%d entries, %v", len(entries), err)
		}
		for _, e := range entries {
			a.pure(name, "an entry of the feed", fmt.Append(nil, e.Left, e.Joined, string(e.Resource().Document), e.Resource().ExternalID))
			if e.Before != nil {
				a.pure(name, "what was before", e.Before.Document)
			}
		}
	}
}
