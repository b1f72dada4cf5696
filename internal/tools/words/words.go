package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// word is one line of words.tsv.
type word struct {
	pattern *regexp.Regexp
	allowed *regexp.Regexp // nil if every match is a finding
	write   string
	why     string
}

type wordSet []word

// finding is one use of a listed word.
type finding struct {
	file  string
	line  int
	found string
	text  string // the line on which the match begins
	word  word
}

func (f finding) String() string {
	return fmt.Sprintf("%s:%d: %q: write %s (%s)", f.file, f.line, f.found, f.word.write, f.word.why)
}

// parseWords reads words.tsv. The error names the line that cannot be read.
func parseWords(list string) (wordSet, error) {
	var out wordSet
	err := rows(list, 4, func(c []string) error {
		w := word{write: c[2], why: c[3]}
		var err error
		if w.pattern, err = regexp.Compile("(?i)" + c[0]); err != nil {
			return err
		}
		if c[1] != "-" {
			w.allowed, err = regexp.Compile("(?i)" + c[1])
		}
		out = append(out, w)
		return err
	})
	return out, err
}

// rows calls use for each line of a table with n columns. Empty lines and lines that begin with #
// are skipped.
func rows(table string, n int, use func(columns []string) error) error {
	number := 0
	for line := range strings.Lines(table) {
		number++
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		columns := strings.Split(line, "\t")
		if len(columns) != n {
			return fmt.Errorf("line %d: %d columns, want %d", number, len(columns), n)
		}
		if err := use(columns); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
	return nil
}

// check returns the listed words in the blocks of a file, in the order of their lines.
func (s wordSet) check(file string, blocks []block) []finding {
	var out []finding
	for _, b := range blocks {
		text := b.text()
		for _, w := range s {
			for _, at := range w.matches(text) {
				line := b.at(at[0])
				out = append(out, finding{file: file, line: line.number, found: text[at[0]:at[1]], text: line.text, word: w})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b finding) int { return a.line - b.line })
	return out
}

// matches returns the start and end of each match that no allowed phrase covers.
func (w word) matches(text string) [][]int {
	found := w.pattern.FindAllStringIndex(text, -1)
	if w.allowed == nil || found == nil {
		return found
	}
	phrases := w.allowed.FindAllStringIndex(text, -1)
	var out [][]int
	for _, f := range found {
		covered := false
		for _, p := range phrases {
			covered = covered || p[0] <= f[0] && f[1] <= p[1]
		}
		if !covered {
			out = append(out, f)
		}
	}
	return out
}
