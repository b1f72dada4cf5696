package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"
)

// row is one case: what was taken of each server, round by round.
type row struct {
	name  string
	taken [][]sample
}

// table is the result for one number of users.
type table struct {
	users   int
	servers servers
	memory  []int // MB of each server, filled
	rows    []row
}

// middle is the median of a figure of the rounds.
func middle[T cmp.Ordered](taken []sample, of func(int) T) T {
	list := make([]T, len(taken))
	for i := range taken {
		list[i] = of(i)
	}
	slices.Sort(list)
	return list[len(list)/2]
}

// ratio is the processor time of ours ÷ that of another server: the median of the rounds.
func (r *row) ratio(ours, other int) float64 {
	return middle(r.taken[ours], func(i int) float64 { return r.taken[ours][i].cpu / r.taken[other][i].cpu })
}

// print writes the table in Markdown.
func (t *table) print(w io.Writer) {
	ours := slices.Index(t.servers, t.servers.ours())
	fmt.Fprintf(w, "%d users: requests/s · p50/p99 ms · CPU µs per request\n\n| case |", t.users)
	for _, s := range t.servers {
		fmt.Fprintf(w, " %s |", s.name)
	}
	for _, s := range t.servers {
		if s.name != "ours" {
			fmt.Fprintf(w, " CPU ÷ %s |", s.name)
		}
	}
	fmt.Fprint(w, "\n|---|")
	for range 2*len(t.servers) - 1 {
		fmt.Fprint(w, "---|")
	}
	fmt.Fprintln(w)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	for _, r := range t.rows {
		fmt.Fprintf(w, "| %s |", r.name)
		for i := range t.servers {
			taken := r.taken[i]
			fmt.Fprintf(w, " %.0f · %.2f/%.1f · %.1f |", middle(taken, func(k int) float64 { return taken[k].rate }),
				ms(middle(taken, func(k int) time.Duration { return taken[k].p50 })), ms(middle(taken, func(k int) time.Duration { return taken[k].p99 })),
				middle(taken, func(k int) float64 { return taken[k].cpu }))
		}
		for i := range t.servers {
			if i != ours {
				fmt.Fprintf(w, " %.2f |", r.ratio(ours, i))
			}
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "| resident, MB |")
	for _, mb := range t.memory {
		fmt.Fprintf(w, " %d |", mb)
	}
	fmt.Fprintln(w)
}
