package demo

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Step is what one step of one identity provider came to.
type Step struct {
	IdP    string
	Name   string
	Proved string // in words, when Err is nil
	Err    error
	Took   time.Duration
}

// Report is what a run came to.
type Report struct {
	Base     string
	Seed     uint64
	Steps    []Step
	Requests int64
	Repeats  int64 // requests that were sent again
	Faults   map[string]int
	Took     time.Duration
}

// Failed counts the steps without a proof.
func (r *Report) Failed() int {
	n := 0
	for _, s := range r.Steps {
		if s.Err != nil {
			n++
		}
	}
	return n
}

// Write shows the report to a person.
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
	fmt.Fprintf(w, "\n%d of %d steps proved against %s in %s: %d requests, %d of them sent again", len(r.Steps)-r.Failed(), len(r.Steps),
		r.Base, r.Took.Round(time.Millisecond), r.Requests, r.Repeats)
	if len(r.Faults) > 0 {
		var parts []string
		for k, n := range r.Faults {
			parts = append(parts, fmt.Sprintf("%d × %s", n, k))
		}
		slices.Sort(parts)
		fmt.Fprintf(w, "; faults of the network: %s", strings.Join(parts, ", "))
	}
	fmt.Fprintf(w, " (seed %d)\n", r.Seed)
}
