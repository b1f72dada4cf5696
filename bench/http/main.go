package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

// options are the flags.
type options struct {
	users   int
	rounds  int
	clients int
	time    time.Duration
	binary  string
	servers string
	cases   string
}

func main() {
	var o options
	serve := flag.String("serve", "", "be this server: hello or elimity")
	flag.IntVar(&o.users, "users", 1000, "users before anything is measured, at least 1,000")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds; the table shows medians")
	flag.IntVar(&o.clients, "clients", 8, "connections that send requests at the same time")
	flag.DurationVar(&o.time, "time", time.Second, "duration of each measurement")
	flag.StringVar(&o.binary, "binary", "", "scimstack to measure (default: built from this repository)")
	flag.StringVar(&o.servers, "servers", "ours,hello,elimity", "servers to measure; ours must be one")
	flag.StringVar(&o.cases, "cases", "", "cases to measure, by the beginning of their names with commas between (default: all)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *serve != "" {
		err = serveAs(*serve)
	} else {
		err = o.run(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run starts and fills the servers, measures, and prints the table.
func (o *options) run(ctx context.Context) error {
	if o.clients < 1 || o.clients > spare {
		return fmt.Errorf("-clients %d: use 1 to %d", o.clients, spare)
	}
	dir, err := os.MkdirTemp("", "scimstack-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	all, err := o.start(ctx, dir)
	defer all.stop()
	if err != nil {
		return err
	}
	t := &table{users: o.users, servers: all}
	for _, s := range all {
		if err := s.fill(ctx, o.users); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		t.memory = append(t.memory, s.resident())
	}
	for _, c := range o.chosen() {
		r, err := o.measure(ctx, all, c)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		t.rows = append(t.rows, r)
	}
	t.print(os.Stdout)
	return nil
}

// measure times one case on all servers. A round before the first one is thrown away.
func (o *options) measure(ctx context.Context, all servers, c benchCase) (row, error) {
	r := row{name: c.name, taken: make([][]sample, len(all))}
	if err := all.agree(c); err != nil {
		return r, err
	}
	for round := -1; round < o.rounds; round++ {
		for i, s := range all {
			fmt.Fprintf(os.Stderr, "\r\033[K%d users, %s, round %d: %s", o.users, c.name, round+1, s.name)
			got, err := s.load(ctx, c, o.time)
			if err != nil {
				return r, fmt.Errorf("%s: %w", s.name, err)
			}
			if round >= 0 {
				r.taken[i] = append(r.taken[i], got)
			}
		}
	}
	fmt.Fprint(os.Stderr, "\r\033[K")
	return r, nil
}
