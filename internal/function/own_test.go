package function_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
)

// TestOwn: a configuration of the customer comes before the environment, and what Lambda adds is added: the
// line of the request beside Observe, the log in the table beside hooks.
func TestOwn(t *testing.T) {
	t.Parallel()
	s := newService(t)
	var seen []int
	var hooked string
	h, err := s.config.HTTP(&s.log, scimstack.Config{
		Before: []scim.BeforeHook{func(_ context.Context, e *scim.Event) error {
			if strings.Contains(string(e.After.Document), "broken") {
				return errors.New("payroll is down")
			}
			return nil
		}},
		After:   []scim.AfterHook{func(ctx context.Context, _ *scim.Event) { hooked = scim.CallerFrom(ctx).RequestID }},
		Observe: func(_ *http.Request, rec *scim.Record) { seen = append(seen, rec.Status) },
	}, scimstack.All())
	if err != nil {
		t.Fatal(err)
	}
	if a := s.send(t, h, "POST", "/Users", "", `{"userName":"a"}`); a.StatusCode != http.StatusCreated || hooked != "gateway-request-id" {
		t.Fatalf("%+v, hook of %q", a, hooked)
	}
	expect(t, s.log.line(t), map[string]any{"operation": "create", "status": 201.0, "tenant": "acme"})
	if a := s.send(t, h, "POST", "/Users", "", `{"userName":"broken"}`); a.StatusCode != http.StatusInternalServerError || strings.Contains(a.Body, "payroll") {
		t.Errorf("%+v", a)
	}
	expect(t, s.log.line(t), map[string]any{"cause": "hook: payroll is down"})
	if n := strings.Count(s.log.String(), "payroll is down"); n != 1 {
		t.Errorf("the cause is logged %d times", n)
	}
	if len(seen) != 2 || seen[0] != 201 || seen[1] != 500 {
		t.Error(seen)
	}
}

// TestOwnStore: a Store, a Logger and a public URL of the customer are used, not those of the environment.
func TestOwnStore(t *testing.T) {
	t.Parallel()
	s := newService(t)
	var log strings.Builder
	h, err := s.config.HTTP(&s.log, scimstack.Config{
		Store: memory.New(), PublicBase: "https://own.example.com/scim/v2", Logger: slog.New(slog.NewTextHandler(&log, nil)),
		Ready: func(context.Context) error { return errors.New("not yet") },
	}, scimstack.All())
	if err != nil {
		t.Fatal(err)
	}
	if a := s.send(t, h, "POST", "/Users", "", `{"userName":"a"}`); a.StatusCode != http.StatusCreated || !strings.HasPrefix(a.Headers["Location"], "https://own.example.com/scim/v2/acme/Users/") {
		t.Errorf("%+v", a)
	}
	if n := s.log.line(t)["write_units"]; n != 0.0 {
		t.Errorf("%v units of the table", n)
	}
	if a := invoke(t, h, []byte(`{"version":"2.0","rawPath":"/readyz","requestContext":{"http":{"method":"GET"}}}`)); a.StatusCode != http.StatusServiceUnavailable || !strings.Contains(log.String(), "not yet") {
		t.Errorf("%+v %s", a, log.String())
	}
}
