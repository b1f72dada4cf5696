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
	fill    time.Duration
}

func main() {
	var o options
	serve := flag.String("serve", "", "be this server: hello, same or elimity")
	flag.IntVar(&o.users, "users", 1000, "users before anything is measured, at least 1,000")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds; the table shows medians")
	flag.IntVar(&o.clients, "clients", 8, "connections that send requests at the same time")
	flag.DurationVar(&o.time, "time", time.Second, "duration of each measurement")
	flag.StringVar(&o.binary, "binary", "", "scimstack to measure (default: built from this repository)")
	flag.StringVar(&o.servers, "servers", "ours,hello,same,elimity,scimmy,scim2-server,scim-sdk",
		"servers to measure; ours must be one; a peer that cannot run here is left out with a reason")
	flag.DurationVar(&o.fill, "fill", 3*time.Minute, "bound for making the users of a peer; the table says how many it then has")
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
	all, left, err := o.start(ctx, dir)
	defer all.stop()
	if err != nil {
		return err
	}
	t := &table{users: o.users, notes: left}
	for _, s := range all {
		fmt.Fprintf(os.Stderr, "\r\033[K%d users: making those of %s", o.users, s.name)
		if err := s.fill(ctx, o.users, o.fill); err != nil {
			if !s.isPeer() || ctx.Err() != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			t.notes = append(t.notes, leftOut(s.name, err))
			servers{s}.stop()
			continue
		}
		t.servers = append(t.servers, s)
		t.memory = append(t.memory, s.resident())
	}
	for _, c := range o.chosen() {
		r, err := o.measure(ctx, t.servers, c)
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
	r := row{name: c.name, taken: make([][]sample, len(all)), why: make([]string, len(all))}
	if err := all.agree(c, &r); err != nil {
		return r, err
	}
	for round := -1; round < o.rounds; round++ {
		for i, s := range all {
			if r.why[i] != "" {
				continue
			}
			fmt.Fprintf(os.Stderr, "\r\033[K%d users, %s, round %d: %s", o.users, c.name, round+1, s.name)
			got, err := s.load(ctx, c, o.time)
			switch {
			case err != nil && s.isPeer() && ctx.Err() == nil:
				r.fail(i, err)
			case err != nil:
				return r, fmt.Errorf("%s: %w", s.name, err)
			case round >= 0:
				r.taken[i] = append(r.taken[i], got)
			}
		}
	}
	fmt.Fprint(os.Stderr, "\r\033[K")
	return r, nil
}
