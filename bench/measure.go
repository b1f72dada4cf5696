package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
)

// bench is one timed body. It is run b.N times.
type bench func(b *testing.B)

// row is one line of the table: scimstack, and a peer or another size to compare with.
type row struct {
	name       string
	ours, peer bench
	limit      float64 // maximum of ours ÷ peer; 0 reports only
	maxAllocs  int64   // of ours; -1 reports only
	time       string  // duration of each run; "" is the default of the command line
	oursNs     []float64
	peerNs     []float64
	allocs     int64
}

// run measures both sides alternately, so that a slow minute of the machine affects both.
func (r *row) run(rounds int) {
	for range rounds {
		res := testing.Benchmark(r.ours)
		r.oursNs = append(r.oursNs, cost(res))
		r.allocs = res.AllocsPerOp()
		if r.peer != nil {
			res = testing.Benchmark(r.peer)
			r.peerNs = append(r.peerNs, cost(res))
		}
	}
}

// cost is the time of one operation: that of the processor if the bench reports it, otherwise of the clock.
func cost(res testing.BenchmarkResult) float64 {
	if ns, ok := res.Extra[processor]; ok {
		return ns
	}
	return float64(res.T.Nanoseconds()) / float64(res.N)
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	s := slices.Clone(v)
	slices.Sort(s)
	return s[len(s)/2]
}

func (r *row) ratio() float64 {
	if len(r.peerNs) == 0 {
		return 0
	}
	return median(r.oursNs) / median(r.peerNs)
}

func (r *row) slow() bool   { return r.limit > 0 && r.ratio() > r.limit }
func (r *row) greedy() bool { return r.maxAllocs >= 0 && r.allocs > r.maxAllocs }

// verdict returns "ok" or the limit that was missed.
func (r *row) verdict() string {
	switch {
	case r.greedy():
		return fmt.Sprintf("MISSED (allocations ≤ %d)", r.maxAllocs)
	case r.slow():
		return "MISSED"
	}
	return "ok"
}

// print writes the table, and counts the rows that missed a limit of time and of allocations.
func print(w io.Writer, rows []*row) (slow, greedy int) {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "case\tours ns/op\tallocs\tpeer ns/op\tratio\tlimit\t")
	for _, r := range rows {
		ratio, limit, peer := "", "", ""
		if r.peer != nil {
			ratio, peer = fmt.Sprintf("%.3f", r.ratio()), fmt.Sprintf("%.0f", median(r.peerNs))
		}
		if r.limit > 0 {
			limit = fmt.Sprintf("≤ %.2f", r.limit)
		}
		if r.slow() {
			slow++
		}
		if r.greedy() {
			greedy++
		}
		fmt.Fprintf(t, "%s\t%.0f\t%d\t%s\t%s\t%s\t%s\n", r.name, median(r.oursNs), r.allocs, peer, ratio, limit, r.verdict())
	}
	_ = t.Flush()
	return slow, greedy
}

// table is a table of its own shape.
type table struct {
	head   []string
	lines  [][]string
	missed int
}

// print writes the table as Markdown.
func (t table) print(w io.Writer) {
	fmt.Fprintf(w, "\n| %s |\n|---%s|\n", strings.Join(t.head, " | "), strings.Repeat("|--:", len(t.head)-1))
	for _, line := range t.lines {
		fmt.Fprintf(w, "| %s |\n", strings.Join(line, " | "))
	}
}
