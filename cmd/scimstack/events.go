package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/internal/eventclient"
	"github.com/scimstack/scimstack/pkg/feed"
)

// events returns a client for the feed of the tenant.
func (t *target) events(ctx context.Context) (*eventclient.Client, error) {
	token, err := t.credential()
	switch {
	case err != nil:
		return nil, err
	case t.base == "" || token == "":
		return nil, usagef("--base and --token (or SCIMSTACK_TOKEN) are required; the token needs the scope events")
	}
	c, err := eventclient.New(t.base, token)
	if err != nil {
		return nil, usagef("--base: %w", err)
	}
	return c, reach(ctx, "--base", t.base)
}

// eventsCommand reads the feed of a tenant.
func eventsCommand() *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:   "events",
		Short: "Read the feed: every user, group and membership that was created, changed or is gone",
		Example: `  scimstack events tail --base http://127.0.0.1:8080/scim/v2/acme --token TOKEN
  scimstack events get --after 41 --types 'user.*' --base … --token …
  scimstack events get --snapshot --base … --token …`,
	}
	t.flags(cmd)
	cmd.AddCommand(eventsGet(&t), eventsTail(&t), eventsReplay(&t))
	return cmd
}

// fromFirst is the help of --after where the facts begin with the first one that is kept.
const fromFirst = " (default: none; facts are kept for 30 days)"

func selectFacts(cmd *cobra.Command, q *eventclient.Query, after, unset string) {
	cmd.Flags().StringVar(&q.After, "after", after, `number of the last fact to leave out, or "now"`+unset)
	cmd.Flags().StringVar(&q.Types, "types", "", "only facts of these types, with commas, such as user.deactivated,membership.*")
}

// fromKept has a query without --after begin with the first fact that is kept, and says so if there were others.
func fromKept(cmd *cobra.Command, c *eventclient.Client, q *eventclient.Query) error {
	if q.After != "" {
		return nil
	}
	n, err := c.First(cmd.Context())
	if err == nil && n > 1 {
		fmt.Fprintf(cmd.ErrOrStderr(), "the facts before number %d are kept no longer; scimstack events get --snapshot prints all that the tenant has\n", n)
	}
	q.After = strconv.FormatInt(n-1, 10)
	return err
}

func eventsGet(t *target) *cobra.Command {
	var q eventclient.Query
	var snapshot bool
	cmd := &cobra.Command{
		Use: "get", Short: "Print facts as JSON, one per line", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, name := range []string{"after", "types", "limit"} {
				if snapshot && cmd.Flags().Changed(name) {
					return usagef("--%s is for what has happened, and --snapshot prints all that the tenant has; leave out one of them", name)
				}
			}
			c, err := t.events(cmd.Context())
			if err != nil {
				return err
			}
			facts := c.Snapshot(cmd.Context())
			if !snapshot {
				if err := fromKept(cmd, c, &q); err != nil {
					return err
				}
				facts = c.Facts(cmd.Context(), q, false)
			}
			for f, err := range facts {
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s\n", f)
			}
			return nil
		},
	}
	selectFacts(cmd, &q, "", fromFirst)
	cmd.Flags().IntVar(&q.Limit, "limit", 0, "at most so many facts (default: all)")
	cmd.Flags().BoolVar(&snapshot, "snapshot", false, "all that the tenant has, instead of what has happened")
	return cmd
}

func eventsTail(t *target) *cobra.Command {
	var q eventclient.Query
	cmd := &cobra.Command{
		Use: "tail", Short: "Print facts as they happen, one per line, until it is interrupted", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := t.events(cmd.Context())
			if err != nil {
				return err
			}
			for raw, err := range c.Facts(cmd.Context(), q, true) {
				if err == nil {
					err = printFact(cmd.OutOrStdout(), raw)
				}
				if err != nil {
					return ended(cmd.Context(), err)
				}
			}
			return nil
		},
	}
	selectFacts(cmd, &q, "now", "")
	return cmd
}

// ended is the error of a command that ends when it is interrupted.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // it was interrupted
	}
	return err
}

// printFact prints a fact in one line.
func printFact(out io.Writer, raw json.RawMessage) error {
	var f feed.Fact
	if err := json.Unmarshal(raw, &f); err != nil {
		return err
	}
	what := f.Resource.ID
	switch {
	case f.Member != nil && f.Group != nil:
		what = fmt.Sprintf("%s in %s", nameOr(f.Member.Display, f.Member.ID), nameOr(f.Group.Name, f.Group.ID))
	case f.User != nil:
		what = nameOr(f.User.UserName, f.User.ID)
	case f.Group != nil:
		what = nameOr(f.Group.Name, f.Group.ID)
	}
	_, err := fmt.Fprintf(out, "%s  %6d  %-20s  %s  %v\n", f.Time.Local().Format(time.DateTime), f.Seq, f.Type, what, f.Changed)
	return err
}

func nameOr(name, id string) string {
	if name == "" {
		return id
	}
	return name
}
