package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/apptest"
	"github.com/scimstack/scimstack/internal/suite"
	"github.com/scimstack/scimstack/pkg/scim/engine"
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
	rules := engine.NewRules(engine.Options{PublicBase: s.Base, Now: s.Clock.Now, Hash: func(string) (string, error) { return "hashed", nil }})
	d := &directory{Rules: rules, rows: map[key]engine.Row{}}
	var err error
	s.Handler, err = scimstack.New(scimstack.Config{Provider: rules.Over(d), Tenants: s.Tenants, PublicBase: s.Base, Now: s.Clock.Now, NoLog: true})
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
