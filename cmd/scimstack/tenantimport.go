package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/scim"
	"github.com/scimstack/scimstack/pkg/tenant"
	"github.com/scimstack/scimstack/pkg/transfer"
)

func tenantImportCommand() *cobra.Command {
	f := transferFlags{admin: adminFlags{store: storeFlags{create: true}}}
	var o transfer.ImportOptions
	var as string
	var yes bool
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Make a tenant equal to a file of tenant export; - is standard input",
		Long: `Makes a tenant of the store equal to a file of tenant export: it creates, changes and removes what differs, and writes
nothing else. Ids, times, and the hashes of tokens and passwords are those of the file, so identity providers go on with the
tokens that they have. The whole file is checked before anything is written.

A tenant that is not there is made. It is paused until the import is complete, and then as it was in the file. If the command
is interrupted, repeat it: it goes on. A repetition with the file of a later export writes what has changed since, and one with
the same file writes nothing. So a tenant moves while it is in use: export, import; pause the old one, export, import again.

Over a tenant that was not made by an import, or was changed by others since, and where much is removed, the command shows what
it would do and asks for the name of the tenant (or --yes). A tenant that is there is paused first, and the command waits (--wait)
until no process serves it.

Webhooks are made with --webhooks only, after all else: they send what happens from then on. Use it with the last import, when
the old place sends no more.`,
		Example: `  scimstack tenant import acme.jsonl --store dynamodb --table scimstack
  scimstack tenant export acme --store sqlite:scim.db | scimstack tenant import - --store postgres://scim@db/scim
  scimstack tenant import acme.jsonl --as acme-trial --dry-run`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if as != "" {
				if o.As, err = tenantName(as); err != nil {
					return err
				}
				if o.Webhooks {
					return usagef("--webhooks and --as exclude each other: a copy under another name gets no webhooks; leave one of them out")
				}
			}
			if o.Wait <= 0 {
				o.Wait = -1
			}
			if err := f.check(cmd); err != nil {
				return err
			}
			file, closed, err := importFile(cmd, args[0])
			if err != nil {
				return err
			}
			defer closed()
			b, place, err := f.open(cmd)
			if err != nil {
				return err
			}
			defer b.close()
			o.Lag, o.Actor = f.lag(), "command line ("+userName()+")"
			o.Confirm = func(what *transfer.Imported, reasons []string) bool {
				return yes || confirmImport(cmd, args[0], what, reasons)
			}
			out, err := importTenant(cmd, place, file, o)
			if err != nil || o.DryRun || !out.Differs() {
				return err
			}
			id, err := scim.ParseTenantID(out.Into)
			if err != nil {
				return err
			}
			return transferLogged(cmd, b.log, id, "tenant.import", changedKinds(out))
		},
	}
	f.add(cmd)
	addOutput(cmd)
	addQuiet(cmd)
	cmd.Flags().StringVar(&as, "as", "", "name of the tenant, if not that of the file; tokens, OAuth clients and webhooks are left out")
	cmd.Flags().BoolVar(&o.DryRun, "dry-run", false, "show what would be written, and write nothing")
	cmd.Flags().BoolVar(&o.NoCredentials, "no-credentials", false, "leave out tokens and OAuth clients: those of the store stay as they are")
	cmd.Flags().BoolVar(&o.Webhooks, "webhooks", false, "make the webhooks of the file, too")
	cmd.Flags().BoolVar(&yes, "yes", false, "confirm an import over a tenant, without a question")
	cmd.Flags().DurationVar(&o.Wait, "wait", transfer.SettleWait, "time from the pause of a tenant to the first write; less only if no process serves the tenant")
	return cmd
}

// importFile opens the file. Standard input is first copied to a temporary file, because an import reads it twice.
func importFile(cmd *cobra.Command, name string) (file *os.File, closed func(), err error) {
	if name != "-" {
		file, err = os.Open(name)
		if err != nil {
			return nil, nil, noFile(name, err, "scimstack tenant export --to FILE writes one, and - is standard input")
		}
		return file, func() { _ = file.Close() }, nil
	}
	file, err = os.CreateTemp("", "scimstack-import-") // mode 0600
	if err != nil {
		return nil, nil, uncopied(err)
	}
	gone := os.Remove(file.Name()) == nil // so that nothing is left if the process is killed
	closed = func() {
		_ = file.Close()
		if !gone {
			_ = os.Remove(file.Name())
		}
	}
	if _, err = io.Copy(file, readerUntil(cmd.Context(), cmd.InOrStdin())); err != nil {
		closed()
		return nil, nil, uncopied(err)
	}
	return file, closed, nil
}

// uncopied is the error of a copy of standard input. If the temporary file is the reason, it says how to do without.
func uncopied(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) && path.Op != "read" {
		return failed(err, "standard input cannot be copied to the temporary file %s: %s; name the file of the export instead of -, or a folder with room in the environment variable TMPDIR", path.Path, path.Err)
	}
	return err
}

// untilDone ends a copy when a context ends.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func readerUntil(ctx context.Context, r io.Reader) io.Reader { return untilDone{ctx, r} }

func (u untilDone) Read(b []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(b)
}

