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
	"golang.org/x/term"

	"github.com/scimstack/scimstack/internal/agents"
	"github.com/scimstack/scimstack/internal/app"
	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
)

// devCommand is the whole API in one process with the in-memory store.
func devCommand() *cobra.Command {
	var o devOptions
	cmd := &cobra.Command{
		Use:   "dev",
		Short: "Run the whole API in one process; without a table of yours, data is lost at exit",
		Example: `  scimstack dev
  scimstack dev --store dynamodb --endpoint http://127.0.0.1:8000 --table scim --create-table
  scimstack dev --addr 127.0.0.1:9090 --tenant name=acme,token=secret,idp=entra,mode=strict,schemas=./schemas`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDev(cmd.Context(), o, cmd.OutOrStdout(), requestLog(os.Stderr))
		},
	}
	cmd.Flags().StringVar(&o.addr, "addr", "127.0.0.1:8080", "address to listen on")
	cmd.Flags().StringArrayVar(&o.specs, "tenant", nil,
		"a tenant: name=acme[,token=LITERAL][,idp=okta][,mode=tolerant|strict][,agents=read|write][,schemas=DIR]; repeat for more (default: acme, globex and initech)")
	cmd.Flags().StringVar(&o.record, "record", "", "file for the traffic, without anybody's data; written at exit, to play again with scimstack replay")
	cmd.Flags().StringVar(&o.store, "store", storeMemory, "memory, or dynamodb")
	cmd.Flags().BoolVar(&o.create, "create-table", false, "create the table if it is not there")
	o.table.add(cmd, "--store dynamodb keeps its table in this process")
	return cmd
}

// devOptions are what the command line says.
type devOptions struct {
	addr   string
	specs  []string // of tenants
	record string   // file, or ""
	store  string   // memory or dynamodb
	create bool     // the table
	table  tableFlags
}

// requestLog writes text to a terminal and JSON elsewhere.
func requestLog(f *os.File) *slog.Logger {
	if term.IsTerminal(int(f.Fd())) {
		return slog.New(slog.NewTextHandler(f, nil))
	}
	return slog.New(slog.NewJSONHandler(f, nil))
}

// parseTenants reads all of them; without any there are three.
func parseTenants(specs []string) ([]devTenant, error) {
	if len(specs) == 0 {
		specs = []string{"name=acme,idp=okta", "name=globex,idp=entra", "name=initech,idp=google"}
	}
	made := make([]devTenant, 0, len(specs))
	for _, spec := range specs {
		t, err := parseTenant(spec)
		if err != nil {
			return nil, fmt.Errorf("--tenant %s: %w", spec, err)
		}
		for _, other := range made {
			if other.record.Settings.ID == t.record.Settings.ID {
				return nil, fmt.Errorf("--tenant %s: there are two tenants of this name", spec)
			}
		}
		made = append(made, t)
	}
	return made, nil
}

func runDev(ctx context.Context, o devOptions, out io.Writer, log *slog.Logger) error {
	made, err := parseTenants(o.specs)
	if err != nil {
		return err
	}
	store, err := openStore(ctx, o, made, log)
	if err != nil {
		return err
	}
	defer store.close()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.addr)
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String() + app.Prefix
	printTenants(out, base, made, store.lasting)
	records := activity.NewMemory(0)
	recorder := activity.NewRecorder(records, activity.Options{Logger: log}) //nolint:contextcheck // it outlives every request
	defer func() { _ = recorder.Close(context.WithoutCancel(ctx)) }()
	config := app.Config{
		Store: store.store, Resolver: store.tenants, PublicBase: base, Activity: recorder, Log: records,
		Observe: func(r *http.Request, rec *scim.Record) { logRequest(r.Context(), log, rec) },
	}
	forAgents, err := agents.Handler(config, agents.Options{Log: log})
	if err != nil {
		return err
	}
	handler := agents.Mount(forAgents, app.Handler(config))
	tape := newTape(o.record, made)
	server := &http.Server{
		Handler:           tape.wrap(handler),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	return errors.Join(serve(ctx, server, listener), tape.write())
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
	if err := server.Shutdown(grace); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// printTenants says how to reach each tenant, and that the service is ready.
func printTenants(out io.Writer, base string, tenants []devTenant, lasting bool) {
	for _, t := range tenants {
		id := t.record.Settings.ID.String()
		fmt.Fprintf(out, "tenant    %s  (idp %s)\nbase URL  %s/%s\ntoken     %s\ntry       curl -s -H 'Authorization: Bearer %s' '%s/%s/Users'\n\n",
			id, orNone(t.record.Settings.IdP), base, id, t.token, t.token, base, id)
	}
	if lasting {
		fmt.Fprintln(out, "ready; data stays in the table, Ctrl-C stops")
		return
	}
	fmt.Fprintln(out, "ready; data is lost at exit, Ctrl-C stops")
}

func orNone(s string) string {
	if s == "" {
		return "not named"
	}
	return s
}

// logRequest writes one line per request: no names, no values, no query.
func logRequest(ctx context.Context, log *slog.Logger, rec *scim.Record) {
	attrs := []slog.Attr{
		slog.String("tenant", rec.Tenant.String()), slog.String("key", rec.Subject), slog.String("method", rec.Method),
		slog.String("operation", rec.Operation), slog.String("type", rec.Type), slog.String("id", rec.ResourceID),
		slog.Int("status", rec.Status), slog.Bool("changed", rec.Changed),
		slog.Int("item", rec.Item), slog.Duration("took", rec.Duration), slog.String("request_id", rec.RequestID),
	}
	if rec.Code != "" {
		attrs = append(attrs, slog.String("scim_type", rec.ScimType), slog.String("code", string(rec.Code)))
	}
	if len(rec.Notes) > 0 {
		attrs = append(attrs, slog.Any("notes", rec.Notes))
	}
	level := slog.LevelInfo
	if rec.Status >= 500 && rec.Status != http.StatusNotImplemented {
		level = slog.LevelError
		attrs = append(attrs, slog.Any("cause", rec.Err))
	}
	log.LogAttrs(ctx, level, "request", attrs...)
}
