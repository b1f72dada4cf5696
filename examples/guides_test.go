// Package examples_test runs the programs of the guides.
package examples_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

var program = regexp.MustCompile("(?s)```go\n(package main\n.*?)```\n\nIt prints:\n\n```text\n(.*?)```")

// TestGuides runs every program of the guides about embedding and compares what it prints.
func TestGuides(t *testing.T) {
	t.Parallel()
	for _, guide := range []string{"embed", "hooks", "own-provider"} {
		t.Run(guide, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile("../docs/how-to/" + guide + ".md")
			if err != nil {
				t.Fatal(err)
			}
			blocks := regexp.MustCompile("(?m)^```go$").FindAll(text, -1)
			programs := program.FindAllSubmatch(text, -1)
			if len(programs) == 0 || len(programs) != len(blocks) {
				t.Fatalf("%d programs with their output among %d blocks", len(programs), len(blocks))
			}
			for _, p := range programs {
				file := filepath.Join(t.TempDir(), "main.go")
				if err := os.WriteFile(file, p[1], 0o600); err != nil {
					t.Fatal(err)
				}
				got, err := exec.CommandContext(t.Context(), "go", "run", file).CombinedOutput()
				if err != nil || string(got) != string(p[2]) {
					t.Errorf("%v\n%s\nwant\n%s", err, got, p[2])
				}
			}
		})
	}
}
