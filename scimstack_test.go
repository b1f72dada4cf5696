package scimstack_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/agents"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/schema"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const base = "https://app.example.com/scim/v2"

// minimal is the smallest configuration, and a token of its tenant acme.
func minimal(t *testing.T) (c scimstack.Config, token string) {
	t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	token, kept := tenant.NewToken(id, scim.All|scim.Activity|scim.Agent|scim.Events)
	tenants := tenant.NewMemory()
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: id}, Tokens: []tenant.Token{kept}})
	return scimstack.Config{Store: memory.New(), Tenants: tenants, PublicBase: base}, token
}

// started is a service with its token.
type started struct {
	*scimstack.Service
	token string
}

func start(t *testing.T, change func(*scimstack.Config)) started {
	t.Helper()
	c, token := minimal(t)
	change(&c)
	s, err := scimstack.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return started{s, token}
}

func (s started) send(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+s.token)
	if path == "/mcp" {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		r.Host = "app.example.com"
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func (s started) want(t *testing.T, status int, method, path, body string) string {
	t.Helper()
	got, text := s.send(t, method, path, body)
	if got != status {
		t.Errorf("%s %s: %d, want %d: %s", method, path, got, status, text)
	}
	return text
}

// TestRefused: each field that cannot be right is refused, with its name and what to write instead.
func TestRefused(t *testing.T) {
	t.Parallel()
	before := []scim.BeforeHook{func(context.Context, *scim.Event) error { return nil }}
	after := []scim.AfterHook{func(context.Context, *scim.Event) {}}
	own := func(c *scimstack.Config) { c.Provider = engine.New(c.Store, engine.Options{PublicBase: base}) }
	for _, c := range []struct {
		field, remedy string
		change        func(*scimstack.Config)
	}{
		{"Store", "memory.New", func(c *scimstack.Config) { c.Store = nil }},
		{"Tenants", "tenant.NewMemory", func(c *scimstack.Config) { c.Tenants = nil }},
		{"Store", "nil *memory.Store; check the error", func(c *scimstack.Config) { c.Store = (*memory.Store)(nil) }},
		{"Provider", "check the error", func(c *scimstack.Config) { c.Provider = (*engine.Provider)(nil) }},
		{"Tenants", "check the error", func(c *scimstack.Config) { c.Tenants = (*tenant.Memory)(nil) }},
		{"Log", "check the error", func(c *scimstack.Config) { c.Log = (*activity.Memory)(nil) }},
		{"PublicBase", "write the URL", func(c *scimstack.Config) { c.PublicBase = "" }},
		{"PublicBase", "write the URL", func(c *scimstack.Config) { c.PublicBase = "app.example.com/scim/v2" }},
		{"PublicBase", "write the URL", func(c *scimstack.Config) { c.PublicBase = "ftp://app.example.com/scim/v2" }},
		{"PublicBase", "write the URL", func(c *scimstack.Config) { c.PublicBase = base + "?a=b" }},
		{"PublicBase", "write the URL", func(c *scimstack.Config) { c.PublicBase = base + "?" }},
		{"PublicBase", "write the URL", func(c *scimstack.Config) { c.PublicBase = base + "#a" }},
		{"PublicBase", "write the URL", func(c *scimstack.Config) { c.PublicBase = "https://user@app.example.com/scim/v2" }},
		{"PublicBase", "set Prefix", func(c *scimstack.Config) { c.PublicBase = "https://app.example.com" }},
		{"PublicBase", "write the URL", func(c *scimstack.Config) { c.PublicBase = "http://:8080/scim/v2" }},
		{"PublicBase", "write the URL", func(c *scimstack.Config) { c.PublicBase = "https://app.example.com:/scim/v2" }},
		{"PublicBase", "write the URL", func(c *scimstack.Config) { c.PublicBase = "https://app.example.com:99999/scim/v2" }},
		{"Only", `write "Users"`, func(c *scimstack.Config) { c.Only = []string{"Groups", "users"} }},
		{"Only", `write "Users"`, func(c *scimstack.Config) { c.Only = []string{"User"} }},
		{"ValueTypes", "leave the element out", func(c *scimstack.Config) { c.ValueTypes = map[string]*schema.Kind{"x": nil} }},
		{"AllEvents", "leave AllEvents out", func(c *scimstack.Config) {
			c.Store, c.AllEvents = struct{ scim.Store }{c.Store}, feed.Bearer(strings.Repeat("s", 40))
		}},
		{"Prefix", "/scim/v2", func(c *scimstack.Config) { c.Prefix = "scim" }},
		{"Prefix", "/scim/v2", func(c *scimstack.Config) { c.Prefix = "/scim/" }},
		{"Prefix", "/scim/v2", func(c *scimstack.Config) { c.Prefix = "/" }},
		{"Prefix", "choose another", func(c *scimstack.Config) { c.Prefix = "/activity/v2" }},
		{"PublicBase", "choose another", func(c *scimstack.Config) { c.PublicBase = "https://app.example.com/mcp" }},
		{"PublicBase", "/scim/v2", func(c *scimstack.Config) { c.PublicBase = base + "//" }},
		{"PublicBase", "/scim/v2", func(c *scimstack.Config) { c.PublicBase, c.Prefix = "https://app.example.com//scim", "/scim/v2" }},
		{"PublicBase", "/scim/v2", func(c *scimstack.Config) { c.PublicBase = "https://app.example.com/a%2Fb" }},
		{"Only", "without a slash", func(c *scimstack.Config) { c.Only = []string{"Users", "/Groups"} }},
		{"Only", "without a slash", func(c *scimstack.Config) { c.Only = []string{""} }},
		{"Before", "leave the element out", func(c *scimstack.Config) { c.Before = []scim.BeforeHook{nil} }},
		{"After", "leave the element out", func(c *scimstack.Config) { c.After = []scim.AfterHook{nil} }},
		{"Admin", "name the part too", func(c *scimstack.Config) { c.Admin = http.NotFoundHandler() }},
		{"Prefix", "choose another", func(c *scimstack.Config) { c.Prefix = "/admin/v1" }},
		{"NoLog", "leave one of them out", func(c *scimstack.Config) { c.NoLog, c.Recorder = true, &activity.Recorder{} }},
		{"SkipReads", "leave it out", func(c *scimstack.Config) { c.SkipReads, c.NoLog = true, true }},
		{"SkipReads", "activity.Options", func(c *scimstack.Config) { c.SkipReads, c.Recorder = true, &activity.Recorder{} }},
		{"FlushFor", "leave it out", func(c *scimstack.Config) { c.FlushFor = -1 }},
		{"ObserveCauses", "set Observe", func(c *scimstack.Config) { c.ObserveCauses = true }},
		{"DocumentationURI", "https://", func(c *scimstack.Config) { c.DocumentationURI = "docs" }},
		{"MaxAnswer", "leave it out", func(c *scimstack.Config) { c.MaxAnswer = -1 }},
		{"Timeout", "leave it out", func(c *scimstack.Config) { c.Timeout = -time.Second }},
		{"Before", "engine.Options", func(c *scimstack.Config) { own(c); c.Before = before }},
		{"After", "engine.Options", func(c *scimstack.Config) { own(c); c.After = after }},
		{"Hash", "engine.Options", func(c *scimstack.Config) { own(c); c.Hash = tenant.HashPassword }},
		{"CursorKey", "engine.Options", func(c *scimstack.Config) { own(c); c.CursorKey[0] = 1 }},
		{"DocumentationURI", "engine.Options", func(c *scimstack.Config) { own(c); c.DocumentationURI = "https://docs.example.com" }},
		{"MaxAnswer", "engine.Options", func(c *scimstack.Config) { own(c); c.MaxAnswer = 1 }},
	} {
		config, _ := minimal(t)
		c.change(&config)
		_, err := scimstack.New(config)
		var wrong *scimstack.ConfigError
		if !errors.As(err, &wrong) || wrong.Field != c.field || !strings.Contains(err.Error(), "Config."+c.field) || !strings.Contains(err.Error(), c.remedy) {
			t.Errorf("%s, %q: %v", c.field, c.remedy, err)
		}
	}
}

// TestParts: one call serves SCIM, the provisioning log, agents and health, with what was left out.
func TestParts(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *scimstack.Config) {
		c.PublicBase += "/" // forgiven
		c.Agents = agents.New(agents.Options{})
		c.FlushFor = time.Minute
	})
	made := s.want(t, 201, "POST", "/scim/v2/acme/Users", `{"userName":"ann","password":"Secret-1-of-ann"}`)
	if !strings.Contains(made, base+"/acme/Users/") {
		t.Error(made)
	}
	s.want(t, 409, "POST", "/scim/v2/acme/Users", `{"userName":"ann"}`)
	if log := s.want(t, 200, "GET", "/activity/acme?failed=true", ""); !strings.Contains(log, `"code":"attribute.taken"`) || !strings.Contains(log, `"explanation"`) {
		t.Error(log)
	}
	if tools := s.want(t, 200, "POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`); !strings.Contains(tools, "plan_change") {
		t.Error(tools)
	}
	s.want(t, 200, "GET", "/healthz", "")
	s.want(t, 200, "HEAD", "/readyz", "")
	s.want(t, 405, "POST", "/healthz", "")
	s.want(t, 404, "GET", "/elsewhere", "")
	if s.Provider() == nil {
		t.Error("no provider")
	}
}

