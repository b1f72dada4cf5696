package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/suite"
	"github.com/scimstack/scimstack/pkg/dialect"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/engine"
	"github.com/scimstack/scimstack/pkg/scim/httpapi"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// own is a suite.Service over the directory of the example.
type own struct{ *apptest.Server }

func (s own) URL() string { return s.Base }

func (s own) Wait(_ testing.TB, d time.Duration) { s.Clock.Add(d) }

func start(t *testing.T) suite.Service {
	t.Helper()
	s := &apptest.Server{Tenants: tenant.NewMemory(), Clock: &apptest.Clock{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.Handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	s.Base = server.URL + "/scim/v2"
	var d *directory
	active := func(_ context.Context, id scim.TenantID, user string) (bool, error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		row, exists := d.rows[key{id, scim.Ref{Type: "User", ID: user}}]
		return exists && row.Attributes["active"] != false, nil
	}
	rules := engine.NewRules(engine.Options{PublicBase: s.Base, Now: s.Clock.Now, Hash: func(string) (string, error) { return "hashed", nil }})
	d = &directory{Rules: rules, rows: map[key]engine.Row{}}
	var err error
	s.Handler, err = httpapi.NewHandler(rules.Over(d), httpapi.Options{
		PublicBase: s.Base, Now: s.Clock.Now, Authenticator: tenant.NewAuthenticator(s.Tenants, tenant.Options{Now: s.Clock.Now, Active: active}),
		Admit: tenant.NewLimiter(s.Clock.Now).Admit, Normalise: dialect.Standard().Normalise, Recognise: dialect.Recognise,
	})
	if err != nil {
		t.Fatal(err)
	}
	return own{s}
}

// TestRequirements: the directory of the example passes the transcripts of the standard provider.
func TestRequirements(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../internal/suite/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) {
			t.Parallel()
			suite.PlayOn(t, f, start)
		})
	}
}
