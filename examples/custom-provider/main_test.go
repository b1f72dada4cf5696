package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/replay"
)

// TestTraffic: recorded traffic of identity providers is answered as by the standard provider.
func TestTraffic(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../testdata/idp-corpus/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			scenarios, err := replay.Load(file)
			if err != nil || len(scenarios) == 0 {
				t.Fatal(len(scenarios), err)
			}
			for _, s := range scenarios {
				base, token := serve(t, s.Profile)
				if err := replay.Run(t.Context(), replay.Target{Base: base, Token: token}, s); err != nil {
					t.Errorf("%s %s: %v", s.ID, s.Description, err)
				}
			}
		})
	}
}

// serve starts the example with an empty tenant.
func serve(t *testing.T, idp string) (base, token string) {
	t.Helper()
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	handler, token = service(server.URL+"/scim/v2", idp)
	return server.URL + "/scim/v2/acme", token
}
