package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/guide"
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
	blocks, err := guide.Blocks(string(page))
	if err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	shown := ""
	for _, b := range blocks {
		if b.Lang == "text" {
			shown += strings.ReplaceAll(b.Body, "8080", port)
		}
	}
	out := runBlocks(t, filepath.Dir(bin), port, blocks)
	times := regexp.MustCompile(`(in|by) [\d.]+ ?[µm]?s`)
	got := times.ReplaceAllString(out, "$1 T")
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
