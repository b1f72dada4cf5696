package scimstack_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/agents"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
)

var errDown = errors.New("the database is down")

// fail fails as a database does, or as a program with a mistake.
func fail(panics bool) error {
	if panics {
		panic(errDown)
	}
	return errDown
}

// downStore, downLog and downTenants are parts of an application that fail.
type (
	downStore struct {
		*memory.Store
		panics bool
	}
	downLog struct {
		activity.Log
		panics bool
	}
	downTenants struct {
		tenant.Resolver
		panics bool
	}
)

func (d downStore) Get(context.Context, scim.TenantID, string, string) (*scim.Resource, error) {
	return nil, fail(d.panics)
}

func (d downStore) List(context.Context, scim.TenantID, string, scim.Page) (scim.List, error) {
	return scim.List{}, fail(d.panics)
}

func (d downStore) Entries(context.Context, scim.TenantID, int64, int) ([]scim.Entry, error) {
	return nil, fail(d.panics)
}

func (d downLog) Query(context.Context, scim.TenantID, activity.Query) (activity.Page, error) {
	return activity.Page{}, fail(d.panics)
}

func (d downTenants) Resolve(context.Context, scim.TenantID) (*tenant.Record, error) {
	return nil, fail(d.panics)
}

// TestCausesOfParts: whichever part of an application fails, and on whichever path, the client gets an answer 5xx, and the log has the cause.
// The id of the answer leads to it.
func TestCausesOfParts(t *testing.T) {
	t.Parallel()
	const users, events, snapshot, log, agent = "/scim/v2/acme/Users", "/events/acme", "/events/acme/snapshot", "/activity/acme", "/mcp"
	for name, c := range map[string]struct {
		down  func(c *scimstack.Config, panics bool)
		paths []string
	}{
		"store":   {func(c *scimstack.Config, panics bool) { c.Store = downStore{memory.New(), panics} }, []string{users, events, snapshot}},
		"log":     {func(c *scimstack.Config, panics bool) { c.Log = downLog{activity.NewMemory(0), panics} }, []string{log}},
		"tenants": {func(c *scimstack.Config, panics bool) { c.Tenants = downTenants{c.Tenants, panics} }, []string{users, events, snapshot, log, agent}},
	} {
		for _, panics := range []bool{false, true} {
			for _, operator := range []bool{false, true} {
				var out bytes.Buffer
				s := start(t, func(config *scimstack.Config) {
					c.down(config, panics)
					config.Agents, config.Logger = agents.New(agents.Options{}), slog.New(slog.NewTextHandler(&out, nil))
					config.AllEvents = func(*http.Request) bool { return operator }
				})
				for _, path := range c.paths {
					out.Reset()
					status, body := s.send(t, map[bool]string{true: http.MethodPost, false: http.MethodGet}[path == agent], path, "")
					_, id, _ := strings.Cut(body, "(error id ")
					id, _, _ = strings.Cut(id, ")")
					if status != http.StatusInternalServerError || id == "" || !strings.Contains(out.String(), id) || !strings.Contains(out.String(), errDown.Error()) {
						t.Errorf("%s, panics %t, operator %t, %s: %d %s\nlog: %s", name, panics, operator, path, status, body, out.String())
					}
					if strings.Contains(body, errDown.Error()) {
						t.Errorf("%s shows the cause: %s", path, body)
					}
				}
			}
		}
	}
}

// TestGone: a client that has hung up is no fault of the service.
func TestGone(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := start(t, func(c *scimstack.Config) { c.Logger = slog.New(slog.NewTextHandler(&out, nil)) })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, path := range []string{"/events/acme", "/activity/acme"} {
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
		r.Header.Set("Authorization", "Bearer "+s.token)
		s.ServeHTTP(httptest.NewRecorder(), r)
	}
	if strings.Contains(out.String(), "ERROR") {
		t.Error(out.String())
	}
}

// TestBodyBefore: a limit of a handler before the service is a limit, and a body that another handler has read is missing.
func TestBodyBefore(t *testing.T) {
	t.Parallel()
	s := start(t, func(*scimstack.Config) {})
	for _, path := range []string{"/scim/v2/acme/Users", "/scim/v2/acme/Bulk", "/scim/v2/acme/Users/.search"} {
		for body, want := range map[string]int{`{"userName":"` + strings.Repeat("a", 200) + `"}`: http.StatusRequestEntityTooLarge, `{"userName":`: http.StatusBadRequest} {
			for _, length := range []int64{int64(len(body)), -1} {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
				r.ContentLength = length
				r.Header.Set("Authorization", "Bearer "+s.token)
				w := httptest.NewRecorder()
				http.MaxBytesHandler(s, 100).ServeHTTP(w, r)
				if w.Code != want {
					t.Errorf("%s of %d bytes, length %d: %d, want %d: %s", path, len(body), length, w.Code, want, w.Body)
				}
			}
		}
	}
}

// TestZeroPart: the zero value of a Part adds nothing.
func TestZeroPart(t *testing.T) {
	t.Parallel()
	c, _ := minimal(t)
	s, err := scimstack.Assemble(c, scimstack.Part{}, scimstack.Health())
	if err != nil {
		t.Fatal(err)
	}
	started{s, ""}.want(t, http.StatusOK, http.MethodGet, "/healthz", "")
	started{s, ""}.want(t, http.StatusNotFound, http.MethodGet, "/scim/v2/acme/Users", "")
}
