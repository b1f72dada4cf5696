package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// documented finds a command line in a text: in a block of a page, between backquotes, or in a message
// of this program.
var documented = regexp.MustCompile("(?m)(?:cmd/|^|[`\\s])scimstack((?: +[^\\s`|\"#\\\\]+)+)")

// TestDocumentedCommands: every command and flag that the guide, the README and the messages of the
// program name exists.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	seen := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if err == nil && (d.Name() == "node_modules" || d.Name() == "bin" || d.Name() == "testdata" || d.Name() == "build") {
				return filepath.SkipDir
			}
			return err
		}
		source := filepath.Ext(path) == ".go" && !strings.HasSuffix(path, "_test.go") && strings.Contains(path, "cmd/scimstack")
		if filepath.Ext(path) != ".md" && !source {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, m := range documented.FindAllStringSubmatch(string(text), -1) {
			if words := strings.Fields(m[1]); begins(words[0]) {
				seen++
				checkDocumented(t, path, words)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 50 {
		t.Errorf("only %d command lines found", seen)
	}
}

// begins reports whether a word begins a command line, and not prose about the program.
func begins(word string) bool {
	for _, c := range root().Commands() {
		if c.Name() == word {
			return true
		}
	}
	return false
}

// checkDocumented follows the words down to a command that runs, and looks up the flags after it.
func checkDocumented(t *testing.T, path string, words []string) {
	t.Helper()
	cmd, rest, err := root().Find(words)
	if err != nil || cmd.HasSubCommands() && len(rest) > 0 && !strings.ContainsAny(rest[0][:1], "-<…,.;:)|") {
		t.Errorf("%s: there is no command: scimstack %s", path, strings.Join(words, " "))
		return
	}
	for _, w := range rest {
		name, ok := strings.CutPrefix(w, "--")
		name, _, _ = strings.Cut(strings.TrimRight(name, ".,;:)`'"), "=")
		if ok && name != "" && name != "help" && cmd.Flags().Lookup(name) == nil && cmd.InheritedFlags().Lookup(name) == nil {
			t.Errorf("%s: %s has no flag --%s", path, cmd.CommandPath(), name)
		}
	}
}
