package main

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scimstack/scimstack/internal/async"
)

// startDev runs the command until stop is called, and returns the lines that it printed.
func startDev(t *testing.T, log io.Writer, specs ...string) (lines []string, stop func() error) {
	t.Helper()
	return startLogged(t, devOptions{addr: "127.0.0.1:0", specs: specs}, log)
}

// startDevWith is startDev with options and without a log.
func startDevWith(t *testing.T, o devOptions) (lines []string, stop func() error) {
	t.Helper()
	return startLogged(t, o, io.Discard)
}

// startLogged is startDev with options.
func startLogged(t *testing.T, o devOptions, log io.Writer) (lines []string, stop func() error) {
	t.Helper()
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := async.Go(func() error {
		defer w.Close()
		return runDev(ctx, o, w, slog.New(slog.NewJSONHandler(log, nil)))
	})
	scan := bufio.NewScanner(r)
	for scan.Scan() {
		lines = append(lines, scan.Text())
		if strings.HasPrefix(scan.Text(), "ready") {
			break
		}
	}
	return lines, func() error {
		http.DefaultClient.CloseIdleConnections() // a server waits 5 s for a connection that never carried a request
		cancel()
		select {
		case err := <-done:
			return err
		case <-time.After(2 * time.Minute):
			return context.DeadlineExceeded
		}
	}
}

// value returns the rest of the first line that begins with key.
func value(lines []string, key string) string {
	for _, l := range lines {
		if rest, ok := strings.CutPrefix(l, key); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

func TestDev(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	lines, stop := startDev(t, &log)
	base, token := value(lines, "base URL"), value(lines, "token")
	if strings.Count(strings.Join(lines, "\n"), "base URL") != 3 || !strings.HasSuffix(base, "/scim/v2/acme") || !strings.HasPrefix(token, "scim_acme_") {
		t.Fatal(lines)
	}
	req, _ := http.NewRequest(http.MethodPost, base+"/Users", strings.NewReader(`{"userName":"canary@example.com"}`))
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/scim+json")
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != http.StatusCreated {
		t.Fatal(res, err)
	}
	res.Body.Close()
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), `"operation":"create"`) || strings.Contains(log.String(), "canary") || strings.Contains(log.String(), token) {
		t.Error(log.String())
	}
}

func TestTenantSpecs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x.json"), []byte(`{"id":"urn:x:y","attributes":[{"name":"a"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := parseTenant("name=acme,token=a b=c,idp=Entra,mode=strict,schemas=" + dir)
	if err != nil || got.token != "a b=c" || !got.record.Settings.Strict || got.record.Settings.IdP != "entra" || len(got.record.Settings.Types) != 2 {
		t.Fatalf("%+v %v", got, err)
	}
	for _, bad := range []string{"", "name", "name=", "name=A", "token=x", "name=acme,mode=lax", "name=acme,color=red", "name=acme,schemas=" + dir + "/none/x.json\x00"} {
		if _, err := parseTenant(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
	if err := runDev(t.Context(), devOptions{addr: "127.0.0.1:0", specs: []string{"name=acme", "name=acme"}}, io.Discard, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "two tenants have this name") {
		t.Error(err)
	}
	if err := runDev(t.Context(), devOptions{addr: "256.0.0.1:0"}, io.Discard, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("an impossible address is accepted")
	}
}
