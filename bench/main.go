package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"testing"
)

func main() {
	testing.Init()
	rounds := flag.Int("rounds", 6, "runs of each case; the table shows medians")
	check := flag.Bool("check", false, "exit with code 1 if a limit of allocations is missed; times depend on the machine and are only reported")
	quick := flag.Bool("quick", false, "skip the large sizes")
	benchtime := flag.String("time", "150ms", "duration of each run")
	flag.Parse()
	databases := newRoom()
	defer databases.clear()
	parts := []func() []*row{languageRows, peerRows, logRows, databases.sqlRows, sizeRows, groupRows, databases.sqlSizeRows}
	if *quick {
		parts = parts[:4]
	}
	var rows []*row
	for _, part := range parts { // created one after the other, so that their data is not in memory for the others
		for _, r := range part() {
			fmt.Fprintf(os.Stderr, "\r\033[K%d %s", len(rows)+1, r.name)
			if err := flag.Set("test.benchtime", cmp.Or(r.time, *benchtime)); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(2)
			}
			r.run(*rounds)
			rows = append(rows, r)
		}
	}
	fmt.Fprintln(os.Stderr)
	slow, greedy := print(os.Stdout, rows)
	if slow+greedy > 0 {
		fmt.Printf("%d time limits and %d allocation limits missed\n", slow, greedy)
	}
	if *check && greedy > 0 {
		databases.clear()
		os.Exit(1)
	}
}
