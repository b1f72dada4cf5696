// Command securitynotes compares what gosec reports with a list of known notes. Each note must be
// covered by an entry of the list, and each entry must cover at least one note:
//
//	securitynotes LIST REPORT…
//
// A REPORT is the JSON output of gosec for one module. An entry of LIST has three columns,
// separated by tabs: the rule, the folder or file that it covers ("*" covers everything), and the
// reason why the note needs no change. A file of a report that gosec could not load is a failure as
// well: what is not read has no notes.
//
// The rules G701 to G706 follow data through the program. On the same source, they do not find the same
// in every run. An entry of theirs may therefore cover nothing, which is printed; a note that is not
// listed fails here too.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: securitynotes LIST REPORT…")
		os.Exit(2)
	}
	root, err := os.Getwd()
	if err != nil {
		fail(err)
	}
	text, err := os.ReadFile(os.Args[1]) //nolint:gosec // G703: the caller names the file
	if err != nil {
		fail(err)
	}
	known, err := parse(string(text))
	if err != nil {
		fail(err)
	}
	var all []note
	for _, file := range os.Args[2:] {
		notes, err := read(file, root)
		if err != nil {
			fail(err)
		}
		all = append(all, notes...)
	}
	problems, remarks := compare(known, all)
	for _, p := range append(problems, remarks...) {
		fmt.Println(p)
	}
	fmt.Printf("gosec: %d notes, %d entries in %s, %d problems\n", len(all), len(known), os.Args[1], len(problems))
	if len(problems) > 0 {
		os.Exit(1)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "securitynotes:", err)
	os.Exit(1)
}

// note is one finding of gosec. The path is relative to the repository.
type note struct{ rule, path, line, details string }

// read returns the notes of one report.
func read(file, root string) ([]note, error) {
	raw, err := os.ReadFile(file) //nolint:gosec // G703: the caller names the file
	if err != nil {
		return nil, err
	}
	var report struct {
		Errors map[string][]struct {
			Error string `json:"error"`
		} `json:"Golang errors"`
		Issues []struct {
			Rule    string `json:"rule_id"`
			File    string `json:"file"`
			Line    string `json:"line"`
			Details string `json:"details"`
		} `json:"Issues"`
	}
	if err := json.Unmarshal(raw, &report); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for path, errs := range report.Errors {
		return nil, fmt.Errorf("gosec could not load %s: %v", path, errs)
	}
	var notes []note
	for _, i := range report.Issues {
		path, err := filepath.Rel(root, i.File)
		if err != nil {
			return nil, err
		}
		notes = append(notes, note{i.Rule, filepath.ToSlash(path), i.Line, i.Details})
	}
	return notes, nil
}

// entry is one line of the list.
type entry struct{ rule, path, reason string }

func (e entry) covers(n note) bool {
	return e.rule == n.rule && (e.path == "*" || n.path == e.path || strings.HasPrefix(n.path, strings.TrimSuffix(e.path, "/")+"/"))
}

// parse reads a list. Empty lines and lines that start with "#" are skipped.
func parse(text string) ([]entry, error) {
	var list []entry
	for i, line := range strings.Split(text, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 3 || f[0] == "" || f[1] == "" || strings.TrimSpace(f[2]) == "" {
			return nil, fmt.Errorf("line %d: an entry has a rule, a path and a reason, separated by tabs", i+1)
		}
		list = append(list, entry{f[0], f[1], f[2]})
	}
	return list, nil
}

// varies reports whether the notes of a rule differ between runs.
func (e entry) varies() bool { return strings.HasPrefix(e.rule, "G70") }

// compare returns the notes without an entry and the entries without a note. Entries of rules that vary
// are remarks.
func compare(known []entry, notes []note) (problems, remarks []string) {
	used := make([]bool, len(known))
	for _, n := range notes {
		covered := false
		for i, e := range known {
			if e.covers(n) {
				covered, used[i] = true, true
			}
		}
		if !covered {
			problems = append(problems, fmt.Sprintf("%s:%s: %s: %s (mend it, or list it with a reason)", n.path, n.line, n.rule, n.details))
		}
	}
	for i, e := range known {
		switch {
		case used[i]:
		case e.varies():
			remarks = append(remarks, fmt.Sprintf("%s in %s is listed, and was not reported in this run", e.rule, e.path))
		default:
			problems = append(problems, fmt.Sprintf("%s in %s is listed, but gosec reports it no more: remove the entry", e.rule, e.path))
		}
	}
	return problems, remarks
}
