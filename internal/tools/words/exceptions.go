package main

import (
	"errors"
	"strings"
)

// exception is one line of exceptions.tsv.
type exception struct {
	path   string
	quoted string
}

type exceptionSet []exception

// parseExceptions reads exceptions.tsv. Every exception needs a reason.
func parseExceptions(list string) (exceptionSet, error) {
	var out exceptionSet
	err := rows(list, 3, func(c []string) error {
		if c[2] == "" {
			return errors.New("an exception without a reason")
		}
		out = append(out, exception{path: c[0], quoted: c[1]})
		return nil
	})
	return out, err
}

// apply returns the findings that no exception covers, and the exceptions that cover none.
func (s exceptionSet) apply(findings []finding) (left []finding, unused exceptionSet) {
	used := make([]bool, len(s))
	for _, f := range findings {
		covered := false
		for i, e := range s {
			if e.covers(f) {
				covered, used[i] = true, true
			}
		}
		if !covered {
			left = append(left, f)
		}
	}
	for i, e := range s {
		if !used[i] {
			unused = append(unused, e)
		}
	}
	return left, unused
}

func (e exception) covers(f finding) bool {
	here := f.file == e.path || strings.HasSuffix(e.path, "/") && strings.HasPrefix(f.file, e.path)
	return here && (e.quoted == "*" || strings.Contains(f.text, e.quoted))
}
