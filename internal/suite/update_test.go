package suite_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimstack/scimstack/internal/suite"
)

// TestUpdate: expectations that are broken on purpose are written anew as they were. The names of
// the transcripts are masked, because a test that rewrites its expectations shows no requirement.
func TestUpdate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "custom"), os.DirFS("testdata/custom")); err != nil {
		t.Fatal(err)
	}
	for _, file := range archives(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		original := regexp.MustCompile(`\b([A-Z]{1,2})-(\d\d)\b`).ReplaceAllString(string(data), "$1.$2")
		broken := filepath.Join(dir, filepath.Base(file))
		if err := os.WriteFile(broken, []byte(breakExpectations(original)), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			t.Cleanup(func() { // after Update has written
				updated, err := os.ReadFile(broken)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(strings.Split(original, "\n"), strings.Split(string(updated), "\n")); diff != "" {
					t.Error(diff)
				}
			})
			suite.Update(t, broken, stores["memory"])
		})
	}
}

// breakExpectations replaces the literal expectations by some that do not hold. It keeps those with
// variables other than ids: two of them may have the same value.
func breakExpectations(transcripts string) string {
	for pattern, wrong := range map[string]string{
		`(?m)^\d\d\d$`:      "599",
		`(?m)^err .*$`:      "err broken",
		`(?m)^(# \S+) \d+$`: "$1 999",
		`(?m)^(= \$\.\S+) ([^\s{]+|"\{\{\w+\.id\}\}")$`: `$1 "broken"`,
	} {
		transcripts = regexp.MustCompile(pattern).ReplaceAllString(transcripts, wrong)
	}
	return transcripts
}