// slowLog is a log that takes two seconds for a write.
type slowLog struct{ *activity.Memory }

func (l slowLog) AppendCounted(ctx context.Context, records []activity.Record, counts []activity.Tally) error {
	time.Sleep(2 * time.Second)
	return l.Memory.AppendCounted(ctx, records, counts)
}

// TestSettled: who reads the log after an answer finds the request in it, although the log is written later, and slowly.
func TestSettled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, settled)
}

func settled(t *testing.T) {
	log := slowLog{activity.NewMemory(0)}
	recorder := activity.NewRecorder(log, activity.Options{Linger: time.Hour})
	t.Cleanup(func() { _ = recorder.Close(context.Background()) })
	s := start(t, func(c *scimstack.Config) {
		c.Agents = agents.New(agents.Options{})
		c.Log, c.Recorder = log, recorder
	})
	const call = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_provisioning_requests","arguments":{"status":%s}}}`
	for _, read := range []struct{ status, method, path, body string }{
		{"404", "GET", "/activity/acme?status=404", ""},
		{"405", "POST", "/mcp", fmt.Sprintf(call, "405")},
	} {
		if read.status == "404" {
			s.want(t, 404, "GET", "/scim/v2/acme/Users/none", "")
		} else {
			s.want(t, 405, "PUT", "/scim/v2/acme/Users", "{}")
		}
		if answer := s.want(t, 200, read.method, read.path, read.body); !strings.Contains(answer, read.status+`,"`) {
			t.Errorf("%s %s: %s", read.method, read.path, answer)
		}
	}
}

