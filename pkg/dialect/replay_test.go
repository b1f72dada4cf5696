package dialect_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"

	"github.com/scimstack/scimstack/internal/replay"
	"github.com/scimstack/scimstack/pkg/dialect"
	"github.com/scimstack/scimstack/pkg/memory"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
	"github.com/scimstack/scimstack/pkg/tenant"
)

const publicBase = "https://scim.example.test/scim/v2"

// direct is a RoundTripper that calls a handler in the process.
type direct struct{ h http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.RequestURI = r.URL.RequestURI()
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	d.h.ServeHTTP(w, in)
	return w.Result(), nil
}

// reduced resolves to tenants that have only the tolerances of a pipeline.
type reduced struct {
	*tenant.Authenticator
	p *dialect.Pipeline
}

func (a reduced) Authenticate(ctx context.Context, name, credential string) (*scim.Principal, *scim.Tenant, error) {
	who, t, err := a.Authenticator.Authenticate(ctx, name, credential)
	if err == nil {
		t = a.p.Tenant(t)
	}
	return who, t, err
}

// play replays a scenario in a new tenant of a service with this pipeline; notes are the notes of
// all its requests.
func play(t *testing.T, p *dialect.Pipeline, s replay.Scenario, change func(*tenant.Settings)) (notes []string, err error) {
	t.Helper()
	id, err := scim.ParseTenantID("acme")
	if err != nil {
		t.Fatal(err)
	}
	text, token := tenant.NewToken(id, scim.All)
	tenants, settings := tenant.NewMemory(), tenant.Settings{ID: id, IdP: s.Profile}
	if change != nil {
		change(&settings)
	}
	tenants.Set(tenant.Record{Settings: settings, Tokens: []tenant.Token{token}})
	provider := engine.New(memory.New(), engine.Options{PublicBase: publicBase, Hash: func(string) (string, error) { return "hashed", nil }})
	h, err := httpapi.NewHandler(provider, httpapi.Options{
		Authenticator: reduced{tenant.NewAuthenticator(tenants, tenant.Options{}), p}, PublicBase: publicBase,
		Normalise: p.Normalise, Recognise: dialect.Recognise,
		Observe: func(_ *http.Request, rec *scim.Record) { notes = append(notes, rec.Notes...) },
	})
	if err != nil {
		t.Fatal(err)
	}
	err = replay.Run(t.Context(), replay.Target{Base: publicBase + "/acme", Token: text, Client: &http.Client{
		Transport: direct{h}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, s)
	return notes, err
}

// scenarios returns the recorded corpus, and the scenarios of this package for quirks that the
// corpus does not cover.
func scenarios(t *testing.T) []replay.Scenario {
	t.Helper()
	var all []replay.Scenario
	for _, glob := range []string{"../../testdata/idp-corpus/*.json", "testdata/scenarios/*.json"} {
		files, err := filepath.Glob(glob)
		if err != nil || len(files) == 0 {
			t.Fatal("no scenarios", glob, err)
		}
		for _, f := range files {
			list, err := replay.Load(f)
			if err != nil {
				t.Fatalf("%s: %v", f, err)
			}
			all = append(all, list...)
		}
	}
	return all
}

// TestScenarios plays every scenario with the whole pipeline.
func TestScenarios(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range scenarios(t) {
		if seen[s.ID] {
			t.Errorf("two scenarios have the id %s", s.ID)
		}
		seen[s.ID] = true
		if _, err := play(t, dialect.Standard(), s, nil); err != nil {
			t.Errorf("%s %q: %v", s.ID, s.Description, err)
		}
	}
}

// TestMutation switches the normalisers off one by one: scenarios of their quirks must fail,
// otherwise the normaliser is not needed.
func TestMutation(t *testing.T) {
	t.Parallel()
	all := scenarios(t)
	for _, n := range dialect.Standard().Normalisers() {
		t.Run(n.Name, func(t *testing.T) {
			t.Parallel()
			p := dialect.Standard().Without(n.Name)
			var failing []string
			for _, s := range all {
				if !slices.ContainsFunc(s.Quirks, func(q string) bool { return slices.Contains(n.Quirks, q) }) {
					continue
				}
				if _, err := play(t, p, s, nil); err != nil {
					failing = append(failing, s.ID)
				}
			}
			if len(failing) == 0 {
				t.Errorf("without %s every scenario of %v passes", n.Name, n.Quirks)
			}
			t.Logf("without %s these fail: %v", n.Name, failing)
		})
	}
}
