package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/scim"
)

// feedRestarter is a store whose feed can be restarted.
type feedRestarter interface {
	scim.Feed
	RestartFeed(ctx context.Context, t scim.TenantID, above int64) (last int64, err error)
}

// restartGap is more than what a feed can have had beyond the state that was restored.
const restartGap = 1_000_000

// restartFeed makes every reader of a tenant's feed start anew. old is the feed before a restore, or nil.
func restartFeed(ctx context.Context, feed feedRestarter, old scim.Feed, t scim.TenantID) (last int64, err error) {
	known := old
	if known == nil {
		known = feed
	}
	above, err := known.Last(ctx, t)
	if err != nil {
		return 0, err
	}
	if old == nil {
		return feed.RestartFeed(ctx, t, above+restartGap)
	}
	last, done, err := restartedAbove(ctx, feed, t, above)
	if err != nil || done {
		return last, err
	}
	return feed.RestartFeed(ctx, t, above)
}

// restartedAbove reports whether a feed was restarted above a number before: no reader goes on after that number then. A last
// number above it does not say so, because a process that uses the restored data already may have given it to a new fact.
func restartedAbove(ctx context.Context, feed scim.Feed, t scim.TenantID, above int64) (last int64, yes bool, err error) {
	if last, err = feed.Last(ctx, t); err != nil || last <= above {
		return last, false, err
	}
	_, err = feed.Entries(ctx, t, above, 1)
	if gone := (*scim.GoneError)(nil); errors.As(err, &gone) {
		return last, true, nil
	}
	return last, false, err
}

// feeds makes the readers of all feeds start anew: they know facts that the restored table does not have.
func (r *restoration) feeds(ctx context.Context, list []dynamo.Restored) error {
	if !r.f.revoke {
		r.say("with --revoke each reader starts anew: it knows facts that this table does not have, and new ones would have their numbers")
		return nil
	}
	feed := dynamo.New(r.t.client, dynamo.Options{Table: r.f.table.name})
	var old scim.Feed
	if r.f.old != "" {
		old = dynamo.New(r.t.client, dynamo.Options{Table: r.f.old})
	}
	for _, one := range list {
		if one.State != dynamo.RestoredKept {
			continue
		}
		last, err := restartFeed(ctx, feed, old, one.Tenant)
		if err != nil {
			return fmt.Errorf("the feed of tenant %s is not restarted; repeat the command: %w", one.Tenant, err)
		}
		r.say("%s: goes on after %d; each reader starts anew with a snapshot", one.Tenant, last)
	}
	return nil
}

// restartedRow is what `tenant restart-feed` did.
type restartedRow struct {
	Tenant string `json:"tenant"`
	Last   int64  `json:"last"`
}

func tenantRestartFeedCommand() *cobra.Command {
	var store storeFlags
	cmd := &cobra.Command{
		Use:   "restart-feed NAME",
		Short: "Make every reader of the feed of a tenant start anew, after its data was restored",
		Long: `Run this after the data was restored from a backup, before the service is started, for each tenant; on DynamoDB, scimstack
table after-restore --revoke does it. Readers of the feed have read facts that the restored data does not have, and new
facts would have the same numbers. The command removes the facts and makes their numbers go on a million above the last one:
each reader gets a 410 and takes a snapshot, and receivers of webhooks never see a number twice. The facts that a webhook
has not sent become a dead letter. If it is repeated, the readers start anew once more.`,
		Example: `  scimstack tenant restart-feed acme --store sqlite:scim.db`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := scim.ParseTenantID(args[0])
			if err != nil {
				return usagef("%q is not the name of a tenant", args[0])
			}
			store.line(cmd)
			b, err := store.open(cmd.Context(), slog.Default())
			if err != nil {
				return err
			}
			defer b.close()
			if err := b.resolved(cmd.Context(), id); err != nil {
				return err
			}
			feed, ok := b.store.(feedRestarter)
			if !ok {
				return fmt.Errorf("%s keeps no feed", b.name)
			}
			last, err := restartFeed(cmd.Context(), feed, nil, id)
			if err != nil {
				return fmt.Errorf("tenant %s: %w", id, explain(err))
			}
			fmt.Fprintf(textOut(cmd), "%s: the feed goes on after %d; each reader starts anew\n", id, last)
			return printFields(cmd, []restartedRow{{id.String(), last}})
		},
	}
	addOutput(cmd)
	store.add(cmd, storeDynamo)
	return cmd
}
