package scimstack_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/overlay"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/telemetry"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// resolve is a tenant.Resolver.
type resolve func(context.Context, scim.TenantID) (*tenant.Record, error)

func (f resolve) Resolve(ctx context.Context, id scim.TenantID) (*tenant.Record, error) {
	return f(ctx, id)
}

// wrapped is a Telemetry and Agents: what it returns, and what it does when it observes.
type wrapped struct{ observe func() }

func (wrapped) Wrap(http.Handler) http.Handler               { return nil }
func (wrapped) Serve(scimstack.Shared) (http.Handler, error) { return nil, nil }
func (w wrapped) Observe(_ *http.Request, _ *scim.Record)    { w.observe() }

// seen wraps nothing.
type seen struct{ wrapped }

func (seen) Wrap(h http.Handler) http.Handler { return h }

// TestMade: a part that its function has not made is refused when the service is made, and not by each request.
func TestMade(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		field, remedy string
		change        func(*scimstack.Config)
	}{
		{"Store", "make it with New", func(c *scimstack.Config) { c.Store = &memory.Store{} }},
		{"Store", "make it with New", func(c *scimstack.Config) { c.Store = &overlay.Store{} }},
		{"Provider", "make it with New", func(c *scimstack.Config) { c.Provider = &engine.Provider{} }},
		{"Tenants", "make it with New", func(c *scimstack.Config) { c.Tenants = &tenant.Memory{} }},
		{"Tenants", "check the error", func(c *scimstack.Config) { c.Tenants = resolve(nil) }},
		{"Log", "make it with New", func(c *scimstack.Config) { c.Log = &activity.Memory{} }},
		{"Telemetry", "make it with New", func(c *scimstack.Config) { c.Telemetry = &telemetry.Telemetry{} }},
		{"Telemetry", "return the handler", func(c *scimstack.Config) { c.Telemetry = wrapped{} }},
		{"Agents", "agents.New", func(c *scimstack.Config) { c.Agents = wrapped{} }},
	} {
		config, _ := minimal(t)
		c.change(&config)
		_, err := scimstack.New(config)
		var wrong *scimstack.ConfigError
		if !errors.As(err, &wrong) || wrong.Field != c.field || !strings.Contains(err.Error(), c.remedy) {
			t.Errorf("%s, %q: %v", c.field, c.remedy, err)
		}
	}
	config, _ := minimal(t)
	config.Admin = http.HandlerFunc(nil)
	if _, err := scimstack.Assemble(config, scimstack.All(), scimstack.Admin()); err == nil || !strings.Contains(err.Error(), "Config.Admin is a nil http.HandlerFunc") {
		t.Error(err)
	}
}

// TestObservers: who only looks on cannot take the answer from the client, nor the record from the log.
func TestObservers(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	broken := func() { panic("the observer is broken") }
	s := start(t, func(c *scimstack.Config) {
		c.Logger = slog.New(slog.NewTextHandler(&out, nil))
		c.Observe = func(*http.Request, *scim.Record) { broken() }
		c.Telemetry = seen{wrapped{broken}}
		c.Ready = func(context.Context) error { panic("the database is gone") }
	})
	s.want(t, http.StatusCreated, http.MethodPost, "/scim/v2/acme/Users", `{"userName":"ann"}`)
	body := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"bob"}},{"method":"POST","path":"/Users","bulkId":"b","data":{"userName":"cid"}}]}`
	if text := s.want(t, http.StatusOK, http.MethodPost, "/scim/v2/acme/Bulk", body); strings.Count(text, `"201"`) != 2 {
		t.Error(text)
	}
	if n := strings.Count(out.String(), "the observer is broken"); n != 8 {
		t.Errorf("%d panics in the log, want 2 of each of 4 records: %s", n, out.String())
	}
	if text := s.want(t, http.StatusOK, http.MethodGet, "/activity/acme", ""); strings.Count(text, `"operation":"create"`) != 3 {
		t.Error("records of the log: ", text)
	}
	if text := s.want(t, http.StatusServiceUnavailable, http.MethodGet, "/readyz", ""); strings.Contains(text, "database") || !strings.Contains(out.String(), "the database is gone") {
		t.Error(text, out.String())
	}
}

// TestAnotherRecord: a Resolver that returns another tenant's Record, as of a query with a mistake, opens no tenant.
func TestAnotherRecord(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := start(t, func(c *scimstack.Config) {
		c.Logger = slog.New(slog.NewTextHandler(&out, nil))
		inner := c.Tenants
		c.Tenants = resolve(func(ctx context.Context, id scim.TenantID) (*tenant.Record, error) {
			r, err := inner.Resolve(ctx, id)
			if err != nil {
				return nil, err
			}
			other := *r
			if other.Settings.ID, err = scim.ParseTenantID("globex"); err != nil {
				return nil, err
			}
			return &other, nil
		})
	})
	for _, path := range []string{"/scim/v2/acme/Users", "/activity/acme", "/events/acme"} {
		if text := s.want(t, http.StatusInternalServerError, http.MethodGet, path, ""); strings.Contains(text, "Resolver") {
			t.Error(text)
		}
	}
	s.want(t, http.StatusInternalServerError, http.MethodPost, "/scim/v2/acme/Users", `{"userName":"ann"}`)
	if !strings.Contains(out.String(), "Settings.ID must be the id that was asked for") {
		t.Error(out.String())
	}
}
