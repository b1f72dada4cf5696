package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimstack/scimstack/pkg/activity/dynamolog"
	"github.com/scimstack/scimstack/pkg/dynamo"
	"github.com/scimstack/scimstack/pkg/mcp/dynamoplans"
	"github.com/scimstack/scimstack/pkg/scim"
)

// keptBeside are what the packages of the service keep in the table beside pkg/dynamo.
func keptBeside() []dynamo.Kept { return []dynamo.Kept{dynamolog.Kept(), dynamoplans.Kept()} }

func tenantDeleteCommand() *cobra.Command {
	var yes bool
	var wait time.Duration
	cmd := onTenant("delete NAME", "Delete a tenant with everything that is stored for it, permanently", 1,
		func(cmd *cobra.Command, tenants directory, id scim.TenantID, _ []string) error {
			found, deleting, err := tenants.inventory(cmd.Context(), id)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "tenant %s has at least:\n", id)
			if err := printTally(out, found); err != nil {
				return err
			}
			if deleting {
				fmt.Fprintln(out, "its deletion was interrupted, and continues")
			}
			if !yes && !deleting && !typed(cmd.InOrStdin(), out, id) {
				return fmt.Errorf("tenant %s is not deleted: deleting it is permanent; type its name, or repeat the command with --yes to confirm", id)
			}
			if wait <= 0 {
				wait = -1
			}
			return deleteTenant(cmd.Context(), tenants, id, wait, out)
		})
	cmd.Long = `Deletes a tenant with its tokens, resources, memberships, provisioning log, plans and settings.

The command lists what the tenant has, and asks for its name. From then on the tenant is unknown: its settings cannot be
changed, it gets no tokens, and its name is not free. Processes that served it before may accept its tokens for one more
minute, so the command waits (--wait) and looks again, until nothing is left. If it is interrupted, repeat it: it continues.`
	cmd.Flags().BoolVar(&yes, "yes", false, "confirm the deletion, without a question")
	cmd.Flags().DurationVar(&wait, "wait", dynamo.DeletionWait, "time from the beginning to the last look; less only if no process serves the tenant")
	return cmd
}

// typed asks for the name of the tenant and reports whether it was typed.
func typed(in io.Reader, out io.Writer, id scim.TenantID) bool {
	fmt.Fprint(out, "type the name of the tenant to delete all of this permanently: ")
	line, _ := bufio.NewReader(in).ReadString('\n') // without a line, the name is not typed
	fmt.Fprintln(out)
	return strings.TrimSpace(line) == id.String()
}

// deleteTenant deletes a tenant and prints its progress and what was removed.
func deleteTenant(ctx context.Context, tenants directory, id scim.TenantID, wait time.Duration, out io.Writer) error {
	next := time.Now().Add(progressEvery)
	removed, err := tenants.remove(ctx, id, wait, func(removed map[string]int, waiting time.Duration) {
		switch {
		case waiting > 0:
			fmt.Fprintf(out, "%d items removed; the last look is in %s, when no process accepts the tokens any more\n", tally(removed), waiting.Round(time.Second))
		case time.Now().After(next):
			fmt.Fprintf(out, "%d items removed\n", tally(removed))
			next = time.Now().Add(progressEvery)
		}
	})
	if len(removed) > 0 {
		fmt.Fprintln(out, "removed:")
		err = errors.Join(err, printTally(out, removed))
	}
	if err != nil {
		return fmt.Errorf("tenant %s is partly deleted; repeat the command: %w", id, err)
	}
	fmt.Fprintf(out, "tenant %s is deleted\n", id)
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
