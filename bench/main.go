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
	rounds := flag.Int("rounds", 6, "runs per case; the table shows medians")
	check := flag.Bool("check", false, "exit 1 when an allocation limit is missed; times depend on the machine and are only reported")
	quick := flag.Bool("quick", false, "leave out the large sizes")
	benchtime := flag.String("time", "150ms", "time per run")
	flag.Parse()
	parts := []func() []*row{languageRows, peerRows, logRows, sizeRows, groupRows}
	if *quick {
		parts = parts[:3]
	}
	var rows []*row
	for _, part := range parts { // made when their turn comes: what they hold weighs on no other
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
		fmt.Printf("%d limits of time and %d of allocations missed\n", slow, greedy)
	}
	if *check && greedy > 0 {
		os.Exit(1)
	}
}
