package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/internal/requestlog"
	"github.com/scimstack/scimstack/pkg/admin/adminhttp"
	"github.com/scimstack/scimstack/pkg/agents"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/scim/model"
)

// devCommand runs the whole API in one process.
func devCommand() *cobra.Command {
	var o devOptions
	cmd := &cobra.Command{
		Use:   "dev",
		Short: "Run the whole API in one process, in memory or on a DynamoDB table",
		Long: `Runs the whole API in one process and prints the base URL and a token of each tenant. Data is lost at exit,
unless --data names a SQLite file, or --store dynamodb and --endpoint a table that keeps it. A table that exists gets the
tenants of --tenant, and no sample tenants. Webhooks are kept with the data, and dev sends to all that it finds there: do
not name the table of a deployment. For data that matters, use scimstack serve.`,
		Example: `  scimstack dev
  scimstack dev --data scim.db
  scimstack dev --store dynamodb --endpoint http://127.0.0.1:8000 --table scim --create-table
  scimstack dev --addr 127.0.0.1:9090 --tenant name=acme,token=secret,idp=entra,mode=strict,schemas=./schemas`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.named = o.table.changed(cmd); o.create {
				o.named = append(o.named, "create-table")
			}
			log, done, err := o.logs.logger(os.Stderr)
			if err != nil {
				return err
			}
			defer done()
			return runDev(cmd.Context(), o, cmd.OutOrStdout(), log)
		},
	}
	cmd.Flags().StringVar(&o.addr, "addr", "127.0.0.1:8080", "address to listen on")
	cmd.Flags().StringArrayVar(&o.specs, "tenant", nil,
		"tenant, as name=acme[,token=LITERAL][,idp=okta][,mode=tolerant|strict][,agents=read|write][,rate=N][,schemas=DIR]; may be repeated (default: acme, globex and initech). Of token, "+secretHelp)
	cmd.Flags().StringVar(&o.record, "record", "", "record the traffic, without personal data, to this file; scimstack replay plays it")
	cmd.Flags().StringVar(&o.store, "store", storeMemory, "where data is kept: memory or dynamodb")
	cmd.Flags().StringVar(&o.data, "data", "", "SQLite file that keeps the data; it is created if it does not exist")
	cmd.Flags().StringArrayVar(&o.webhooks, "webhook", nil, "URL that gets every change of all tenants, as signed webhooks, or after set= as Security Event Tokens; http is allowed on this machine; may be repeated")
	cmd.Flags().BoolVar(&o.sets, "security-events", false, "Security Event Tokens (RFC 9967) with a key that ends with the process: polled at /events/TENANT/sets, and pushed by webhooks of the form set")
	cmd.Flags().BoolVar(&o.admin, "admin", false, "serve "+adminhttp.Prefix+" too, to an operator token that is printed")
	cmd.Flags().BoolVar(&o.create, "create-table", false, "create the table if it does not exist")
	cmd.Flags().StringVar(&o.docs, "docs", "", "folder of the guide's site (make docs), which is served at /docs")
	addSettle(cmd.Flags(), &o.settle)
	o.logs.add(cmd, false)
	o.table.add(cmd, "--store dynamodb uses an in-process engine, and data is lost at exit")
	return cmd
}

// devOptions are the flags of `scimstack dev`.
type devOptions struct {
	addr     string
	specs    []string // --tenant
	record   string   // file, or "" for none
	store    string   // storeMemory or storeDynamo; "" is storeMemory
	data     string   // SQLite file, or "" for none
	webhooks []string // URLs
	sets     bool     // Security Event Tokens
	create   bool     // create the table if it does not exist
	admin    bool     // serve the administration
	docs     string   // folder of the guide's site, or "" for none
	logs     logFlags
	table    tableFlags
	named    []string      // flags of DynamoDB that the command line names
	settle   time.Duration // admin.BuilderOptions.Settle
}

