package internal

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestRacingIsRun: every test that is skipped under the race detector is run by scripts/large.sh, and its package too.
func TestRacingIsRun(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("../scripts/large.sh")
	if err != nil {
		t.Fatal(err)
	}
	var names string
	for _, m := range regexp.MustCompile(`(?m)^skipped\+?='(.*)'$`).FindAllStringSubmatch(string(script), -1) {
		names += m[1]
	}
	listed := regexp.MustCompile("^(" + strings.ReplaceAll(names, "Unkind", ".*Unkind") + ")")
	function := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	n := 0
	for _, pattern := range []string{"../pkg/*/*_test.go", "../pkg/*/*/*_test.go", "../internal/*/*_test.go", "../internal/*/*/*_test.go", "../cmd/*/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			starts := function.FindAllSubmatchIndex(source, -1)
			for i, at := range starts {
				end := len(source)
				if i+1 < len(starts) {
					end = starts[i+1][0]
				}
				if !strings.Contains(string(source[at[0]:end]), "racing.Skip(") {
					continue
				}
				n++
				if name := string(source[at[2]:at[3]]); !listed.MatchString(name) || !strings.Contains(string(script), "./"+filepath.ToSlash(filepath.Dir(file))[3:]+" ") {
					t.Errorf("%s: %s is skipped under the race detector, and scripts/large.sh does not run it", file, name)
				}
			}
		}
	}
	if n < 15 {
		t.Errorf("only %d tests were found", n)
	}
}
