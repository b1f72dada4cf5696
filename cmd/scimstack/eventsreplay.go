package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/internal/eventclient"
	"github.com/scimstack/scimstack/pkg/feed"
)

// replayRange is what is sent again.
type replayRange struct {
	to    int64
	since string
}

// eventsReplay sends facts that are in the feed to a program again.
func eventsReplay(t *target) *cobra.Command {
	var q eventclient.Query
	var r replayRange
	var forward, key string
	cmd := &cobra.Command{
		Use: "replay", Short: "Send facts of the feed to a program again, as signed webhooks, in order", Args: cobra.NoArgs,
		Long: `Sends facts that are in the feed to a program again, as its webhook gets them: in order, each until the answer is 2xx.
It ends after the last fact. The webhooks of the service do not notice; scimstack webhook redeliver is for these.`,
		Example: `  scimstack events replay --forward http://localhost:3000/hook --since 24h --base … --token …
  scimstack events replay --forward http://localhost:3000/hook --after 40 --to 44 --base … --token …`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if forward == "" {
				return usagef("--forward is required; write the URL of your program, such as http://localhost:3000/hook")
			}
			var since time.Time
			if r.since != "" {
				var err error
				if since, err = timeOf(r.since, time.Now()); err != nil {
					return usagef("--since: %w", err)
				}
			}
			to, err := newForwarder(forward, key)
			if err != nil {
				return err
			}
			c, err := t.events(cmd.Context())
			if err != nil {
				return err
			}
			if err := fromKept(cmd, c, &q); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "signing secret %s\n", to.key)
			return replayFacts(cmd, c, q, r.bounds(since), to)
		},
	}
	selectFacts(cmd, &q, "", fromFirst)
	cmd.Flags().IntVar(&q.Limit, "limit", 0, "at most so many facts (default: all)")
	cmd.Flags().Int64Var(&r.to, "to", 0, "number of the last fact (default: the last one that there is)")
	cmd.Flags().StringVar(&r.since, "since", "", "only facts since a time: 2h, 7d, or 2026-01-31T12:00:00Z")
	cmd.Flags().StringVar(&forward, "forward", "", "URL of the program: http or https on this machine, or https elsewhere")
	cmd.Flags().StringVar(&key, "secret", "", "signing secret, whsec_… (default: a new one, which is printed)")
	return cmd
}

// bounds says which facts are sent, and which one is above the last.
func (r replayRange) bounds(since time.Time) func(*feed.Fact) (send, over bool) {
	return func(f *feed.Fact) (send, over bool) { return !f.Time.Before(since), r.to > 0 && f.Seq > r.to }
}

// replayFacts sends the facts within bounds.
func replayFacts(cmd *cobra.Command, c *eventclient.Client, q eventclient.Query, bounds func(*feed.Fact) (send, over bool), to *forwarder) error {
	sent := 0
	for raw, err := range c.Facts(cmd.Context(), q, false) {
		if err != nil {
			return err
		}
		var f feed.Fact
		if err := json.Unmarshal(raw, &f); err != nil {
			return err
		}
		send, over := bounds(&f)
		if over {
			break
		}
		if !send {
			continue
		}
		if err := to.send(cmd.Context(), raw, func(cause error) { fmt.Fprintf(cmd.ErrOrStderr(), "%v; it is sent again\n", cause) }); err != nil {
			return ended(cmd.Context(), err)
		}
		if err := printFact(cmd.OutOrStdout(), raw); err != nil {
			return err
		}
		sent++
	}
	fmt.Fprintln(cmd.OutOrStdout(), strconv.Itoa(sent)+" facts were sent")
	return nil
}
