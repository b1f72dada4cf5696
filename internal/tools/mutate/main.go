// Command mutate shows whether the tests of a requirement notice when the rule is gone. For each row of
// testdata/mutations.tsv it replaces a text of the source in a copy of the tracked files and runs the
// tests of the row:
//
//	killed     a test failed: the requirement is tested
//	survived   the tests passed without the rule
//	broken     the row does not apply: the text is not there exactly once, or the result does not compile
//
// It prints a line for each row. The exit code is 1 if a row survived or is broken.
//
//	mutate [-list testdata/mutations.tsv] [ID…]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	list := flag.String("list", "testdata/mutations.tsv", "file with the mutations")
	flag.Parse()
	if err := run(context.Background(), *list, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// mutation is a row of the list.
type mutation struct {
	id       string
	file     string
	old, new string // texts of the source
	pkg      string // package of the tests
	tests    string // of go test -run
}

// read reads a list. Its columns are separated by tabs; the two texts may be quoted as in Go.
func read(file string) ([]mutation, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var out []mutation
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		c := strings.Split(line, "\t")
		if len(c) != 6 {
			return nil, fmt.Errorf("%s: %d columns, want 6: %s", file, len(c), line)
		}
		out = append(out, mutation{id: c[0], file: c[1], old: text(c[2]), new: text(c[3]), pkg: c[4], tests: c[5]})
	}
	return out, nil
}

func text(s string) string {
	if t, err := strconv.Unquote(s); err == nil {
		return t
	}
	return s
}

func run(ctx context.Context, list string, ids []string) error {
	rows, err := read(list)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := copyTracked(ctx, dir); err != nil {
		return err
	}
	count := map[string]int{}
	for _, m := range rows {
		if len(ids) > 0 && !slices.Contains(ids, m.id) {
			continue
		}
		result, detail := m.try(ctx, dir)
		count[result]++
		fmt.Printf("%-8s  %-5s  %s: %s\n          %s\n", result, m.id, m.file, summary(m.old), detail)
	}
	fmt.Printf("%d killed, %d survived, %d broken\n", count["killed"], count["survived"], count["broken"])
	if count["survived"]+count["broken"] > 0 {
		return errors.New("not every rule is tested")
	}
	return nil
}

// copyTracked copies the tracked files as they are in the working tree.
func copyTracked(ctx context.Context, dir string) error {
	out, err := exec.CommandContext(ctx, "git", "ls-files", "-z").Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		data, err := os.ReadFile(name)
		if os.IsNotExist(err) { // deleted, but not committed yet
			continue
		}
		if err != nil {
			return err
		}
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
			return err
		}
		if err := os.WriteFile(to, data, 0o600); err != nil { //nolint:gosec // names of git ls-files
			return err
		}
	}
	return nil
}

var (
	failed   = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)
	ran      = regexp.MustCompile(`(?m)^\s*--- (PASS|FAIL|SKIP): `)
	noBinary = regexp.MustCompile(`\[(build|setup) failed\]`)
)

// try applies a mutation to the copy, runs its tests and takes it back.
func (m mutation) try(ctx context.Context, dir string) (result, detail string) {
	name := filepath.Join(dir, m.file)
	source, err := os.ReadFile(name)
	if err != nil {
		return "broken", err.Error()
	}
	if n := strings.Count(string(source), m.old); n != 1 || m.old == m.new {
		return "broken", fmt.Sprintf("the text is there %d times", n)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(source), m.old, m.new, 1)), 0o600); err != nil { //nolint:gosec // a list of the repository
		return "broken", err.Error()
	}
	defer func() { _ = os.WriteFile(name, source, 0o600) }() //nolint:gosec // as above
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-timeout", "120s", "-v", m.pkg, "-run", m.tests) //nolint:gosec // a file of the repository
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	switch {
	case noBinary.Match(out):
		return "broken", "it does not compile: " + summary(string(out))
	case !ran.Match(out):
		return "broken", "no test ran: " + m.tests
	case err == nil:
		return "survived", m.pkg + " " + m.tests
	}
	if names := failed.FindAllSubmatch(out, -1); len(names) > 0 {
		return "killed", "by " + string(names[len(names)-1][1])
	}
	return "killed", "by the end of the process"
}

// summary is the first line of a text, shortened.
func summary(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 90 {
		return string(r[:90]) + "…"
	}
	return s
}
