package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/scim"
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
	cmd := onWebhooks("dead-letters ID", "List the facts that were given up after three days of tries", 1, func(w *webhookWork) error {
		if _, err := w.store.Endpoint(w, w.args[0]); err != nil {
			return err
		}
		list, err := w.store.Deliveries(w, w.args[0], !waiting, mostShown)
		if err != nil {
			return err
		}
		rows := make([]letterRow, len(list))
		for i := range list {
			d := &list[i]
			at := d.Dead
			if waiting {
				at = d.Next
			}
			rows[i] = letterRow{fmt.Sprintf("%s.%d", d.Tenant, d.Seq), d.Type, d.Resource, d.Tries, optionalAt{&at}, d.Error}
		}
		return printRows(w.cmd, rows)
	})
	cmd.Flags().BoolVar(&waiting, "waiting", false, "those that wait for their next try instead; the time is that of it")
	return cmd
}

func webhookRedeliver() *cobra.Command {
	var o redeliverFlags
	cmd := onWebhooks("redeliver ID TENANT", "Send facts of a tenant to a webhook again: some, a range, all since a time, or the dead letters", 2, func(w *webhookWork) error {
		t, err := scim.ParseTenantID(w.args[1])
		if err != nil {
			return usagef("%w", err)
		}
		ranges, err := o.ranges(w, t)
		if err != nil {
			return err
		}
		source, err := feed.New(w.b.store, feed.Options{})
		if err != nil {
			return err
		}
		s, all := &webhook.Sender{Source: source, Store: w.store}, 0
		for _, r := range ranges {
			n, err := s.Redeliver(w, w.args[0], t, r)
			if all += n; err != nil {
				return err
			}
		}
		note(w.cmd, "%d facts are sent again by scimstack serve", all)
		return nil
	})
	cmd.Flags().StringVar(&o.facts, "facts", "", "ids of facts, with commas, such as acme.41,acme.44")
	cmd.Flags().Int64Var(&o.from, "from", 0, "number of the first fact")
	cmd.Flags().Int64Var(&o.to, "to", 0, "number of the last fact (default: the last one that there is)")
	cmd.Flags().StringVar(&o.since, "since", "", "all facts since a time: 2h, 7d, or 2026-01-31T12:00:00Z")
	cmd.Flags().BoolVar(&o.dead, "dead", false, "all dead letters of the tenant")
	return cmd
}

type redeliverFlags struct {
	facts, since string
	from, to     int64
	dead         bool
}

// ranges are what the flags select: one of them must be set.
func (o *redeliverFlags) ranges(w *webhookWork, t scim.TenantID) (out []webhook.Redelivery, err error) {
	chosen := 0
	for _, set := range []bool{o.facts != "", o.from > 0 || o.to > 0, o.since != "", o.dead} {
		if set {
			chosen++
		}
	}
	switch {
	case chosen != 1:
		return nil, usagef("say what is sent again: --facts, --from and --to, --since, or --dead")
	case o.facts != "":
		return namedFacts(o.facts, t)
	case o.since != "":
		at, err := timeOf(o.since, time.Now())
		if err != nil {
			return nil, usagef("--since: %w", err)
		}
		return []webhook.Redelivery{{Since: at}}, nil
	case o.dead:
		return w.dead(t)
	}
	return []webhook.Redelivery{{First: o.from, Last: o.to}}, nil
}

// namedFacts are facts of a tenant by their ids.
func namedFacts(ids string, t scim.TenantID) (out []webhook.Redelivery, err error) {
	for id := range strings.SplitSeq(ids, ",") {
		of, seq, err := factNumber(strings.TrimSpace(id))
		if err != nil || of != t {
			return nil, usagef("--facts: %q is not the id of a fact of %s, such as %s.41", id, t, t)
		}
		out = append(out, webhook.Redelivery{First: seq, Last: seq})
	}
	return out, nil
}

// dead are the dead letters of a tenant.
func (w *webhookWork) dead(t scim.TenantID) (out []webhook.Redelivery, err error) {
	list, err := w.store.Deliveries(w, w.args[0], true, mostShown)
	for i := range list {
		if list[i].Tenant == t {
			out = append(out, webhook.Redelivery{First: list[i].Seq, Last: list[i].Seq})
		}
	}
	return out, err
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
