package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/activity"
	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
	"github.com/scimstack/scimstack/pkg/transfer"
)

// feedLag is how long after a write its facts usually come into the feed of a table at the latest.
const feedLag = 5 * time.Second

// transferFlags are where a command that moves a tenant works.
type transferFlags struct {
	admin     adminFlags
	streamLag time.Duration
}

func (f *transferFlags) add(cmd *cobra.Command) {
	f.admin.addPlace(cmd, storeDynamo)
	cmd.Flags().DurationVar(&f.streamLag, "lag", feedLag, "how long the stream of a DynamoDB table may take to bring a write into the feed")
	for _, name := range []string{"server", "operator-token-file", "aws-iam"} {
		_ = cmd.Flags().MarkHidden(name) // fails for an unknown flag only
	}
}

// check checks the flags, before anything is read or made.
func (f *transferFlags) check(cmd *cobra.Command) error {
	if f.admin.server != "" && !cmd.Flags().Changed("store") {
		return usagef("--server: a service neither returns nor takes a whole tenant; run the command where the store can be opened, with --store (%s)", storeHelp)
	}
	f.admin.store.line(cmd)
	if cmd.Flags().Changed("lag") && f.admin.store.place != storeDynamo {
		return usagef("--lag is for the stream of DynamoDB, and the data is in %s; leave it out", redacted(f.admin.store.place))
	}
	return errors.Join(ofServer(cmd), f.admin.store.idle())
}

// open opens the store. The caller must call close.
func (f *transferFlags) open(cmd *cobra.Command) (*backend, transfer.Place, error) {
	b, err := f.admin.store.open(cmd.Context(), slog.Default())
	if err != nil {
		return nil, transfer.Place{}, err
	}
	return b, transfer.Place{Name: b.name, Directory: b.directory, Store: b.store, Positions: b.positions, Webhooks: b.webhooks}, nil
}

// lag is that of the feed of the store.
func (f *transferFlags) lag() time.Duration {
	if f.admin.store.place == storeDynamo {
		return f.streamLag
	}
	return 0
}

func tenantExportCommand() *cobra.Command {
	var f transferFlags
	var o transfer.ExportOptions
	var to string
	cmd := &cobra.Command{
		Use:   "export NAME",
		Short: "Write a tenant to a file, for tenant import in another store",
		Long: `Writes settings, schemas, resources, memberships, tokens, OAuth clients and webhooks of a tenant as JSON Lines, to
standard output or to a file (--to). The tenant may be in use meanwhile: what changes is read again, and the file is its state
at one moment. It has hashes of passwords and tokens, and the secrets of webhooks: keep it as you keep a backup.

Not in the file: the provisioning log, the history of the feed and the positions of its readers, plans of agents, deliveries
that wait and dead letters, versions (ETags), cursors, and operator tokens.`,
		Example: `  scimstack tenant export acme --store sqlite:scim.db --to acme.jsonl
  scimstack tenant export acme --store postgres://scim@db/scim > acme.jsonl`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := tenantName(args[0])
			if err != nil {
				return err
			}
			if to == "" && formatOf(cmd) != asTable {
				return usagef("-o %s prints what was written, and needs --to FILE, because the export itself is on standard output", formatOf(cmd))
			}
			if err := f.check(cmd); err != nil {
				return err
			}
			b, place, err := f.open(cmd)
			if err != nil {
				return err
			}
			defer b.close()
			o.Lag = f.lag()
			if err := exportTenant(cmd, place, id, to, o); err != nil {
				return err
			}
			return transferLogged(cmd, b.log, id, "tenant.export", nil)
		},
	}
	f.add(cmd)
	addOutput(cmd)
	addQuiet(cmd)
	cmd.Flags().StringVar(&to, "to", "", "file to write, which only you can read (default: standard output)")
	cmd.Flags().BoolVar(&o.NoCredentials, "no-credentials", false, "leave out tokens, OAuth clients and webhooks")
	return cmd
}

// exportTenant writes a tenant, and says what it has written.
func exportTenant(cmd *cobra.Command, from transfer.Place, id scim.TenantID, to string, o transfer.ExportOptions) error {
	p := progressOf(cmd)
	o.Progress = func(at transfer.Progress) { p.transfer(id.String(), at) }
	began := time.Now()
	var out *transfer.Exported
	write := func(w io.Writer) (err error) {
		out, err = transfer.Export(cmd.Context(), from, id, w, o)
		return err
	}
	var err error
	if to == "" {
		err = write(cmd.OutOrStdout())
	} else {
		err = writePrivate(to, write)
	}
	p.end()
	if err != nil {
		return transferError(cmd.Context(), from, id, err)
	}
	say := cmd.ErrOrStderr()
	if to != "" {
		say = besideOf(cmd)
	}
	var types []string
	for _, t := range out.Types {
		types = append(types, fmt.Sprintf("%d %s", t.Count, t.Type))
	}
	fmt.Fprintf(say, "%s: %s, %d memberships, %s, %s, %s; %d bytes in %s\n", id, strings.Join(types, ", "), out.Members,
		count(out.Tokens, "token"), count(out.Clients, "OAuth client"), count(out.Hooks, "webhook"), out.Bytes, time.Since(began).Round(10*time.Millisecond))
	if !out.Settled {
		fmt.Fprintln(say, "the tenant changed faster than it could be read, or its store keeps no feed: changes of this time may be missing. Export it again before you use the new place, best while it is paused")
	}
	fmt.Fprintln(say, "not in the file: the provisioning log, the history of the feed and the positions of its readers, plans, dead letters, versions, operator tokens")
	if formatOf(cmd) != asTable {
		return printRow(cmd, out)
	}
	return nil
}

// writePrivate writes a file that only this user can read, and that is there only when it is complete.
func writePrivate(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*") // mode 0600
	if err != nil {
		return failed(err, "--to: %s cannot be written: %s", name, fileReason(err))
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// transferLogged writes what was done to the log of the tenant, as every change of the administration.
func transferLogged(cmd *cobra.Command, log activity.Log, id scim.TenantID, operation string, changed []string) error {
	now := time.Now()
	err := log.Append(cmd.Context(), activity.Record{
		ID: activity.NewID(now), Time: now.UTC(), Tenant: id, Entry: activity.EntryAdmin, Operation: operation, Resource: id.String(),
		Actor: "command line (" + userName() + ")", Status: http.StatusOK, Changed: changed,
	})
	if err != nil {
		return fmt.Errorf("it is done, and not in the provisioning log: %w", explain(err))
	}
	return nil
}

// transferError is an error of an export or import for people.
func transferError(ctx context.Context, place transfer.Place, id scim.TenantID, err error) error {
	switch {
	case errors.Is(err, tenant.ErrUnknown):
		return noTenant(ctx, place.Directory, id, place.Name)
	case errors.Is(err, tenant.ErrExists):
		return fmt.Errorf("tenant %s is being deleted in %s; repeat scimstack tenant delete %s until it is gone", id, place.Name, id)
	case errors.Is(err, transfer.ErrIndex):
		return fmt.Errorf("tenant %s: %w: scimstack tenant reindex %s", id, err, id)
	}
	return fmt.Errorf("tenant %s: %w", id, explain(err))
}

// transfer shows how far an export or import is.
func (p *progress) transfer(what string, at transfer.Progress) {
	switch {
	case at.Of > 0:
		p.at("%s: %s, %d of %d", what, at.Step, at.Done, at.Of)
	case at.Done > 0:
		p.at("%s: %s, %d so far", what, at.Step, at.Done)
	default:
		p.at("%s: %s", what, at.Step)
	}
}
