// Package examples_test runs the programs of the guides.
package examples_test

import (
	"bytes"
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
	for _, guide := range []string{"embed", "hooks", "oauth", "own-provider", "receive-changes"} {
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

// TestExamples: each example has less than 150 lines, a test, and a row in the list.
func TestExamples(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	programs, err := filepath.Glob("*/main.go")
	if err != nil || len(programs) < 8 {
		t.Fatal(programs, err)
	}
	for _, file := range programs {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(source, []byte("\n")); n >= 150 {
			t.Errorf("%s has %d lines", file, n)
		}
		if !bytes.Contains(list, []byte("("+filepath.ToSlash(file)+")")) {
			t.Errorf("README.md does not list %s", file)
		}
		if tests, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*_test.go")); len(tests) == 0 {
			t.Errorf("%s has no test", file)
		}
	}
	if n := bytes.Count(list, []byte("/main.go)")); n != len(programs) {
		t.Errorf("README.md lists %d programs of %d", n, len(programs))
	}
}
