package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// TestReady: the health check passes while the server answers and is ready, over TLS with the certificate of the file alone.
func TestReady(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := keyPair(t, dir, 1)
	s := startServe(t, nil, "--tls-cert", cert, "--tls-key", key, "--store", "sqlite:"+filepath.Join(dir, "scim.db"))
	addr := strings.TrimSuffix(strings.TrimPrefix(s.base, "https://"), "/scim/v2/acme")
	if text, err := output(t, "ready", "--addr", addr, "--tls-cert", cert); err != nil || !strings.Contains(text, "https://"+addr+"/readyz") {
		t.Errorf("%v %s", err, text)
	}
	other, _ := keyPair(t, t.TempDir(), 2)
	if text, err := output(t, "ready", "--addr", addr, "--tls-cert", other); err == nil {
		t.Error("another certificate is accepted", text)
	}
	s.kill(t)
	if _, err := output(t, "ready", "--addr", addr, "--tls-cert", cert); err == nil || statusOf(err) != statusFailed {
		t.Error("nothing listens", err)
	}
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	defer busy.Close()
	if text, err := output(t, "ready", "--addr", strings.TrimPrefix(busy.URL, "http://"), "-o", "json"); statusOf(err) != statusFailed || !strings.Contains(text, `"ready": false`) {
		t.Error(text, err)
	}
	if _, err := output(t, "ready", "--addr", "8080"); statusOf(err) != statusUsage {
		t.Error(err)
	}
}
