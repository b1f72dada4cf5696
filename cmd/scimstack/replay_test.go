package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReplay: the whole corpus passes, and a failure is reported.
func TestReplay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../testdata/idp-corpus/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus", err)
	}
	out, err := command(t, append([]string{"replay"}, files...)...)
	if err != nil || strings.Contains(out, "FAILED") || strings.Count(out, "passed  ") < 100 {
		t.Errorf("%v\n%s", err, out)
	}
	wrong := filepath.Join(t.TempDir(), "wrong.json")
	if err := os.WriteFile(wrong, []byte(`[{"id":"x","request":{"method":"GET","path":"/Users"},"expect":{"status":[418]}}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err = command(t, "replay", wrong); err == nil || !strings.Contains(out, "FAILED  x") || !strings.Contains(out, "0 of 1") {
		t.Errorf("%v\n%s", err, out)
	}
	for _, bad := range [][]string{{"replay"}, {"replay", "none.json"}, {"replay", wrong, "--base", "http://127.0.0.1:1"}} {
		if _, err := command(t, bad...); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
}

// TestRecord: `scimstack replay` passes on a file that `scimstack dev --record` has written.
func TestRecord(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "recording.json")
	lines, stop := startDevWith(t, devOptions{addr: "127.0.0.1:0", specs: []string{"name=acme,idp=entra"}, record: file})
	base, token := value(lines, "base URL"), value(lines, "token")
	if out, err := command(t, "demo", "--idp", "entra", "--base", base, "--token", token); err != nil {
		t.Fatal(err, out)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(data), token) || strings.Contains(string(data), "demo.example") {
		t.Fatal(err, "a value is in the recording")
	}
	if out, err := command(t, "replay", file); err != nil || !strings.Contains(out, "1 of 1") {
		t.Error(err, out)
	}
}

// TestReplaySettings: --mode and --schemas set up the tenants of the local server.
func TestReplaySettings(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "strict.json")
	scenario := `[{"id":"x","request":{"method":"POST","path":"/Users","body":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","shoeSize":1}},"expect":{"status":[400]}},
{"id":"y","request":{"method":"GET","path":"/Schemas/urn:example:params:scim:schemas:extension:acme:2.0:rus:Personal:User"},"expect":{"status":[200]}}]`
	if err := os.WriteFile(file, []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t, "replay", file, "--mode", "strict", "--schemas", "../../testdata/cases/schemas"); err != nil {
		t.Error(err, out)
	}
	if out, err := command(t, "replay", file); err == nil || !strings.Contains(out, "0 of 2") {
		t.Error(err, out)
	}
	for _, bad := range [][]string{{"--mode", "lax"}, {"--schemas", "none"}} {
		if _, err := command(t, append([]string{"replay", file}, bad...)...); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
}
