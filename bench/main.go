package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// part is a group of rows, which can be run alone. Its data is made when it runs.
type part struct {
	name  string
	large bool
	rows  func() []*row
	sizes func() []sizes // of a part that has a table of its own, instead of rows
}

// chosen are the parts to run: those that are named, or all of them, without the large ones if quick.
// It is an error if a name is unknown.
func chosen(all []part, names string, quick bool) ([]part, error) {
	var out []part
	wanted := strings.Split(names, ",")
	for _, p := range all {
		if i := slices.Index(wanted, p.name); i >= 0 {
			wanted = slices.Delete(wanted, i, i+1)
			out = append(out, p)
		} else if names == "" && (!quick || !p.large) {
			out = append(out, p)
		}
	}
	if names != "" && len(wanted) > 0 {
		return nil, fmt.Errorf("no part %s", strings.Join(wanted, ", "))
	}
	return out, nil
}

func main() {
	testing.Init()
	rounds := flag.Int("rounds", 6, "runs of each case; the table shows medians")
	check := flag.Bool("check", false, "exit with code 1 if a limit of allocations is missed; times depend on the machine and are only reported")
	quick := flag.Bool("quick", false, "skip the large sizes")
	only := flag.String("only", "", "run these parts, with commas between: language, peer, log, feed, sql, size, group, sqlsize, search, searchsql, searchdynamodb")
	benchtime := flag.String("time", "150ms", "duration of each run")
	flag.Parse()
	databases := newRoom()
	defer databases.clear()
	parts, err := chosen([]part{
		{name: "language", rows: languageRows}, {name: "peer", rows: peerRows}, {name: "log", rows: logRows}, {name: "feed", rows: feedRows},
		{name: "sql", rows: databases.sqlRows}, {name: "size", large: true, rows: sizeRows}, {name: "group", large: true, rows: groupRows},
		{name: "sqlsize", large: true, rows: databases.sqlSizeRows}, {name: "search", large: true, sizes: inMemory(1000, 100_000, 1_000_000)},
		{name: "searchsql", large: true, sizes: databases.searchSQL}, {name: "searchdynamodb", large: true, sizes: searchTable},
	}, *only, *quick)
	if err != nil {
		databases.clear()
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	var rows []*row
	var tables []table
	progress := func(what string) { fmt.Fprintf(os.Stderr, "\r\033[K%s", what) }
	last := func(time string) {
		if err := flag.Set("test.benchtime", time); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	for _, part := range parts { // created one after the other, so that their data is not in memory for the others
		if part.sizes != nil {
			last(*benchtime)
			for _, z := range part.sizes() {
				tables = append(tables, z.measure(*rounds, progress))
			}
			continue
		}
		for _, r := range part.rows() {
			progress(fmt.Sprintf("%d %s", len(rows)+1, r.name))
			last(cmp.Or(r.time, *benchtime))
			r.run(*rounds)
			rows = append(rows, r)
		}
	}
	fmt.Fprintln(os.Stderr)
	slow, greedy := 0, 0
	if len(rows) > 0 {
		slow, greedy = print(os.Stdout, rows)
	}
	for _, t := range tables {
		t.print(os.Stdout)
		slow += t.missed
	}
	if slow+greedy > 0 {
		fmt.Printf("%d time limits and %d allocation limits missed\n", slow, greedy)
	}
	if *check && greedy > 0 {
		databases.clear()
		os.Exit(1)
	}
}
