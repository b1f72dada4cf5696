package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	known, err := parse("# comment\n\nG1\t*\teverywhere\nG2\tpkg/a\tin a folder\nG3\tpkg/b/b.go\tin a file\nG703\tpkg/b\tvaries\n")
	if err != nil {
		t.Fatal(err)
	}
	all := []note{{"G1", "x.go", "1", "d"}, {"G2", "pkg/a/a.go", "2", "d"}, {"G3", "pkg/b/b.go", "3", "d"}}
	problems, remarks := compare(known, all)
	if len(problems) != 0 || len(remarks) != 1 || !strings.HasPrefix(remarks[0], "G703 in pkg/b is listed") {
		t.Errorf("problems %q, remarks %q", problems, remarks)
	}
	if _, remarks := compare(known, append(all[:3:3], note{"G703", "pkg/b/c.go", "1", "d"})); len(remarks) != 0 {
		t.Errorf("remarks %q", remarks)
	}
	for name, c := range map[string]struct {
		notes []note
		want  string
	}{
		"an unknown rule":                       {append(all[:3:3], note{"G4", "x.go", "1", "new"}), "x.go:1: G4: new"},
		"a known rule in another file":          {append(all[:3:3], note{"G3", "pkg/b/c.go", "1", "new"}), "pkg/b/c.go:1: G3: new"},
		"a folder whose name only begins so":    {append(all[:3:3], note{"G2", "pkg/ab/c.go", "1", "new"}), "pkg/ab/c.go:1: G2: new"},
		"an unknown note of a rule that varies": {append(all[:3:3], note{"G703", "pkg/c/c.go", "1", "new"}), "pkg/c/c.go:1: G703: new"},
		"an entry that covers nothing":          {all[:2], "G3 in pkg/b/b.go is listed, but"},
	} {
		got, _ := compare(known, c.notes)
		if len(got) != 1 || !strings.HasPrefix(got[0], c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if _, err := parse("G1\t*\t\n"); err == nil {
		t.Error("an entry without a reason was accepted")
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(text string) string {
		file := filepath.Join(dir, "report.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	notes, err := read(write(`{"Golang errors":{},"Issues":[{"rule_id":"G1","file":"/r/a/b.go","line":"7","details":"d"}]}`), "/r")
	if err != nil || len(notes) != 1 || notes[0] != (note{"G1", "a/b.go", "7", "d"}) {
		t.Error(notes, err)
	}
	if _, err := read(write(`{"Golang errors":{"/r/x.go":[{"error":"could not import"}]}}`), "/r"); err == nil || !strings.Contains(err.Error(), "/r/x.go") {
		t.Errorf("a file that was not loaded: %v", err)
	}
	if _, err := read(write(``), "/r"); err == nil {
		t.Error("an empty report was accepted")
	}
}