// TestLeftOut: a part that is left out is not served, and its absence breaks nothing.
func TestLeftOut(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *scimstack.Config) { c.NoLog = true })
	s.want(t, 201, "POST", "/scim/v2/acme/Users", `{"userName":"ann"}`)
	s.want(t, 404, "GET", "/activity/acme", "")
	s.want(t, 404, "POST", "/mcp", `{}`)

	kept := activity.NewMemory(0)
	s = start(t, func(c *scimstack.Config) { c.NoLog, c.Log, c.FlushFor = true, kept, time.Minute })
	s.want(t, 201, "POST", "/scim/v2/acme/Users", `{"userName":"ann"}`)
	if log := s.want(t, 200, "GET", "/activity/acme", ""); strings.Contains(log, `"operation"`) {
		t.Errorf("NoLog wrote a record: %s", log)
	}

	s = start(t, func(c *scimstack.Config) { c.SkipReads, c.FlushFor = true, time.Minute })
	s.want(t, 200, "GET", "/scim/v2/acme/Users", "")
	s.want(t, 201, "POST", "/scim/v2/acme/Users", `{"userName":"ann"}`)
	if log := s.want(t, 200, "GET", "/activity/acme", ""); strings.Count(log, `"operation"`) != 1 {
		t.Error(log)
	}
}

// TestAssembled: a program serves the parts that it names and no other.
func TestAssembled(t *testing.T) {
	t.Parallel()
	c, token := minimal(t)
	c.Log, c.Agents = activity.NewMemory(0), agents.New(agents.Options{})
	for name, part := range map[string]scimstack.Part{
		"/scim/v2/acme/Users": scimstack.SCIM(), "/activity/acme": scimstack.Activity(), "/mcp": scimstack.MCP(), "/healthz": scimstack.Health(),
	} {
		service, err := scimstack.Assemble(c, part)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = service.Close(context.Background()) })
		s := started{service, token}
		for _, path := range []string{"/scim/v2/acme/Users", "/activity/acme", "/mcp", "/healthz"} {
			method, body := "GET", ""
			if path == "/mcp" {
				method, body = "POST", `{"jsonrpc":"2.0","id":1,"method":"ping"}`
			}
			if got, text := s.send(t, method, path, body); (got == 200) != (path == name) {
				t.Errorf("with %s, %s is %d %s", name, path, got, text)
			}
		}
	}
	if _, err := scimstack.Assemble(scimstack.Config{Store: c.Store, Tenants: c.Tenants}, scimstack.Activity()); err != nil {
		t.Errorf("the log alone needs no URL: %v", err)
	}
}

// TestPrefix: the path of the public URL is that of requests, unless a gateway changes it.
func TestPrefix(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *scimstack.Config) { c.PublicBase = "https://app.example.com/identity" })
	s.want(t, 200, "GET", "/identity/acme/Users", "")
	s.want(t, 404, "GET", "/scim/v2/acme/Users", "")
	s = start(t, func(c *scimstack.Config) {
		c.PublicBase, c.Prefix = "https://app.example.com/production/scim/v2", scimstack.Prefix
	})
	if text := s.want(t, 201, "POST", "/scim/v2/acme/Users", `{"userName":"ann"}`); !strings.Contains(text, "/production/scim/v2/acme/Users/") {
		t.Error(text)
	}
}