// runDev serves until the context ends.
func runDev(ctx context.Context, o devOptions, out io.Writer, log *slog.Logger) error {
	tenants, err := parseTenants(ctx, o.specs)
	if err != nil {
		return err
	}
	tape, err := openTape(o.record, tenants)
	if err != nil {
		return err
	}
	store, err := openStore(ctx, o, tenants, log)
	if err != nil {
		return err
	}
	defer store.close()
	at, err := listen(ctx, "--addr", o.addr)
	if err != nil {
		return err
	}
	defer at.listener.Close()
	base := at.url + scimstack.Prefix
	sets, err := newKey(o.sets)
	if err != nil {
		return err
	}
	config := scimstack.Config{
		SecurityEvents: sets.uris(),
		Store:          store.store, Tenants: store.tenants, PublicBase: base, ValueTypes: model.ValueTypes(), Log: store.log,
		Agents: agents.New(agents.Options{Plans: store.plans}), Logger: log,
		Observe: func(r *http.Request, rec *scim.Record) { requestlog.Observe(r.Context(), log, rec) }, ObserveCauses: true,
	}
	var operated devAdmin
	parts, err := operated.parts(ctx, o, store, &config, log)
	if err != nil {
		return err
	}
	service, err := scimstack.Assemble(config, parts...)
	if err != nil {
		return err
	}
	operated.service = service
	defer func() { _ = service.Close(context.WithoutCancel(ctx)) }()
	sender := store.sender(service, log)
	handler, err := sets.add(service, base, store.positions, sender, log)
	if err != nil {
		return err
	}
	if handler, err = docsHandler(o.docs, tape.wrap(handler)); err != nil {
		return err
	}
	server := newServer(handler, slog.NewLogLogger(log.Handler(), slog.LevelWarn))
	defer paceCollector()()
	at.announce(out)
	if at.open {
		warnWeak(out, tenants)
	}
	operated.print(out, at.url)
	if err := store.put(ctx, o.webhooks, sender, out); err != nil {
		return err
	}
	defer buildIndexes(ctx, operated.builder, log)()
	defer sendWebhooks(ctx, sender, log)()
	defer warnExpiring(ctx, store.tenants, store.log, log)()
	printTenants(out, base, store.created, store.kept)
	recording, stop := context.WithCancel(ctx)
	wait := tape.keep(recording, log)
	err = serve(ctx, server, at.listener)
	stop()
	wait()
	return errors.Join(err, tape.end(os.Stderr))
}

// serve runs the server until the context ends, then gives running requests 10 seconds to finish.
func serve(ctx context.Context, server *http.Server, listener net.Listener) error {
	failed := async.Go(func() error { return server.Serve(listener) })
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := server.Shutdown(grace)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		_ = server.Close() // ends what is left
		return errors.New("some requests were still running 10 seconds after the interrupt and were cut off")
	case errors.Is(err, http.ErrServerClosed):
		return nil
	}
	return err
}

// printTenants prints how to reach each tenant, and that the service is ready.
func printTenants(out io.Writer, base string, tenants []devTenant, kept string) {
	for _, t := range tenants {
		id := t.record.Settings.ID.String()
		fmt.Fprintf(out, "tenant    %s  (identity provider: %s)\nbase URL  %s/%s\ntoken     %s\ntry       curl -s -H 'Authorization: Bearer %s' '%s/%s/Users'\n\n",
			id, orNone(t.record.Settings.IdP), base, id, t.token, t.token, base, id)
	}
	if len(tenants) == 0 {
		fmt.Fprintf(out, "base URL  %s/TENANT\nno tenant was added; the tenants that exist keep their tokens\n", base)
	}
	if kept != "" {
		fmt.Fprintf(out, "ready; data stays in %s; Ctrl-C stops the server\n", kept)
		return
	}
	fmt.Fprintln(out, "ready; data is lost at exit; Ctrl-C stops the server")
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
