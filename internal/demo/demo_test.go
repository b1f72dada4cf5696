package demo_test

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/demo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// noWait does not wait, but ends with the context.
func noWait(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func run(t *testing.T, configure func(*scimstack.Config), o demo.Options) *demo.Report {
	t.Helper()
	l, err := demo.NewLocal(t.Context(), configure)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	o.Target, o.Wait = l.Target, noWait
	report, err := demo.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func all(t *testing.T, report *demo.Report) {
	t.Helper()
	var b strings.Builder
	report.Write(&b)
	if report.Failed() > 0 || len(report.Steps) == 0 {
		t.Error(b.String())
	}
}

// TestTwins: every identity provider works unmodified, from the first sync to the last leaver.
func TestTwins(t *testing.T) {
	t.Parallel()
	for _, idp := range demo.Names() {
		t.Run(idp, func(t *testing.T) {
			t.Parallel()
			report := run(t, nil, demo.Options{IdPs: []string{idp}, Seed: 7})
			all(t, report)
			if report.Requests < 100 || len(report.Steps) < 12 {
				t.Errorf("%d requests, %d steps", report.Requests, len(report.Steps))
			}
		})
	}
}

// TestFaults: lost responses and repeated or refused requests do not change the result.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, kind := range demo.FaultKinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			report := run(t, nil, demo.Options{IdPs: []string{"okta", "entra", "onelogin"}, Seed: 3, Faults: []string{kind}})
			all(t, report)
			if report.Faults[kind] < 10 {
				t.Errorf("only %v", report.Faults)
			}
		})
	}
	t.Run("all together", func(t *testing.T) {
		t.Parallel()
		report := run(t, nil, demo.Options{IdPs: demo.Names(), Seed: 4, Faults: demo.FaultKinds()})
		all(t, report)
		if got := slices.Sorted(maps.Keys(report.Faults)); len(got) != len(demo.FaultKinds()) {
			t.Errorf("faults %v", got)
		}
	})
}

// amputated is a server that ignores some requests but reports success.
type amputated struct {
	http.Handler
	breakIt func(r *http.Request) bool
}

func (a amputated) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if a.breakIt(r) {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	a.Handler.ServeHTTP(w, r)
}

// TestProofsCanFail: a server that reports success without a change fails a step.
func TestProofsCanFail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		idp     string
		breakIt func(r *http.Request) bool
		step    string
	}{
		"PATCH of people is ignored": {"entra", func(r *http.Request) bool {
			return r.Method == http.MethodPatch && strings.Contains(r.URL.Path, "/Users/")
		}, "Deactivate"},
		"PATCH of groups is ignored": {"okta", func(r *http.Request) bool {
			return r.Method == http.MethodPatch && strings.Contains(r.URL.Path, "/Groups/")
		}, "Group push"},
		"deleted people stay": {"keycloak", func(r *http.Request) bool {
			return r.Method == http.MethodDelete && strings.Contains(r.URL.Path, "/Users/")
		}, "Delete a person"},
		"every token is accepted": {"google", func(r *http.Request) bool { return strings.Contains(r.Header.Get("Authorization"), "not-a-token") }, "Test connection"},
		"PUT is ignored":          {"onelogin", func(r *http.Request) bool { return r.Method == http.MethodPut }, "Rename a person"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := demo.NewLocal(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(l.Close)
			l.Wrap(func(h http.Handler) http.Handler { return amputated{h, c.breakIt} })
			report, err := demo.Run(t.Context(), demo.Options{Target: l.Target, Wait: noWait, IdPs: []string{c.idp}, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range report.Steps {
				if s.Name == c.step && s.Err != nil {
					return
				}
			}
			t.Errorf("the step %q did not fail", c.step)
		})
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	target := func(string) (demo.Target, error) { return demo.Target{}, scim.ErrTenantID }
	for _, o := range []demo.Options{
		{IdPs: []string{"none"}}, {IdPs: []string{"okta"}, Target: target},
		{IdPs: []string{"okta"}, Faults: []string{"fire"}, Target: func(string) (demo.Target, error) { return demo.Target{}, nil }},
	} {
		if _, err := demo.Run(t.Context(), o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
}