// confirmImport shows what an import would do, and asks for the name of the tenant.
func confirmImport(cmd *cobra.Command, file string, what *transfer.Imported, reasons []string) bool {
	out := cmd.ErrOrStderr()
	fmt.Fprintf(out, "the import makes tenant %s equal to the file:\n", what.Into)
	writeImport(out, what)
	for _, r := range reasons {
		fmt.Fprintln(out, "- "+r)
	}
	if file == "-" {
		return false // the answer would be a part of the file
	}
	fmt.Fprint(out, "type the name of the tenant to import over it: ")
	line, _ := bufio.NewReader(cmd.InOrStdin()).ReadString('\n') // without a line, the name is not typed
	fmt.Fprintln(out)
	return strings.TrimSpace(line) == what.Into
}

// writeImport prints the counts and the first differences.
func writeImport(out io.Writer, what *transfer.Imported) {
	t := textTable{header: []string{"KIND", "CREATED", "CHANGED", "REMOVED", "EQUAL"}}
	for _, k := range what.Kinds {
		line := []cell{{text: k.Kind}}
		for _, n := range []int64{k.Created, k.Changed, k.Removed, k.Equal} {
			line = append(line, cell{text: fmt.Sprint(n)})
		}
		t.lines = append(t.lines, line)
	}
	_ = t.write(out)
	for _, d := range what.Differences {
		if what.New {
			break
		}
		text := fmt.Sprintf("%s %s %s", d.Action, d.Kind, d.ID)
		if len(d.Names) > 0 {
			text += ": " + strings.Join(d.Names, ", ")
		}
		fmt.Fprintln(out, text)
	}
}

// importTenant imports a file, and says what was done.
func importTenant(cmd *cobra.Command, to transfer.Place, file io.ReadSeeker, o transfer.ImportOptions) (*transfer.Imported, error) {
	p := progressOf(cmd)
	o.Progress = func(at transfer.Progress) { p.transfer("import", at) }
	began := time.Now()
	out, err := transfer.Import(cmd.Context(), to, file, o)
	p.end()
	var unsure *transfer.UnconfirmedError
	var wrong *transfer.FileError
	var stopped *transfer.StoppedError
	switch {
	case errors.As(err, &unsure):
		return nil, fmt.Errorf("tenant %s is not changed: type its name, or repeat the command with --yes to confirm: %s", unsure.What.Into, strings.Join(unsure.Reasons, "; "))
	case errors.As(err, &wrong):
		return nil, fmt.Errorf("%w; nothing was written", err)
	case errors.As(err, &stopped):
		return nil, failed(err, "the import is not complete, and the tenant stays paused until it is: repeat the command, it goes on: %s", last(cmd.Context(), stopped.Cause))
	case errors.Is(err, tenant.ErrExists):
		return nil, failed(err, "the tenant is being deleted in %s; repeat scimstack tenant delete until it is gone", to.Name)
	case err != nil && out == nil:
		return nil, fmt.Errorf("nothing was written: %w", last(cmd.Context(), err))
	}
	if formatOf(cmd) != asTable {
		if failed := printRow(cmd, out); failed != nil {
			return nil, failed
		}
	} else {
		writeImport(cmd.OutOrStdout(), out)
	}
	for _, c := range out.Clashes {
		fmt.Fprintf(besideOf(cmd), "not imported: %s %s, whose %s belongs to %s\n", c.Type, c.ID, c.Attr, c.Holder)
	}
	if err != nil {
		return out, err
	}
	remarkImport(cmd, to, out, o, time.Since(began))
	return out, nil
}

// changedKinds are the kinds of things that an import has written.
func changedKinds(out *transfer.Imported) (list []string) {
	for _, k := range out.Kinds {
		if k.Differs() {
			list = append(list, k.Kind)
		}
	}
	return list
}

// remarkImport says how it ended.
func remarkImport(cmd *cobra.Command, to transfer.Place, out *transfer.Imported, o transfer.ImportOptions, took time.Duration) {
	say := func(format string, args ...any) { note(cmd, format, args...) }
	switch {
	case o.DryRun:
		say("nothing is written: this is what an import would do")
		return
	case !out.Differs():
		say("tenant %s in %s is as the file has it; nothing was written", out.Into, to.Name)
	default:
		say("tenant %s in %s is as the file of %s has it, after %s", out.Into, to.Name, out.Time.Format(time.RFC3339), took.Round(10*time.Millisecond))
	}
	if !out.Settled {
		say("the file may lack changes of the time of its export; export and import again before you use this place, best while the old tenant is paused")
	}
	if out.Missing > 0 {
		say("%d memberships are left out: there is no such resource", out.Missing)
	}
	if out.WebhooksLeft > 0 {
		say("%s of the file not made: repeat the command with --webhooks when the old place sends no more", count(out.WebhooksLeft, "webhook"))
	}
	if out.New && o.As.IsZero() && out.Count(transfer.KindTokens).Created+out.Count(transfer.KindClients).Created == 0 {
		say("the tenant has no tokens: scimstack token create %s makes one", out.Into)
	}
	if out.Paused != "" {
		say("the tenant is paused (%s): scimstack tenant resume %s serves it", out.Paused, out.Into)
	}
	if out.Feed > 0 && out.Differs() {
		say("readers of its feed begin with a snapshot; the positions of the old place are refused here")
	}
}
