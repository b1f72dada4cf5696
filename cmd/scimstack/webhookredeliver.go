package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/admin"
)

// letterRow is a delivery that was given up, or that waits.
type letterRow struct {
	Fact     string     `json:"fact"`
	Type     string     `json:"type"`
	Resource string     `json:"resource"`
	Tries    int        `json:"tries"`
	Time     optionalAt `json:"time"`
	Error    string     `json:"error"`
}

func webhookLetters() *cobra.Command {
	waiting := false
	cmd := hookCommand("dead-letters ID", "List the facts that were given up after three days of tries", func(a *administration) error {
		list, err := a.Deliveries(a.ctx(), a.args[0], waiting, admin.MostDeliveries)
		if err != nil {
			return err
		}
		rows := make([]letterRow, len(list.Deliveries))
		for i := range list.Deliveries {
			d := &list.Deliveries[i]
			rows[i] = letterRow{d.Fact, d.Type, d.Resource, d.Tries, optionalAt{&d.Time}, d.Error}
		}
		return printRows(a.cmd, rows)
	})
	cmd.Flags().BoolVar(&waiting, "waiting", false, "those that wait for their next try instead; the time is that of it")
	return cmd
}

func webhookRedeliver() *cobra.Command {
	var o redeliverFlags
	cmd := hookCommand("redeliver ID TENANT", "Send facts of a tenant to a webhook again: some, a range, all since a time, or the dead letters", func(a *administration) error {
		in, err := o.selection(a.args[1])
		if err != nil {
			return err
		}
		return a.redeliver(a.args[0], in)
	})
	cmd.Flags().StringVar(&o.facts, "facts", "", "ids of facts, with commas, such as acme.41,acme.44")
	cmd.Flags().Int64Var(&o.from, "from", 0, "number of the first fact")
	cmd.Flags().Int64Var(&o.to, "to", 0, "number of the last fact (default: the last one that there is)")
	cmd.Flags().StringVar(&o.since, "since", "", "all facts since a time: 2h, 7d, or 2026-01-31T12:00:00Z")
	cmd.Flags().BoolVar(&o.dead, "dead", false, "all dead letters of the tenant")
	return cmd
}

// redeliver repeats a redelivery until all is done: one call has a bound.
func (a *administration) redeliver(id string, in admin.Redelivery) error {
	var all admin.Redelivered
	for {
		out, err := a.Redeliver(a.ctx(), id, in)
		if err != nil {
			return unfinished(a.noTenant(err, in.Tenant), in, all.Facts)
		}
		all.Facts, all.Expired, all.Other, all.Paused = all.Facts+out.Facts, all.Expired+out.Expired, all.Other+out.Other, out.Paused
		if out.Next == 0 {
			break
		}
		in.First, in.Since = out.Next, nil
	}
	a.redelivered(id, &all)
	return nil
}

// redelivered says what a redelivery has done, and what it has not.
func (a *administration) redelivered(id string, all *admin.Redelivered) {
	if all.Paused && all.Facts > 0 {
		note(a.cmd, "%d facts wait, because the webhook is paused; scimstack webhook resume %s sends them", all.Facts, id)
	} else {
		note(a.cmd, "%d facts are sent again", all.Facts)
	}
	if all.Expired > 0 {
		note(a.cmd, "%d facts have expired, and cannot be sent", all.Expired)
	}
	if all.Other > 0 {
		note(a.cmd, "%d facts have types that the webhook does not get; scimstack webhook set %s --types changes them", all.Other, id)
	}
}

// unfinished is the error of a redelivery that has sent some: a repetition of all would send these once more.
func unfinished(err error, next admin.Redelivery, sent int) error {
	switch {
	case sent == 0:
		return err
	case next.Dead:
		return fmt.Errorf("%d facts are sent again; repeat the command for the others: %w", sent, err)
	}
	return fmt.Errorf("%d facts are sent again; for the others repeat the command with --from %d, without --since: %w", sent, next.First, err)
}

type redeliverFlags struct {
	facts, since string
	from, to     int64
	dead         bool
}

// selection is what the flags select: one of them must be set.
func (o *redeliverFlags) selection(tenant string) (in admin.Redelivery, err error) {
	in = admin.Redelivery{Tenant: tenant, First: o.from, Last: o.to, Dead: o.dead}
	chosen := 0
	for _, set := range []bool{o.facts != "", o.from > 0 || o.to > 0, o.since != "", o.dead} {
		if set {
			chosen++
		}
	}
	if chosen != 1 {
		return in, usagef("say what is sent again: --facts, --from and --to, --since, or --dead")
	}
	if o.since != "" {
		at, err := timeOf(o.since, time.Now())
		if err != nil {
			return in, usagef("--since: %w", err)
		}
		in.Since = &at
	}
	for id := range strings.SplitSeq(o.facts, ",") {
		if o.facts != "" {
			in.Facts = append(in.Facts, strings.TrimSpace(id))
		}
	}
	return in, nil
}

// timeOf reads a time, or how long ago it was.
func timeOf(text string, now time.Time) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	ago, err := parseDuration(text)
	if err != nil {
		return now, errors.New("use a time such as 2026-01-31T12:00:00Z, or how long ago it was, such as 2h or 7d")
	}
	return now.Add(-ago), nil
}
