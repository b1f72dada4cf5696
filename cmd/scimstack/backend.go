package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/internal/streams"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/admin/dynamoadmin"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/feed"
	"github.com/scimstack/scimstack/pkg/feed/dynamofeed"
	"github.com/scimstack/scimstack/pkg/feed/webhook"
	"github.com/scimstack/scimstack/pkg/mcp"
	"github.com/scimstack/scimstack/pkg/mcp/dynamoplans"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/sqlstore"
	"github.com/scimstack/scimstack/pkg/sqlstore/postgres"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlfeed"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlite"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqllog"
	"github.com/scimstack/scimstack/pkg/sqlstore/sqlplans"
	"github.com/scimstack/scimstack/pkg/tenant"
)

// envStore is the environment variable with the default of --store.
const envStore = "SCIMSTACK_STORE"

// storeHelp describes the values of --store.
const storeHelp = "sqlite:FILE, postgres://USER@HOST/DATABASE or dynamodb"

// storeFlags name where a command finds its data.
type storeFlags struct {
	place  string
	table  tableFlags
	create bool     // a SQLite file that does not exist is created
	named  []string // flags of DynamoDB that the command line names, for another store a mistake
}

// line learns which flags the command line names. Call it before configure, which sets flags from the environment.
func (f *storeFlags) line(cmd *cobra.Command) { f.named = f.table.changed(cmd) }

// add adds the flags. place is used if neither the flag nor the environment names one.
func (f *storeFlags) add(cmd *cobra.Command, place string) {
	cmd.Flags().StringVar(&f.place, "store", place, "where the data is: "+storeHelp+" (default: $"+envStore+")")
	preset(cmd, "store", envStore)
	f.table.add(cmd, onAWS)
}

// backend is a place with everything that the service keeps. The caller must call close.
type backend struct {
	name      string // for messages, without a password
	store     scim.Store
	log       activity.Log
	plans     mcp.Plans
	directory directory
	operators tenant.Operators
	reindexer admin.Reindexer // nil: there is nothing to build
	recounter admin.Recounter // nil: totals are exact
	ready     func(context.Context) error
	follow    func(context.Context, *slog.Logger) (stop func()) // work beside the service; nil for none
	close     func()

	positions feed.Positions // of consumers of the feed; nil: the store keeps none
	webhooks  webhook.Store  // nil: the store keeps none
	loopback  bool           // webhooks may be on this machine, over plain HTTP
}

// idle refuses flags of a table for another store.
func (f *storeFlags) idle() error {
	if len(f.named) > 0 && f.place != storeDynamo {
		return usagef("--%s is for DynamoDB, and the data is in %s; leave the flag out, or use --store %s", f.named[0], redacted(f.place), storeDynamo)
	}
	return nil
}

// open opens the place that --store names. A SQLite file and the tables of a database are made.
func (f *storeFlags) open(ctx context.Context, log *slog.Logger) (*backend, error) {
	if err := f.idle(); err != nil {
		return nil, err
	}
	scheme, rest, _ := strings.Cut(f.place, ":")
	switch {
	case scheme == "sqlite" && rest != "":
		if _, err := os.Stat(rest); err != nil && !f.create {
			return nil, failed(err, "--store: the file %s cannot be read: %s; scimstack serve and scimstack tenant create make the file", rest, fileReason(err))
		}
		db, err := sqlite.Open(ctx, rest, sqlstore.Options{})
		if err != nil {
			return nil, explainDatabase(f.place, err)
		}
		return onDatabase("file "+rest, db), nil
	case scheme == "postgres" || scheme == "postgresql":
		db, err := postgres.Open(ctx, f.place, sqlstore.Options{})
		if err != nil {
			return nil, explainDatabase(redacted(f.place), err)
		}
		return onDatabase("the Postgres database", db), nil
	case f.place == storeDynamo:
		t, err := f.table.openReachable(ctx)
		if err != nil {
			return nil, err
		}
		return onDynamo(t, log), nil
	}
	return nil, usagef("--store %s: use %s", redacted(f.place), storeHelp)
}

// redacted is a value of --store without what may be a password: in a URL, all but host and path, because a password may be in
// the query too, and one with special characters may look like anything.
func redacted(place string) string {
	scheme, rest, isURL := strings.Cut(place, "://")
	if !isURL {
		if !strings.HasPrefix(place, "sqlite:") && strings.ContainsAny(place, "@=") { // meant for Postgres
			return "…"
		}
		return place
	}
	u, err := url.Parse(place)
	switch {
	case err != nil || strings.Contains(u.Path+u.RawQuery+u.Fragment, "@"):
		return scheme + "://…"
	case u.User != nil:
		return "…@" + u.Host + u.Path
	}
	rest, _, _ = strings.Cut(rest, "?")
	rest, _, _ = strings.Cut(rest, "#")
	return scheme + "://" + rest
}

// fileReason says why a file cannot be used, without its name.
func fileReason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

func onDatabase(name string, db *sqlstore.Database) *backend {
	return &backend{
		name: name, store: db.Store(), log: sqllog.New(db, sqllog.Options{}), plans: sqlplans.New(db, nil),
		positions: sqlfeed.New(db, nil), webhooks: sqlfeed.NewWebhooks(db),
		directory: sqlDirectory{db.Tenants()}, operators: db.Operators(), ready: db.Ping, close: func() { _ = db.Close() },
	}
}

func onDynamo(t *table, log *slog.Logger) *backend {
	options := dynamo.Options{Table: t.flags.name, Now: time.Now, Log: log}
	hooks := dynamofeed.NewWebhooks(t.client, dynamofeed.Options{Table: t.flags.name})
	kept := keptBeside(hooks)
	upkeep := dynamoadmin.New(t.tenants(), kept...)
	return &backend{
		name: "table " + t.flags.name, store: dynamo.New(t.client, options), log: dynamolog.New(t.client, dynamolog.Options{Table: t.flags.name}),
		positions: dynamofeed.New(t.client, dynamofeed.Options{Table: t.flags.name}), webhooks: hooks,
		operators: dynamo.NewOperators(t.client, options), reindexer: upkeep, recounter: upkeep,
		plans: dynamoplans.New(t.client, t.flags.name), directory: dynamoDirectory{t.tenants(), kept}, close: t.close,
		ready: func(ctx context.Context) error { return dynamo.CheckVersion(ctx, t.client, t.flags.name) },
		follow: func(ctx context.Context, log *slog.Logger) func() {
			consumer := dynamo.NewConsumer(t.client, options)
			return t.follow(ctx, func(ctx context.Context, shard string, records []streamtypes.Record) (string, error) {
				return consumer.Process(ctx, streams.Records(shard, records))
			}, t.places(), log)
		},
	}
}

// existed reports whether a tenant could not be created because there is one of this name.
func existed(err error) bool {
	return errors.Is(err, tenant.ErrExists)
}
