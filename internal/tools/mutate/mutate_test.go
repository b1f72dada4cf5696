package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestList: every row names a requirement, and its text is in its file exactly once.
func TestList(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..")
	rows, err := read(filepath.Join(root, "testdata", "mutations.tsv"))
	if err != nil || len(rows) < 30 {
		t.Fatal(len(rows), err)
	}
	requirements, err := os.ReadFile(filepath.Join(root, "testdata", "requirements.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range rows {
		if !strings.Contains("\n"+string(requirements), "\n"+m.id+"\t") {
			t.Errorf("%s is no requirement", m.id)
		}
		source, err := os.ReadFile(filepath.Join(root, m.file))
		if n := strings.Count(string(source), m.old); err != nil || n != 1 || m.old == m.new {
			t.Errorf("%s: the text is %d times in %s: %s; change the row with the source", m.id, n, m.file, summary(m.old))
		}
	}
}
