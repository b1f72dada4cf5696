package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
)

func main() {
	testing.Init()
	rounds := flag.Int("rounds", 6, "runs per case; the table shows medians")
	check := flag.Bool("check", false, "exit 1 when an allocation limit is missed; times depend on the machine and are only reported")
	quick := flag.Bool("quick", false, "leave out the sizes above 10,000")
	benchtime := flag.String("time", "150ms", "time per run")
	flag.Parse()
	if err := flag.Set("test.benchtime", *benchtime); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	rows := slices.Concat(languageRows(), peerRows(), logRows())
	if !*quick {
		rows = append(rows, sizeRows()...)
		rows = append(rows, groupRows()...)
	}
	for i, r := range rows {
		fmt.Fprintf(os.Stderr, "\r\033[K%d/%d %s", i+1, len(rows), r.name)
		r.run(*rounds)
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
