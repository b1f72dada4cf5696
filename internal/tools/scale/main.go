// Command scale plays loads that no test has the size for, on the engine of internal/dynamotest with
// the service's limits per partition key, and prints which key is the first to refuse requests.
//
//	load ── requests at its rate, on a clock that stands between them ──► service ── store ──► engine
//	                                                                                           │
//	   table ◄── wall: rate at which the key is full ◄── units a second of each key ◄──────────┘
//	                │ played again a little below and above it: the buckets must agree
//	                └──────────────────────────────────────────────────────────────────────────►
//
// A load is played with fewer tenants, users and members than it names, and for seconds of its
// clock; the table says how many. Units of a key are exact, sums of a table are extrapolated.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	size := flag.Float64("size", 1, "how much is played: 0.1 is a tenth of the requests")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *size); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

// run plays all loads and prints their tables.
func run(ctx context.Context, w io.Writer, size float64) error {
	var rates []rateResult
	for _, l := range loads(size) {
		r, err := playRate(ctx, l)
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		rates = append(rates, r)
	}
	var jobs []jobResult
	for _, j := range jobsOf(size) {
		r, err := playJob(ctx, j)
		if err != nil {
			return fmt.Errorf("%s: %w", j.name, err)
		}
		jobs = append(jobs, r)
	}
	return print(w, rates, jobs)
}
