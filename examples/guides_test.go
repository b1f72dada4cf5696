// Package examples_test runs the programs of the guides.
package examples_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimstack/scimstack/internal/guide"
)

// TestGuides runs every program of the guides about embedding and compares what it prints.
func TestGuides(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"embed", "hooks", "oauth", "own-provider", "receive-changes"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile("../docs/how-to/" + name + ".md")
			if err != nil {
				t.Fatal(err)
			}
			blocks, err := guide.Blocks(string(text))
			if err != nil {
				t.Fatal(err)
			}
			programs := 0
			for i, b := range blocks {
				if b.Lang != "go" {
					continue
				}
				programs++
				if !strings.HasPrefix(b.Body, "package main\n") || i+1 == len(blocks) || blocks[i+1].Lang != "text" {
					t.Fatalf("line %d: no program with its output", b.Line)
				}
				file := filepath.Join(t.TempDir(), "main.go")
				if err := os.WriteFile(file, []byte(b.Body), 0o600); err != nil {
					t.Fatal(err)
				}
				got, err := exec.CommandContext(t.Context(), "go", "run", file).CombinedOutput()
				if err != nil || string(got) != blocks[i+1].Body {
					t.Errorf("%v\n%s\nwant\n%s", err, got, blocks[i+1].Body)
				}
			}
			if programs == 0 {
				t.Fatal("no program")
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
