package replay

import (
	"bufio"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// Expected are the scenarios that are expected to fail, and the reason of each. A key is the id of a
// scenario, or id@target for a scenario that fails on one target only.
type Expected map[string]string

// LoadExpected reads a file whose lines are "key reason". Empty lines and lines that begin with # are
// skipped. A key without a reason is an error.
func LoadExpected(file string) (Expected, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := Expected{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		key, reason, ok := strings.Cut(line, " ")
		if !ok {
			return nil, fmt.Errorf("%s: %s has no reason", file, key)
		}
		if out[key] != "" {
			return nil, fmt.Errorf("%s: %s is listed twice", file, key)
		}
		out[key] = reason
	}
	return out, lines.Err()
}

// Reason returns why a scenario is expected to fail on a target; "" if it must pass.
func (e Expected) Reason(id, target string) string {
	if reason := e[id]; reason != "" {
		return reason
	}
	return e[id+"@"+target]
}

// Unknown returns the keys whose scenarios are not among ids, sorted.
func (e Expected) Unknown(ids map[string]bool) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(e)) {
		if id, _, _ := strings.Cut(key, "@"); !ids[id] {
			out = append(out, key)
		}
	}
	return out
}

// Merge returns the expectations after a run. failed maps a target to its failing scenarios and their
// reasons. A scenario that fails on every target has one line. Reasons of the old list are kept, and so
// are its lines for targets that were not run.
func (e Expected) Merge(failed map[string]map[string]string) Expected {
	count, out := map[string]int{}, Expected{}
	for key, reason := range e {
		_, target, only := strings.Cut(key, "@")
		if _, run := failed[target]; only && !run {
			out[key] = reason
		}
	}
	for _, scenarios := range failed {
		for id := range scenarios {
			count[id]++
		}
	}
	for target, scenarios := range failed {
		for id, reason := range scenarios {
			if old := e.Reason(id, target); old != "" {
				reason = old
			}
			if count[id] == len(failed) {
				out[id] = reason
			} else {
				out[id+"@"+target] = reason
			}
		}
	}
	return out
}

// Write writes the list to a file, sorted, after comments that explain it.
func (e Expected) Write(file string, comments ...string) error {
	var b strings.Builder
	for _, c := range comments {
		b.WriteString("# " + c + "\n")
	}
	for _, key := range slices.Sorted(maps.Keys(e)) {
		b.WriteString(key + " " + e[key] + "\n")
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}
