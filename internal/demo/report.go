package demo

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Step is the result of one step of one identity provider.
type Step struct {
	IdP    string
	Name   string
	Proved string // what the step proved; "" if Err is set
	Err    error
	Took   time.Duration
}

// Report is the result of a run.
type Report struct {
	Base     string
	Seed     uint64
	Steps    []Step
	Requests int64
	Repeats  int64 // requests that were retries
	Faults   map[string]int
	Took     time.Duration
}

// Failed returns the number of failed steps.
func (r *Report) Failed() int {
	n := 0
	for _, s := range r.Steps {
		if s.Err != nil {
			n++
		}
	}
	return n
}

// Write writes the report for people to read.
func (r *Report) Write(w io.Writer) {
	idp := ""
	for _, s := range r.Steps {
		if s.IdP != idp {
			idp = s.IdP
			fmt.Fprintf(w, "\n%s\n", idp)
		}
		if s.Err != nil {
			fmt.Fprintf(w, "  FAILED  %-20s %v\n", s.Name, s.Err)
			continue
		}
		fmt.Fprintf(w, "  proved  %-20s %s\n", s.Name, s.Proved)
	}
	fmt.Fprintf(w, "\n%d of %d steps proved against %s in %s: %d requests, %d of them retries", len(r.Steps)-r.Failed(), len(r.Steps),
		r.Base, r.Took.Round(time.Millisecond), r.Requests, r.Repeats)
	if len(r.Faults) > 0 {
		var parts []string
		for k, n := range r.Faults {
			parts = append(parts, fmt.Sprintf("%d × %s", n, k))
		}
		slices.Sort(parts)
		fmt.Fprintf(w, "; network faults: %s", strings.Join(parts, ", "))
	}
	fmt.Fprintf(w, " (seed %d)\n", r.Seed)
}
