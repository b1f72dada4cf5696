package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// row is one case: what was taken of each server, round by round.
type row struct {
	name  string
	taken [][]sample
	why   []string // a peer was not measured, or empty
}

// fail keeps why a server has no figures.
func (r *row) fail(server int, err error) {
	r.taken[server], r.why[server] = nil, cell(err.Error())
}

// cell is a reason in a table: on one line, and short.
func cell(text string) string {
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, "|", "/")), " ")
	return "not measured: " + strings.ToValidUTF8(text[:min(len(text), 120)], "")
}

// table is the result for one number of users.
type table struct {
	users   int
	servers servers
	memory  []int // MB of each server, filled
	rows    []row
	notes   []string // on peers that are left out
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

// title is the name of a server, and how many users it has if there are fewer than asked for.
func (t *table) title(s *server) string {
	if len(s.users) < t.users+spare {
		return fmt.Sprintf("%s, %d users", s.name, len(s.users))
	}
	return s.name
}

// print writes the table in Markdown.
func (t *table) print(w io.Writer) {
	ours := slices.Index(t.servers, t.servers.ours())
	fmt.Fprintf(w, "%d users: requests/s · p50/p99 ms · CPU µs per request\n\n| case |", t.users)
	for _, s := range t.servers {
		fmt.Fprintf(w, " %s |", t.title(s))
	}
	for _, s := range t.servers {
		if s.name != "ours" {
			fmt.Fprintf(w, " CPU ÷ %s |", s.name)
		}
	}
	fmt.Fprintln(w, "\n|---|"+strings.Repeat("---|", 2*len(t.servers)-1))
	for _, r := range t.rows {
		fmt.Fprintf(w, "| %s |", r.name)
		for i := range t.servers {
			fmt.Fprintf(w, " %s |", r.figures(i))
		}
		for i := range t.servers {
			switch {
			case i == ours:
			case r.why[i] != "":
				fmt.Fprint(w, " |")
			default:
				fmt.Fprintf(w, " %s |", short(r.ratio(ours, i)))
			}
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "| resident, MB |")
	for _, mb := range t.memory {
		fmt.Fprintf(w, " %d |", mb)
	}
	fmt.Fprintln(w, strings.Repeat(" |", len(t.servers)-1))
	for _, note := range t.notes {
		fmt.Fprintf(w, "\n%s\n", note)
	}
}

// figures are the medians of a server, or why there are none.
func (r *row) figures(server int) string {
	taken := r.taken[server]
	if r.why[server] != "" {
		return r.why[server]
	}
	ms := func(of func(sample) time.Duration) float64 {
		return float64(middle(taken, func(k int) time.Duration { return of(taken[k]) }).Microseconds()) / 1000
	}
	return fmt.Sprintf("%.0f · %.2f/%.1f · %.1f", middle(taken, func(k int) float64 { return taken[k].rate }),
		ms(func(s sample) time.Duration { return s.p50 }), ms(func(s sample) time.Duration { return s.p99 }),
		middle(taken, func(k int) float64 { return taken[k].cpu }))
}

// short is a ratio with two digits that say something: servers differ by up to a thousand times.
func short(ratio float64) string {
	if ratio < 0.1 {
		return fmt.Sprintf("%.2g", ratio)
	}
	return fmt.Sprintf("%.2f", ratio)
}
