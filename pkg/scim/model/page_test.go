package model_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var fence = regexp.MustCompile("(?s)```(go|text)\n(.*?)```")

// TestPage runs the program of docs/how-to/typed-resources.md and compares its output with the page.
func TestPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/how-to/typed-resources.md")
	if err != nil {
		t.Fatal(err)
	}
	text := map[string]string{}
	for _, block := range fence.FindAllStringSubmatch(string(page), -1) {
		text[block[1]] += block[2] + "\n"
	}
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, []byte(text["go"]), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "run", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if diff := cmp.Diff(strings.TrimSpace(text["text"]), strings.TrimSpace(string(out))); diff != "" {
		t.Error(diff)
	}
}
