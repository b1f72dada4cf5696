package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDoctorGuide runs the commands of docs/how-to/check-a-deployment.md one after the other, in an empty folder, and
// compares what they print with the page.
func TestDoctorGuide(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("bash is not installed")
	}
	page, err := os.ReadFile("../../docs/how-to/check-a-deployment.md")
	if err != nil {
		t.Fatal(err)
	}
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	script, shown := "set -eu\n", ""
	for _, m := range regexp.MustCompile("(?s)```(sh|text)\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		if m[1] == "sh" {
			script += strings.ReplaceAll(m[2], "8080", port)
		} else {
			shown += strings.ReplaceAll(m[2], "8080", port)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-m", "-c", script+"kill %1\n")
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(bin)+string(os.PathListSeparator)+os.Getenv("PATH"), "SCIMSTACK_ADDR=127.0.0.1:"+port, "SCIMSTACK_TOKEN=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	times := regexp.MustCompile(`(in|by) [\d.]+ ?[µm]?s`)
	got := times.ReplaceAllString(string(out), "$1 T")
	for line := range strings.Lines(times.ReplaceAllString(shown, "$1 T")) {
		if !strings.Contains(got, line) {
			t.Errorf("the output has no %q:\n%s", line, out)
		}
	}
	for _, want := range []string{"status 1", "\n0\n", "users and groups; key "} {
		if !strings.Contains(got, want) {
			t.Errorf("the output has no %q:\n%s", want, out)
		}
	}
}
