package main

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/internal/async"
	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/admin"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/feed/dynamofeed"
	"github.com/scimstack/scimstack/pkg/mcp/dynamoplans"
)

// keptBeside are what the packages of the service keep in the table beside pkg/dynamo.
func keptBeside(hooks *dynamofeed.Webhooks) []dynamo.Kept {
	return []dynamo.Kept{dynamolog.Kept(), dynamoplans.Kept(), dynamofeed.Kept(), hooks.Kept()}
}

func tenantDeleteCommand() *cobra.Command {
	var yes bool
	var wait time.Duration
	cmd := adminCommand("delete NAME", "Delete a tenant with everything that is stored for it, permanently", func(a *administration) error {
		name := a.args[0]
		found, err := a.Contents(a.ctx(), name)
		if err != nil {
			return err
		}
		out := besideOf(a.cmd)
		fmt.Fprintf(out, "tenant %s has at least:\n", name)
		if err := printTally(out, found.Items); err != nil {
			return err
		}
		deleting := found.State == admin.StateDeleting
		if deleting {
			fmt.Fprintln(out, "its deletion was interrupted, and continues")
		}
		if !yes && !deleting && !typed(a.cmd.InOrStdin(), out, name) {
			return fmt.Errorf("tenant %s is not deleted: deleting it is permanent; type its name, or repeat the command with --yes to confirm", name)
		}
		if wait <= 0 {
			wait = -1
		}
		return a.deleteTenant(name, wait, out)
	})
	cmd.Long = `Deletes a tenant with its tokens, resources, memberships, provisioning log, plans and settings.

The command lists what the tenant has, and asks for its name. From then on the tenant is unknown: its settings cannot be
changed, it gets no tokens, and its name is not free. Processes that served it before may accept its tokens for one more
minute, so the command waits (--wait) and looks again, until nothing is left. If it is interrupted, repeat it: it continues.`
	cmd.Flags().BoolVar(&yes, "yes", false, "confirm the deletion, without a question")
	cmd.Flags().DurationVar(&wait, "wait", dynamo.DeletionWait, "time from the beginning to the last look; less only if no process serves the tenant")
	return cmd
}

// besideOf is where a command says what it does: beside a table on standard output, otherwise on standard error.
func besideOf(cmd *cobra.Command) io.Writer {
	if formatOf(cmd) != asTable {
		return cmd.ErrOrStderr()
	}
	return cmd.OutOrStdout()
}

// typed asks for the name of the tenant and reports whether it was typed.
func typed(in io.Reader, out io.Writer, name string) bool {
	fmt.Fprint(out, "type the name of the tenant to delete all of this permanently: ")
	line, _ := bufio.NewReader(in).ReadString('\n') // without a line, the name is not typed
	fmt.Fprintln(out)
	return strings.TrimSpace(line) == name
}

// deleteTenant deletes a tenant and prints its progress and what was removed. A service works in steps; each continues
// the one before.
func (a *administration) deleteTenant(name string, wait time.Duration, out io.Writer) error {
	next := time.Now().Add(progressEvery)
	removed := map[string]int{}
	say := func(d admin.Deletion) {
		n := tally(removed) + tally(d.Items)
		switch {
		case d.Waiting > 0:
			fmt.Fprintf(out, "%d items removed; the last look is in %s, when no process accepts the tokens any more\n", n, time.Duration(d.Waiting)*time.Second)
		case time.Now().After(next):
			fmt.Fprintf(out, "%d items removed\n", n)
			next = time.Now().Add(progressEvery)
		}
	}
	var end error
	for done := false; !done; {
		d, err := a.DeleteTenant(a.ctx(), name, admin.DeleteOptions{Wait: wait, Progress: say})
		if err != nil {
			end = fmt.Errorf("tenant %s is partly deleted; repeat the command: %w", name, err)
			break
		}
		for kind, n := range d.Items {
			removed[kind] += n
		}
		if done = d.State == admin.StateDeleted; !done {
			say(admin.Deletion{Waiting: d.Waiting})
			if end = async.Sleep(a.ctx(), time.Second); end != nil {
				break
			}
		}
	}
	if len(removed) > 0 {
		fmt.Fprintln(out, "removed:")
		if err := printTally(out, removed); err != nil {
			return err
		}
	}
	if end != nil {
		return end
	}
	if formatOf(a.cmd) != asTable {
		return printRow(a.cmd, admin.Deletion{Tenant: name, State: admin.StateDeleted, Items: removed})
	}
	fmt.Fprintf(out, "tenant %s is deleted\n", name)
	return nil
}

// progressEvery is the time between two lines about the progress of long work.
const progressEvery = 2 * time.Second

func printTally(out io.Writer, t map[string]int) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, name := range slices.Sorted(maps.Keys(t)) {
		fmt.Fprintf(w, "%d\t %s\n", t[name], name)
	}
	return w.Flush()
}