// TestReady: Ready decides, and its cause is for the log only.
func TestReady(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	s := start(t, func(c *scimstack.Config) {
		c.Ready = func(context.Context) error { return errors.New("database gone") }
		c.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	if text := s.want(t, 503, "GET", "/readyz", ""); strings.Contains(text, "database") {
		t.Error(text)
	}
	s.want(t, 200, "GET", "/healthz", "")
	if !strings.Contains(log.String(), "database gone") {
		t.Error(log.String())
	}
}

// TestCauses: the cause of a 500 is in the log, with Observe too, unless Observe writes it.
func TestCauses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ observe, causes, logged bool }{{false, false, true}, {true, false, true}, {true, true, false}} {
		var log strings.Builder
		var seen error
		s := start(t, func(config *scimstack.Config) {
			config.Before = []scim.BeforeHook{func(context.Context, *scim.Event) error { return errors.New("payroll is down") }}
			config.Logger = slog.New(slog.NewTextHandler(&log, nil))
			if config.ObserveCauses = c.causes; c.observe {
				config.Observe = func(_ *http.Request, rec *scim.Record) { seen = rec.Err }
			}
		})
		text := s.want(t, 500, "POST", "/scim/v2/acme/Users", `{"userName":"ann"}`)
		if strings.Contains(text, "payroll") || strings.Contains(log.String(), "payroll is down") != c.logged || (seen != nil) != c.observe {
			t.Errorf("%+v: %s\n%s\n%v", c, text, log.String(), seen)
		}
	}
}

// byHand is a provider that knows one user, and no Store.
type byHand struct {
	scim.Provider
	active bool
	gone   bool
}

func (p *byHand) Get(_ context.Context, at scim.Target, _ scim.Projection) (*scim.Result, error) {
	if p.gone {
		return nil, scim.ErrNotFound
	}
	body, err := json.Marshal(map[string]any{"id": at.ID, "userName": "ann", "active": p.active})
	return &scim.Result{ID: at.ID, Body: body}, err
}

func (p *byHand) Abilities(*scim.Tenant) scim.Abilities { return scim.Abilities{} }

// TestProvider: a provider of one's own gets HTTP, the log and agents that read; a token that is linked to
// a user ends with this user.
func TestProvider(t *testing.T) {
	t.Parallel()
	p := &byHand{active: true}
	id, _ := scim.ParseTenantID("acme")
	text, token := tenant.NewToken(id, scim.All|scim.Activity)
	token.UserID = "1"
	tenants := tenant.NewMemory()
	tenants.Set(tenant.Record{Settings: tenant.Settings{ID: id}, Tokens: []tenant.Token{token}})
	service, err := scimstack.New(scimstack.Config{Provider: p, Tenants: tenants, PublicBase: base, Agents: agents.New(agents.Options{}), FlushFor: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = service.Close(context.Background()) })
	s := started{service, text}
	s.want(t, 200, "GET", "/scim/v2/acme/Users/1", "")
	if log := s.want(t, 200, "GET", "/activity/acme", ""); !strings.Contains(log, `"operation":"get"`) {
		t.Error(log)
	}
	s.want(t, 200, "POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"ping"}`)
	p.active = false
	s.want(t, 401, "GET", "/scim/v2/acme/Users/1", "")
	p.active, p.gone = true, true
	s.want(t, 401, "GET", "/scim/v2/acme/Users/1", "")
}

// TestAdmin: the administration is served only if the part is named, and its handler gets its whole path and nothing else.
func TestAdmin(t *testing.T) {
	t.Parallel()
	config, _ := minimal(t)
	config.Admin = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "admin "+r.URL.Path) })
	service, err := scimstack.Assemble(config, scimstack.All(), scimstack.Admin())
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close(t.Context())
	for path, want := range map[string]string{"/admin/v1": "admin /admin/v1", "/admin/v1/tenants": "admin /admin/v1/tenants", "/admin/v12": "", "/admin": "", "/healthz": "ok\n"} {
		w := httptest.NewRecorder()
		service.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if got := w.Body.String(); want != "" && got != want || want == "" && strings.HasPrefix(got, "admin") {
			t.Errorf("%s: %s", path, got)
		}
	}
	config.Admin = nil
	if _, err := scimstack.Assemble(config, scimstack.All(), scimstack.Admin()); err == nil || !strings.Contains(err.Error(), "Config.Admin") {
		t.Error(err)
	}
}
